// tools/lab/compare/standing.cpp -- what stands in a record, or in a sweep's folder: its pipeline and its numbers.
#include "standing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include <weir/record/recorder.hpp>

#include <lab/judge/measure.hpp>
#include <lab/records/recorded_run.hpp>
#include <lab/records/tables.hpp>
#include <system/exit.hpp>

namespace weir::tools {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

RunResult result_of(const fs::path& record, const std::vector<Reported>& report) {
  RunResult result;
  result.status = inspect_record(record).status;
  if (result.status != "finished") return result;
  result.values = measure(record, report);
  for (const auto& [what, measured] : recorded(record))
    if (!what.ends_with("_se") && !what.ends_with("_n")) result.values.emplace(what, measured);
  return result;
}

std::vector<Reported> reported(const json& pipeline) {
  std::vector<Reported> report;
  const json written = pipeline.value("report", json::object());
  for (const auto& [what, reduction] : written.items())
    if (reduction.is_string()) report.push_back({what, reduction, {}});
  return report;
}

// Of "sigma=0,seed=3": the axes that count seeds, or the others.
std::vector<std::pair<std::string, json>> axes_of(const std::string& run, const json& sweep, bool counting) {
  std::vector<std::pair<std::string, json>> axes;
  std::istringstream parts(run);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::string name = part.substr(0, part.find('='));
    if (sweep.contains(name) && sweep.at(name).contains("count") == counting)
      axes.emplace_back(name, part.substr(std::min(part.size(), name.size() + 1)));
  }
  return axes;
}

Standing sweep_at(const fs::path& folder) {
  std::ifstream in(folder / plan_name);
  const json plan = json::parse(in, nullptr, false);
  if (!plan.is_object() || !plan.contains("pipeline") || !plan.contains("runs") || !plan["runs"].is_array())
    throw CommandError(invalid,
                       fmt::format("{} is not the folder of a sweep: it has no {} as weir run writes it",
                                   folder.string(), plan_name));
  Standing found{folder, plan["pipeline"], {}};
  json& files = found.pipeline["files"] =
      json::object();  // which the records of the runs know, and the plan does not
  const auto report = reported(found.pipeline);
  for (const json& name : plan["runs"]) {
    const fs::path record = folder / "runs" / (name.get<std::string>() + ".h5");
    if (!fs::exists(record)) continue;
    RunResult result = result_of(record, report);
    if (result.status != "finished") continue;
    files.update(RecordedRun(record).pipeline().value("files", json::object()));
    result.run = name;
    const json sweep = found.pipeline.value("sweep", json::object());
    result.axes = axes_of(result.run, sweep, false);
    found.runs.push_back({std::move(result), label(axes_of(name, sweep, true))});
  }
  return found;
}

}  // namespace

Standing standing(const fs::path& path) {
  if (fs::is_directory(path)) return sweep_at(path);
  const RecordedRun record(path);
  Standing found{path, record.pipeline(), {{result_of(path, reported(record.pipeline())), ""}}};
  if (found.runs[0].result.status != "finished")
    throw CommandError(invalid, fmt::format("{} is {}, not finished: its numbers are not whole",
                                            path.string(), found.runs[0].result.status));
  return found;
}

}  // namespace weir::tools

// tools/lab/judge/side_by_side.cpp -- two records, or two sweeps: what differs between their pipelines, and between their numbers.
#include "side_by_side.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <weir/record/recorder.hpp>

#include <lab/records/recorded_run.hpp>
#include <lab/records/tables.hpp>
#include <system/exit.hpp>
#include <text/number.hpp>
#include <text/table.hpp>
#include "measure.hpp"

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
    result.axes = axes_of(result.run, found.pipeline.value("sweep", json::object()), false);
    found.runs.push_back(std::move(result));
  }
  return found;
}

// Every leaf by its path: nodes by their own, the rest as it is written; not what is judged, reported or swept.
void flatten(const json& value, const std::string& path, std::map<std::string, json>& into) {
  if (!value.is_object() || value.empty()) {
    into[path] = value;
    return;
  }
  for (const auto& [key, inner] : value.items()) flatten(inner, path.empty() ? key : path + "." + key, into);
}

std::map<std::string, json> parameters_of(const json& pipeline) {
  std::map<std::string, json> found;
  flatten(pipeline.value("nodes", json::object()), "", found);
  for (const auto* key : {"seed", "dtype", "threads", "sweep"})
    if (pipeline.contains(key)) flatten(pipeline.at(key), key, found);
  return found;
}

// The hash of the file that a parameter names, "" if it names none.
std::string hash_of(const json& value, const json& pipeline) {
  const auto files = pipeline.find("files");
  if (!value.is_string() || files == pipeline.end() || !files->is_object()) return "";
  const auto found = files->find(value.get<std::string>());
  return found != files->end() && found->is_string() ? found->get<std::string>() : "";
}

// What differs of one parameter. A file is what is in it, wherever it stands.
void add_differing(const std::string& path, const json& one, const json& other, const Standing& a,
                   const Standing& b, std::vector<SideBySide::Parameter>& differing) {
  const std::string hash = hash_of(one, a.pipeline), other_hash = hash_of(other, b.pipeline);
  const bool files = !hash.empty() && !other_hash.empty();
  if (files && hash == other_hash) return;
  if (one != other) differing.push_back({path, one, other});
  if (files) differing.push_back({path + " (sha256)", hash, other_hash, true});
}

// Numbers of the runs of each case, in the order of the runs.
using Key = std::pair<std::string, std::string>;  // label, what
struct Numbers {
  std::vector<Key> order;                                           // cases as they come
  std::map<Key, std::vector<std::pair<std::string, Measured>>> of;  // each with its run's seeds
};

Numbers numbers_of(const Standing& standing) {
  Numbers found;
  const json sweep = standing.pipeline.value("sweep", json::object());
  for (const RunResult& run : standing.runs)
    for (const auto& [what, measured] : run.values) {
      const Key key{label(run.axes), what};
      if (!found.of.contains(key)) found.order.push_back(key);
      found.of[key].emplace_back(label(axes_of(run.run, sweep, true)), measured);
    }
  return found;
}

// The runs with the same seeds; of sweeps that share none, in their order. All that is said of the two is of these.
SideBySide::Number paired(const Key& key, const std::vector<std::pair<std::string, Measured>>& a,
                          const std::vector<std::pair<std::string, Measured>>& b) {
  SideBySide::Number number{key.first, key.second, {}, {}, {}, {}};
  std::vector<Measured> in_a, in_b;
  const auto add = [&](const Measured& one, const Measured& other) {
    in_a.push_back(one);
    in_b.push_back(other);
  };
  for (const auto& [seeds, of_a] : a)
    for (const auto& [others, of_b] : b)
      if (seeds == others) {
        add(of_a, of_b);
        number.pairing.seeds.push_back(seeds);
      }
  if (in_a.empty())
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) add(a[i].second, b[i].second);
  number.pairing.pairs = in_a.size();
  number.pairing.left_out_a = a.size() - in_a.size();
  number.pairing.left_out_b = b.size() - in_b.size();
  number.a = statistic(in_a);
  number.b = statistic(in_b);
  std::vector<std::pair<Measured, Measured>> pairs;
  for (std::size_t i = 0; i < in_a.size(); ++i) pairs.emplace_back(in_b[i], in_a[i]);
  number.difference = difference(pairs);
  return number;
}

std::string runs(std::size_t count) { return fmt::format("{} {}", count, count == 1 ? "run" : "runs"); }

// "paired over 1 common seed (seed = 0); 2 runs of A are left out", or "" where every run has its partner by its seed.
std::string pairing_text(const SideBySide::Pairing& pairing) {
  constexpr std::size_t most = 8;
  const std::size_t left_out = pairing.left_out_a + pairing.left_out_b, seeds = pairing.seeds.size();
  if (left_out == 0 && seeds > 0) return "";
  std::string text = fmt::format("no common seeds: {} of each paired in their order", runs(pairing.pairs));
  if (seeds > 0) {
    const auto last = pairing.seeds.begin() + static_cast<std::ptrdiff_t>(std::min(seeds, most));
    text = fmt::format("paired over {} common {} ({}{})", seeds, seeds == 1 ? "seed" : "seeds",
                       fmt::join(pairing.seeds.begin(), last, "; "), seeds > most ? "; ..." : "");
  }
  std::vector<std::string> parts;
  if (pairing.left_out_a > 0) parts.push_back(runs(pairing.left_out_a) + " of A");
  if (pairing.left_out_b > 0) parts.push_back(runs(pairing.left_out_b) + " of B");
  if (!parts.empty())
    text += fmt::format("; {} {} left out", fmt::join(parts, " and "), left_out == 1 ? "is" : "are");
  return text;
}

std::string told(const Key& key) {
  return key.first.empty() ? key.second : fmt::format("{} ({})", key.second, key.first);
}

std::string shown(const json& value, bool hash) {
  constexpr std::size_t digits = 12;  // tell any two files apart
  return value.is_null()           ? "-"
         : hash                    ? value.get<std::string>().substr(0, digits)
         : value.is_string()       ? value.get<std::string>()
         : value.is_number_float() ? number(value)
                                   : value.dump();
}

}  // namespace

Standing standing(const fs::path& path) {
  if (fs::is_directory(path)) return sweep_at(path);
  const RecordedRun record(path);
  Standing found{path, record.pipeline(), {result_of(path, reported(record.pipeline()))}};
  if (found.runs[0].status != "finished")
    throw CommandError(invalid, fmt::format("{} is {}, not finished: its numbers are not whole",
                                            path.string(), found.runs[0].status));
  return found;
}

SideBySide side_by_side(const Standing& a, const Standing& b) {
  SideBySide both;
  const auto of_a = parameters_of(a.pipeline), of_b = parameters_of(b.pipeline);
  std::set<std::string> paths;
  for (const auto* each : {&of_a, &of_b})
    for (const auto& [path, value] : *each) paths.insert(path);
  for (const std::string& path : paths) {
    const json one = of_a.contains(path) ? of_a.at(path) : json(),
               other = of_b.contains(path) ? of_b.at(path) : json();
    add_differing(path, one, other, a, b, both.parameters);
  }
  const Numbers in_a = numbers_of(a), in_b = numbers_of(b);
  for (const Key& key : in_a.order) {
    const auto& values = in_a.of.at(key);
    const auto found = in_b.of.find(key);
    if (found == in_b.of.end()) {
      both.only_a.push_back(told(key));
      continue;
    }
    both.numbers.push_back(paired(key, values, found->second));
  }
  for (const Key& key : in_b.order)
    if (!in_a.of.contains(key)) both.only_b.push_back(told(key));
  return both;
}

std::string text(const SideBySide& both, const Standing& a, const Standing& b) {
  std::string out = fmt::format("A  {}   {} finished {}\nB  {}   {} finished {}\n\n", a.path.string(),
                                a.runs.size(), a.runs.size() == 1 ? "run" : "runs", b.path.string(),
                                b.runs.size(), b.runs.size() == 1 ? "run" : "runs");
  std::vector<Row> rows;
  for (const auto& each : both.parameters)
    rows.push_back({each.path, shown(each.a, each.hash), shown(each.b, each.hash)});
  out += rows.empty() ? "the same parameters\n" : aligned({"parameter", "A", "B"}, rows);
  rows.clear();
  const bool cased = std::ranges::any_of(both.numbers, [](const auto& each) { return !each.label.empty(); });
  std::size_t tested = 0, same = 0;
  bool partly = false;
  std::vector<std::string> pairings;  // each once, with its case
  for (const auto& each : both.numbers) {
    if (std::string how = pairing_text(each.pairing); !how.empty()) {
      if (!each.label.empty()) how = each.label + ": " + how;
      if (!std::ranges::count(pairings, how)) pairings.push_back(how);
      partly |= each.pairing.left_out_a + each.pairing.left_out_b > 0;
    }
    if (each.difference.mean == 0 && !each.difference.why.empty()) {
      ++same;
      continue;
    }
    const double p = each.difference.p();
    tested += !std::isnan(p);
    Row row = {each.what, over_runs(each.a), over_runs(each.b), number(each.difference.mean),
               std::isnan(p) ? "-" : fmt::format("{:.2g}", p)};
    if (cased) row.insert(row.begin(), each.label);
    rows.push_back(row);
  }
  Row head = {"number", "A", "B", "B - A", "p"};
  if (cased) head.insert(head.begin(), "case");
  if (!rows.empty()) out += "\n" + aligned(head, rows);
  if (same > 0)
    out += fmt::format("{}{} {} the same in both{}\n", rows.empty() ? "\n" : "", same,
                       same == 1 ? "number is" : "numbers are", partly ? ", of the paired runs" : "");
  for (const std::string& how : pairings) out += how + "\n";
  if (tested > 0)
    out += fmt::format(
        "p of each difference by itself, two-sided, by Student's t; of {} {} {:.2g} below 0.05 by chance "
        "alone\n",
        tested, tested == 1 ? "such number" : "such numbers", 0.05 * static_cast<double>(tested));
  for (const auto& [name, only] : {std::pair("A", &both.only_a), std::pair("B", &both.only_b)})
    if (!only->empty())
      out += fmt::format(
          "only in {}: {}{}\n", name,
          fmt::join(only->begin(), only->begin() + std::min<std::ptrdiff_t>(8, std::ssize(*only)), ", "),
          only->size() > 8 ? ", ..." : "");
  return out;
}

json to_json(const SideBySide& both) {
  json out{{"parameters", json::array()},
           {"numbers", json::array()},
           {"only_a", both.only_a},
           {"only_b", both.only_b}};
  for (const auto& each : both.parameters)
    out["parameters"].push_back({{"path", each.path}, {"a", each.a}, {"b", each.b}});
  const auto side = [](const Statistic& s) {
    json found{{"mean", s.mean}, {"sd", s.sd}, {"n", s.n}};
    if (s.se) found["se"] = *s.se;
    return found;
  };
  for (const auto& each : both.numbers) {
    const double p = each.difference.p();
    out["numbers"].push_back({{"case", each.label},
                              {"what", each.what},
                              {"a", side(each.a)},
                              {"b", side(each.b)},
                              {"paired",
                               {{"seeds", each.pairing.seeds},
                                {"left_out_a", each.pairing.left_out_a},
                                {"left_out_b", each.pairing.left_out_b}}},
                              {"difference", each.difference.mean},
                              {"p", std::isnan(p) ? json() : json(p)},
                              {"why", each.difference.why}});
  }
  return out;
}

}  // namespace weir::tools

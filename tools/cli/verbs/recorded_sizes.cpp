// tools/cli/verbs/recorded_sizes.cpp -- weir-run's plan as a table.
#include "recorded_sizes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include <weir/front/sweep/combination.hpp>
#include <weir/front/sweep/named_files.hpp>
#include <weir/os/child.hpp>

#include <lab/sweep/child_runner.hpp>
#include <lab/sweep/event.hpp>
#include <lab/sweep/job.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>
#include <system/temporary_folder.hpp>
#include <text/number.hpp>

namespace weir::tools {
namespace {

using Json = nlohmann::json;

constexpr double patience = 600;  // seconds; planning reads file headers only

// The event "planned" or "invalid".
Json planned(const os::Command& command) {
  const os::ChildOutput answer = os::run_child(command, patience);
  for (const std::string& line : answer.events) {
    const std::optional<Json> event = event_of(line);
    if (!event) continue;
    const std::string what = event->value("event", "");
    if (what == "planned" || what == "invalid") return *event;
    if (what == "end")
      throw CommandError(event->value("exit", int{plugin_failed}), event->value("message", ""));
  }
  throw CommandError(plugin_failed, fmt::format("weir-run gave no plan: {}\n{}", answer.end, answer.errors));
}

std::string sizes_of(const Json& dataset) {
  std::vector<std::string> sizes;
  for (std::size_t i = 0; i < dataset["shape"].size(); ++i) {
    const auto size = dataset["shape"][i].get<std::int64_t>();
    sizes.push_back(
        fmt::format("{} {}", dataset["dims"][i].get<std::string>(), size < 0 ? "?" : std::to_string(size)));
  }
  return fmt::format("{}", fmt::join(sizes, " x "));
}

}  // namespace

int print_recorded_sizes(const Graph& graph) {
  const TemporaryFolder folder;
  Job job;
  freeze(job, graph, recorded_json(graph), folder.path() / "graph.json");
  const Json plan = planned(asking_weir_run({"plan", job.graph, "--sha256", job.graph_sha256}));
  if (plan["event"] == "invalid") {
    say("{}", plan.value("text", ""));
    return invalid;
  }

  std::size_t width = 0;
  for (const Json& dataset : plan["datasets"])
    width = std::max(width, dataset["path"].get<std::string>().size());
  std::string text;
  for (const Json& dataset : plan["datasets"]) {
    const bool trace = dataset["trace"];
    std::string line =
        fmt::format("  {:<{}}  {:<7}  {:>10}{}  {}", dataset["path"].get<std::string>(), width,
                    dataset["dtype"].get<std::string>(), bytes(dataset["bytes"].get<std::uint64_t>()),
                    trace ? " a row" : "      ", sizes_of(dataset));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  const auto whole = plan["bytes"].get<std::uint64_t>();
  text += fmt::format("a run records {} and its traces", bytes(whole));
  const std::size_t runs = combinations(graph).size();
  if (runs > 1) text += fmt::format("; {} runs of this shape would record {}", runs, bytes(whole * runs));
  fmt::print("{}\n", text);
  return fine;
}

}  // namespace weir::tools

// tools/cli/run/run_children.cpp -- the command lines of weir-run, and how many run at once.
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <weir/os/cores.hpp>
#include <weir/text/shell_word.hpp>

#include <cli/arguments/run_arguments.hpp>
#include <cli/display/progress.hpp>
#include <lab/sweep/child_runner.hpp>
#include <lab/sweep/schedule.hpp>
#include <system/environment.hpp>

namespace weir::tools {
namespace {

// As a shell would take it again.
std::string own_command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line;
  for (std::string word; std::getline(file, word, '\0');)
    line += (line.empty() ? "" : " ") + shell_word(word);
  return line;
}

// Of a sweep, whose runs follow each other. That LibTorch sees a GPU is no hindrance: the successor is forked before anything has.
bool leaves_successor(const Job& job) { return !job.run.empty(); }

std::vector<std::string> command_line(const Job& job, std::size_t nodes_at_once,
                                      const std::filesystem::path& shared) {
  const char* mode = job.mode == Recorder::Mode::resume    ? "resume"
                     : job.mode == Recorder::Mode::replace ? "replace"
                                                           : "create";
  const auto& [record, replayed] = job.replayed;
  std::vector<std::string> line = {!job.exported.empty() ? "export"
                                   : replayed.empty()    ? "run"
                                                         : "replay",
                                   job.graph.string(),
                                   "--out",
                                   job.out.string(),
                                   "--mode",
                                   mode,
                                   "--sha256",
                                   job.graph_sha256,
                                   "--events",
                                   std::to_string(os::Child::events),
                                   "--jobs",
                                   std::to_string(nodes_at_once)};
  const auto add = [&](const std::string& option, const std::string& value) {
    line.push_back(option + "=" + value);  // with '=': values starting with '-' are not read as options
  };
  if (leaves_successor(job)) add("--successor", std::to_string(os::Child::channel));
  add("--command", own_command_line());
  if (!replayed.empty()) add("--record", record.string());
  if (!replayed.empty()) add("--node", replayed);
  if (!job.exported.empty()) add("--node", job.exported);
  if (!job.share.empty()) add("--shared", shared.string());
  for (const std::string& node : job.carry) add("--carry", node);
  for (const auto& [node, key] : job.share) add("--share", node + "=" + key);
  return line;
}

}  // namespace

std::vector<Outcome> run_children(const RunArguments& arguments, const Graph& graph,
                                  const std::vector<Job>& jobs, std::size_t at_once,
                                  std::size_t nodes_at_once, std::size_t kept,
                                  const std::filesystem::path& shared, std::set<std::string> available) {
  std::vector<std::string> names;
  for (const Job& job : jobs) names.push_back(job.run);
  const auto progress = make_progress(arguments.progress, std::move(names), kept);
  ChildRunner runner(
      find_weir_run(), run_environment(graph.threads, environ),
      [&](std::size_t job) { return command_line(jobs[job], nodes_at_once, shared); },
      leaves_successor(jobs.front()));
  return run_all(jobs, at_once, std::move(available), runner, *progress);
}

void RunArguments::add_progress_to(CLI::App& app) {
  app.add_option("--progress", progress,
                 "auto | plain | json | none: a bar on a terminal, lines elsewhere; warnings are shown with "
                 "none, too")
      ->type_name("KIND")
      ->check(CLI::IsMember({"auto", "plain", "json", "none"}));
}

std::size_t jobs_at_once(const RunArguments& arguments, const Graph& graph) {
  if (arguments.jobs > 0) return static_cast<std::size_t>(arguments.jobs);
  const std::string& device = graph.device;
  if (device.starts_with("cuda") || (device == "auto" && std::filesystem::exists("/dev/nvidia0"))) return 1;
  return static_cast<std::size_t>(std::max(1, os::allowed_cores() / std::max(1, graph.threads)));
}

}  // namespace weir::tools

// tools/cli/run/run_single.cpp -- a pipeline without a sweep: one record.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/front/sweep/named_files.hpp>
#include <weir/text/shell_word.hpp>

#include <cli/arguments/run_arguments.hpp>
#include <lab/judge/measure.hpp>
#include <lab/judge/summary.hpp>
#include <lab/records/carried.hpp>
#include <lab/records/inputs.hpp>
#include <lab/records/standing_record.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>
#include <system/temporary_folder.hpp>
#include <text/number.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

Job plan_job(const RunArguments& arguments, const Graph& graph) {
  Job job;
  job.out = arguments.out.empty() ? fs::path(graph.name + ".h5") : fs::path(arguments.out);
  if (fs::is_directory(job.out))
    throw CommandError(
        invalid, fmt::format("{} is a folder; a pipeline without a sweep writes one file: name it with -o "
                             "OUT.h5",
                             job.out.string()));
  // Beside it lie a folder of checkpoints and, for a moment, files with names of their own.
  constexpr std::size_t longest = 255 - 40;
  if (job.out.filename().string().size() > longest)
    throw CommandError(
        io_failed,
        fmt::format("the name {} has {} bytes, and with what lies beside it a file system takes {}: "
                    "name a shorter one with -o",
                    job.out.filename().string(), job.out.filename().string().size(), longest));
  if (job.out.has_parent_path() && !fs::is_directory(job.out.parent_path()))
    throw CommandError(io_failed, fmt::format("there is no folder {} to write {} into; create it first",
                                              job.out.parent_path().string(), job.out.filename().string()));
  refuse_inputs(written_with(job.out), inputs_of(graph));
  refuse_inputs(written_with(job.out), arguments.inputs);
  return job;
}

// Has the job run, unless its record is finished: then what it holds is judged anew.
std::vector<Outcome> outcome_of(Job& job, const RunArguments& arguments, const Graph& graph) {
  const nlohmann::json recorded = recorded_json(graph);
  const RecordState state = inspect_record(job.out);
  job.carry = carried_nodes(state, job.out, recorded, graph);
  const Action action = action_for(state, recorded, job.out, arguments.force, job.carry);
  if (arguments.force || action != Action::replace) job.carry.clear();
  if (action == Action::keep) {
    if (!arguments.quiet()) say("{} is finished: nothing to run; --force starts over\n", job.out.string());
    return {{.status = "finished", .exit = fine, .bytes = fs::file_size(job.out)}};
  }
  if (action == Action::resume && !arguments.quiet())
    say("going on with the interrupted run in {}\n", job.out.string());
  if (!job.carry.empty() && !arguments.quiet())
    say("{} is of other parameters; what they leave as it was is kept: {}\n", job.out.string(),
        fmt::join(job.carry, ", "));
  job.mode = mode(action);
  const TemporaryFolder folder;
  freeze(job, graph, recorded, folder.path() / "graph.json");
  return run_children(arguments, graph, {job}, 1, jobs_at_once(arguments, graph), 0, "", {});
}

}  // namespace

int run_single(const RunArguments& arguments, const Graph& graph, std::string* why) {
  Job job = plan_job(arguments, graph);
  const std::vector<Outcome> outcomes = outcome_of(job, arguments, graph);
  const Outcome& outcome = outcomes[0];
  int exit = outcome.exit;
  if (why) *why = outcome.message;

  RunResult result;
  result.status = outcome.status;
  result.seed = graph.seed;
  if (outcome.status == "finished") {
    result.values = measure(job.out, to_measure(graph));
    result.recorded = recorded(job.out);
  }
  const Summary summary = summarise(result, graph);
  exit = worse(exit, summary.met() ? fine : unmet);
  if (arguments.progress == "json") {
    print_summary(summary, job.out.string(), exit);
    return exit;
  }

  say("{}", failure_lines({job}, outcomes));
  if (outcome.status == "interrupted" && fs::exists(job.out))
    say("what was recorded so far: {}\n", job.out.string());
  if (outcome.status != "finished") return exit;
  give("{}record  {}   {}   {}\nnext    weir info {}\n", summary.text(), job.out.string(),
       bytes(outcome.bytes), duration(outcome.seconds), path_word(job.out.string()));
  return exit;
}

}  // namespace weir::tools

// tools/run/run.cpp -- one run, from a frozen graph to a finished record.
#include "run.hpp"

#include <ATen/Parallel.h>

#include <fmt/format.h>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include <weir/executor/device.hpp>
#include <weir/executor/executor.hpp>
#include <weir/executor/loader.hpp>
#include <weir/front/check/frozen.hpp>
#include <weir/front/document/document.hpp>
#include <weir/front/plugins/digest.hpp>
#include <weir/os/cores.hpp>
#include <weir/os/replace_file.hpp>
#include <weir/record/arrays_file.hpp>

#include "export_field.hpp"
#include "json_lines.hpp"
#include "leave.hpp"
#include "provenance.hpp"
#include "watchdog.hpp"

namespace {

std::atomic<bool> stop = false;

void request_stop(int) { stop = true; }

// Many more threads than cores wait for each other at every operation; with thousands a run never ends.
constexpr int threads_a_core = 16;

std::string too_many(int threads) {
  const int cores = weir::os::allowed_cores();
  if (threads <= threads_a_core * cores) return "";
  return fmt::format(
      "threads is {}, and this machine lets a run use {} core{}: more than {} a core mostly wait for each "
      "other; set `threads: {}` or give --threads {}",
      threads, cores, cores == 1 ? "" : "s", threads_a_core, cores, cores);
}

// What is ignored stays so, but for what `weir` asks with. A reader who has gone is no reason to end before the checkpoint; handled, not
// ignored, since programs that plugins start would inherit that.
void listen_to_signals() {
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, request_stop);
  if (std::signal(SIGHUP, request_stop) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
  for (const int number : {SIGPIPE, SIGXFSZ})
    std::signal(number, [](int) {});  // errors of the call, not ends of the run
}

weir::FrozenRun read_graph(const RunArguments& arguments) {
  std::ifstream file(arguments.graph, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || (!arguments.graph_sha256.empty() && weir::sha256(text) != arguments.graph_sha256))
    throw std::runtime_error(fmt::format("{} was {} after this run was checked; give the same command again",
                                         arguments.graph.string(), file ? "changed" : "taken away"));
  std::map<std::string, std::vector<weir::PluginSchema>> known;
  return weir::read_frozen(text, [&](const std::string& library) {
    const auto [found, fresh] = known.try_emplace(library);
    if (fresh) found->second = weir::describe(library);
    return found->second;
  });
}

weir::RunSpec spec_of(const weir::FrozenRun& frozen, const weir::Executor& executor,
                      const RunArguments& arguments, const std::string& device) {
  const weir::Graph& graph = frozen.graph;
  weir::RunSpec spec;
  spec.name = graph.name;
  spec.run_id = new_run_id();
  spec.main_trace = graph.main_trace;
  spec.source = graph.source;
  spec.resolved = frozen.resolved;
  spec.resolved_json = frozen.recorded_json;
  spec.provenance = provenance(graph, arguments.command, device);
  spec.plugins = plugin_versions(graph);
  spec.libraries = library_versions();
  spec.nodes = executor.nodes();
  spec.datasets = executor.datasets();
  return spec;
}

// What a run would record: for a trace the shape and bytes of one row.
nlohmann::json listed(const std::vector<weir::DatasetSpec>& datasets) {
  nlohmann::json list = nlohmann::json::array();
  for (const weir::DatasetSpec& dataset : datasets) {
    list.push_back({{"path", weir::key_of(dataset)},
                    {"dtype", weir::name_of(dataset.dtype)},
                    {"dims", dataset.dims},
                    {"shape", dataset.shape},
                    {"trace", dataset.trace},
                    {"bytes", weir::bytes_of(dataset)}});
  }
  return list;
}

// Only what `node`, and the nodes inside it, give.
void keep_only(weir::RunSpec& spec, const std::string& node) {
  std::erase_if(spec.datasets,
                [&](const weir::DatasetSpec& dataset) { return !weir::is_within(dataset.node, node); });
  std::erase_if(spec.nodes, [&](const weir::NodeSpec& each) { return !weir::is_within(each.node, node); });
  if (!weir::is_within(spec.main_trace, node)) spec.main_trace.clear();
}

// The record and its end, as the last event tells it.
int run_recorded(const weir::FrozenRun& frozen, weir::Executor& executor, const RunArguments& arguments,
                 JsonLines& events, const std::string& device) {
  weir::RunOptions options;
  options.jobs = arguments.jobs;
  options.checkpoints = arguments.out.string() + ".checkpoint";
  options.shared = arguments.shared;
  options.share = arguments.share;
  options.stop = &stop;
  if (const char* seconds = std::getenv("WEIR_CHECKPOINT_SECONDS"))
    options.checkpoint_seconds = std::atof(seconds);

  weir::KeptRows kept;
  if (arguments.mode == weir::Recorder::Mode::resume) kept = executor.resume(arguments.out, options);
  weir::Executor::Carried carried;
  if (!arguments.carry.empty()) carried = executor.carry(arguments.out, arguments.carry, options);
  weir::RunSpec spec = spec_of(frozen, executor, arguments, device);
  if (!arguments.node.empty()) keep_only(spec, arguments.node);
  weir::Recorder recorder(arguments.out, arguments.mode, std::move(spec), kept);
  // Only now, under the record's lock: what an earlier record of this name has left is none of this one's.
  if (!carried.empty())
    executor.put_down(carried, recorder,
                      options);  // in place of the files of those nodes, and there are no others
  else if (arguments.mode != weir::Recorder::Mode::resume)
    weir::remove_arrays(options.checkpoints);
  const auto end = [&](const std::string& status, const std::string& message, int exit) {
    recorder.finish(status, message, exit);
    if (status == "finished") weir::remove_arrays(options.checkpoints);
    std::error_code ignored;
    const std::uintmax_t bytes = std::filesystem::file_size(arguments.out, ignored);
    events.emit({{"event", "end"},
                 {"status", status},
                 {"message", message},
                 {"record", arguments.out.string()},
                 {"bytes", ignored ? 0 : bytes},
                 {"exit", exit}});
    return exit;
  };
  leave_on_exit();
  try {
    Watchdog watchdog(events, frozen.graph);
    if (arguments.node.empty())
      executor.run(&recorder, watchdog, options);
    else
      executor.replay(arguments.node, weir::Reader(arguments.record), recorder, watchdog);
  } catch (const weir::Interrupted&) {
    return end("interrupted", "stopped by a signal; run the same command again to go on", 75);
  } catch (const weir::InvalidInput& input) {
    return end("failed", input.what(), 2);
  } catch (const weir::NodeFailure& failure) {
    return end("failed", failure.what(), 3);
  }
  return end("finished", "", 0);
}

// No record: what runs is kept in memory, and ends in the file of a field.
int run_exported(const weir::Graph& graph, weir::Executor& executor, const RunArguments& arguments,
                 JsonLines& events) {
  weir::RunOptions options;
  options.jobs = arguments.jobs;
  options.stop = &stop;
  leave_on_exit();
  Watchdog watchdog(events, graph);
  executor.run(nullptr, watchdog, options);
  export_field(executor, graph, arguments.exported, arguments.out);
  events.emit({{"event", "end"},
               {"status", "finished"},
               {"message", ""},
               {"record", arguments.out.string()},
               {"bytes", std::filesystem::file_size(arguments.out)},
               {"exit", 0}});
  return 0;
}

}  // namespace

int run_graph(const RunArguments& arguments) {
  if (!arguments.plan_only) listen_to_signals();  // a plan has nothing to bring to an end: signals end it
  JsonLines events(arguments.events);
  const auto failed = [&](const std::string& message, int exit) {
    events.emit({{"event", "end"},
                 {"status", "failed"},
                 {"message", message},
                 {"record", arguments.out.string()},
                 {"bytes", 0},
                 {"exit", exit}});
    return exit;
  };
  try {
    const weir::FrozenRun frozen = read_graph(arguments);
    const weir::Graph& graph = frozen.graph;
    if (const std::string fault = too_many(graph.threads); !fault.empty()) return failed(fault, 2);
    at::set_num_threads(graph.threads);
    at::globalContext().setDeterministicCuDNN(true);  // the same seed gives the same bits on a GPU as well
    at::set_num_interop_threads(1);
    const at::TensorOptions options = weir::tensor_options(graph.device, graph.dtype);
    weir::Executor executor(
        graph, [](const weir::PluginSchema& schema) { return weir::create(schema); }, options);
    nlohmann::json planned{{"event", "planned"}, {"nodes", graph.nodes.size()}, {"bytes", executor.bytes()}};
    if (arguments.plan_only) planned["datasets"] = listed(executor.datasets());
    events.emit(planned);
    if (arguments.plan_only) return 0;
    if (!arguments.exported.empty()) return run_exported(graph, executor, arguments, events);
    return run_recorded(frozen, executor, arguments, events, options.device().str());
  } catch (const weir::InvalidPipeline& invalid) {
    events.emit({{"event", "invalid"},
                 {"faults", weir::to_json(invalid.faults())},
                 {"text", weir::text(invalid.faults())}});
    return 2;
  } catch (const weir::Interrupted&) {
    return failed("stopped by a signal", 75);
  } catch (const weir::InvalidInput& error) {
    return failed(error.what(), 2);
  } catch (const weir::os::FileError& error) {
    return failed(error.what(), 4);
  } catch (const weir::RecordError& error) {
    return failed(error.what(), 4);
  } catch (const std::exception& error) {
    return failed(error.what(), 3);
  }
}

// core/executor.cpp -- nodes made, bound, planned and run in dependency order.
#include <weir/executor.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>

#include <weir/record/reader.hpp>

namespace weir {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// "node 'train' (trainer/gradient from /.../libweir_trainer_gradient.so, rotation.yaml:12:3): "
std::string prefix(const GraphNode& node) {
  const std::string place = node.place.line > 0 ? fmt::format(", {}:{}:{}", node.place.file, node.place.line, node.place.column) : "";
  return fmt::format("node '{}' ({}{}{}): ", node.path, node.plugin,
                     node.schema.library.empty() ? "" : " from " + node.schema.library, place);
}

// What an exception thrown in a plugin says, whatever it is.
std::string message_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const c10::Error& e) {
    return e.what_without_backtrace();
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

std::string reserved(const nlohmann::json& value) { return value.is_null() ? "" : value.dump(); }

}  // namespace

// What one node sees of the executor while it runs.
class Executor::Context final : public Run {
 public:
  Context(Executor& executor, const GraphNode& node, Recorder* recorder, Events& events, const RunOptions& options)
      : executor_(executor), node_(node), recorder_(recorder), events_(events), options_(options) {}

  bool stop_requested() const override { return timed_out() || (options_.stop && options_.stop->load()); }
  bool timed_out() const { return node_.timeout > 0 && seconds_since(start_) > node_.timeout; }

  void progress(std::int64_t step, std::int64_t total, const std::map<std::string, double>& values) override {
    if (step != total && seconds_since(told_) < 0.2) return;
    told_ = Clock::now();
    events_.progress(node_.path, step, total, values);
  }

  void warn(const std::string& text) override {
    if (warned_.insert(text).second) events_.warning(node_.path, text);
  }

  void checkpoint(const std::function<State()>& save, bool now) override {
    if (options_.checkpoints.empty() || !recorder_) return;
    if (!now && seconds_since(saved_) < options_.checkpoint_seconds) return;
    recorder_->commit();
    Checkpoint checkpoint{save(), {}};
    for (const DatasetSpec& dataset : executor_.datasets_) {
      if (!dataset.trace || !is_within(dataset.node, node_.path)) continue;
      const std::string path = dataset.node + "." + dataset.name;
      checkpoint.rows[path] = recorder_->rows(path);
    }
    write_checkpoint(options_.checkpoints, node_.path, checkpoint);
    saved_ = Clock::now();
  }

 private:
  Executor& executor_;
  const GraphNode& node_;
  Recorder* recorder_;
  Events& events_;
  const RunOptions& options_;
  Clock::time_point start_ = Clock::now(), told_{}, saved_ = Clock::now();
  std::set<std::string> warned_;
};

Executor::Executor(const Graph& graph, const Factory& create, const at::TensorOptions& options)
    : graph_(graph), options_(options), consumers_(graph.nodes.size()), dependencies_(graph.nodes.size(), 0) {
  Faults faults;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& described = graph.nodes[i];
    std::unique_ptr<Node> node = create(described.schema);
    std::map<std::string, Place> places = described.places;
    places[""] = described.place;
    node->set({described.path, described.seed.value_or(graph.seed), options, std::move(places)});
    node->set_params(described.params);
    index_[described.path] = i;
    std::set<std::size_t> needs;
    for (const auto& [name, links] : described.ports) {
      for (const auto& [key, link] : links) {
        const std::size_t from = index_.at(link.node);
        Node& other = *nodes_[from];
        AnyOutput* output = link.output.empty() ? nullptr : other.output(link.output);
        node->port(name)->bind(key, other, output);
        needs.insert(from);
      }
    }
    for (const std::size_t from : needs) consumers_[from].push_back(i);
    dependencies_[i] = static_cast<int>(needs.size());
    nodes_.push_back(std::move(node));
  }

  std::set<std::string> faulty;   // a node whose inputs could not be planned is not planned: no consequences of faults
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const GraphNode& described = graph.nodes[i];
    bool skip = false;
    for (const auto& [name, links] : described.ports) {
      for (const auto& [key, link] : links) skip = skip || faulty.contains(link.node);
    }
    const std::size_t before = faults.size();
    if (!skip) {
      Plan plan([&](const std::string& key) { return nodes_[i]->place(key); }, faults);
      try {
        nodes_[i]->plan(plan);
      } catch (const InvalidPipeline&) {
        throw;
      } catch (...) {
        throw NodeFailure(prefix(described) + message_of(std::current_exception()));
      }
    }
    for (std::size_t j = before; j < faults.size(); ++j) {
      faults[j].message += fmt::format(" (node '{}', {})", described.path, described.plugin);
    }
    if (skip || faults.size() > before) faulty.insert(described.path);
  }
  if (!faults.empty()) throw InvalidPipeline(faults);

  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (AnyOutput* output : nodes_[i]->outputs()) output->attach(&sink_);
    for (DatasetSpec& dataset : sink_.declare(*nodes_[i], graph.nodes[i].record)) {
      dataset.rng = fmt::format("seed {} node {}", graph.nodes[i].seed.value_or(graph.seed), graph.nodes[i].path);
      datasets_.push_back(std::move(dataset));
    }
  }
}

std::int64_t Executor::bytes() const {
  std::int64_t total = 0;
  for (const DatasetSpec& dataset : datasets_) {
    if (dataset.trace) continue;
    std::int64_t count = 1;
    for (const std::int64_t size : dataset.shape) count *= std::max<std::int64_t>(size, 0);
    total += count * static_cast<std::int64_t>(size_of(dataset.dtype));
  }
  return total;
}

std::vector<NodeSpec> Executor::nodes() const {
  std::vector<NodeSpec> specs;
  for (const GraphNode& node : graph_.nodes) {
    nlohmann::json params = node.params;
    if (node.seed) params["seed"] = *node.seed;
    if (!node.record.is_null()) params["record"] = reserved(node.record);
    if (!node.note.empty()) params["note"] = node.note;
    specs.push_back({node.path, node.plugin, std::move(params)});
  }
  return specs;
}

std::map<std::string, std::int64_t> Executor::resume(const std::filesystem::path& record, const RunOptions& options) {
  std::map<std::string, std::int64_t> keep;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const std::string& path = graph_.nodes[i].path;
    if (!nodes_[i]->stateful()) continue;
    auto checkpoint = read_checkpoint(options.checkpoints, path, options_);
    if (!checkpoint) continue;
    for (const auto& [trace, rows] : checkpoint->rows) keep[trace] = rows;
    if (options.share.contains(path)) {
      const Reader reader(record);
      for (const auto& [trace, rows] : checkpoint->rows) {
        std::string group = "/nodes/" + trace;
        std::ranges::replace(group, '.', '/');
        sink_.recall(trace, reader.rows(group + "/step", 0, rows), reader.rows(group + "/value", 0, rows));
      }
    }
    resumed_[path] = std::move(*checkpoint);
  }
  return keep;
}

void Executor::run_node(std::size_t i, Recorder* recorder, Events& events, const RunOptions& options) {
  const GraphNode& described = graph_.nodes[i];
  Node& node = *nodes_[i];
  const auto start = Clock::now();
  events.started(described.path);
  Context context(*this, described, recorder, events, options);
  const auto share = options.share.find(described.path);
  bool taken = false;
  try {
    if (share != options.share.end()) {
      if (auto result = read_shared(options.shared, share->second, options_)) {
        sink_.replay(result->rows);
        node.load(result->state);
        taken = true;
      } else {
        sink_.remember(described.path);
      }
    }
    if (const auto resumed = resumed_.find(described.path); !taken && resumed != resumed_.end()) node.load(resumed->second.state);
    node.run(context);
    if (share != options.share.end() && !taken) {
      write_shared(options.shared, share->second, {node.save(), sink_.remembered(described.path)});
    }
    // A probe's traces end with its trainer, a trainer's with itself: closing is by the node that ran last, its parent.
    if (recorder && described.parent.empty()) {
      for (const GraphNode& child : graph_.nodes) {
        if (is_within(child.path, described.path)) recorder->close_node(child.path);
      }
    }
  } catch (const RecordError&) {
    throw;
  } catch (const Stopped&) {
    if (context.timed_out()) throw NodeFailure(prefix(described) + fmt::format("timed out after {} s", described.timeout));
    throw Interrupted();
  } catch (...) {
    throw NodeFailure(prefix(described) + message_of(std::current_exception()));
  }
  events.finished(described.path, seconds_since(start), taken);
}

void Executor::run(Recorder* recorder, Events& events, const RunOptions& options) {
  sink_.attach(recorder);
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int> waiting = dependencies_;
  std::set<std::size_t> ready;   // lowest index first: the order of declaration
  std::size_t open = nodes_.size();
  std::map<std::size_t, std::exception_ptr> errors;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (waiting[i] == 0) ready.insert(i);
  }

  const auto work = [&] {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return !ready.empty() || open == 0 || !errors.empty(); });
      if (open == 0 || !errors.empty()) return;
      const std::size_t i = *ready.begin();
      ready.erase(ready.begin());
      lock.unlock();
      std::exception_ptr error;
      try {
        if (options.stop && options.stop->load()) throw Interrupted();
        run_node(i, recorder, events, options);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      if (error) {
        errors[i] = error;
      } else {
        --open;
        for (const std::size_t next : consumers_[i]) {
          if (--waiting[next] == 0) ready.insert(next);
        }
      }
      changed.notify_all();
    }
  };

  {
    std::vector<std::jthread> others;
    for (int j = 1; j < options.jobs; ++j) others.emplace_back(work);
    work();
  }
  sink_.attach(nullptr);
  if (errors.empty()) return;
  // A failure is more telling than the interruptions that it may have caused.
  for (const auto& [i, error] : errors) {
    try {
      std::rethrow_exception(error);
    } catch (const Interrupted&) {
    } catch (const NodeFailure& failure) {
      events.failed(graph_.nodes[i].path, failure.what());
      throw;
    }
  }
  throw Interrupted();
}

at::TensorOptions tensor_options(const std::string& device, const std::string& dtype) {
  const auto type = dtype == "float64" ? at::kDouble : at::kFloat;
  if (device == "cpu" || (device == "auto" && !at::hasCUDA())) return at::TensorOptions().dtype(type).device(at::kCPU);
  if (!at::hasCUDA()) {
    throw DeviceUnavailable(fmt::format("device '{}' is not available: no CUDA device, or a build without WEIR_CUDA; use device: "
                                        "cpu or auto, or build with the preset gpu", device));
  }
  const auto devices = static_cast<int>(at::globalContext().getAcceleratorHooksInterface(at::kCUDA).deviceCount());
  const c10::Device wanted(device == "auto" ? "cuda:0" : device == "cuda" ? "cuda:0" : device);
  if (wanted.index() >= devices) {
    throw DeviceUnavailable(fmt::format("device '{}' is not available: this machine has {} CUDA device{}", device, devices,
                                        devices == 1 ? "" : "s"));
  }
  return at::TensorOptions().dtype(type).device(wanted);
}

}  // namespace weir

// core/executor/run.cpp -- planned nodes run in dependency order, several at once; stopped, resumed, shared.
#include <weir/executor/executor.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>

#include <weir/front/document/document.hpp>
#include <weir/record/reader.hpp>

namespace weir {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// A node whose numbers are NaN does not end in silence, unless it is known for it.
void warn_of_nan(const Node& node, Run& run) {
  for (const AnyOutput* output : node.outputs()) {
    const auto* tensor = dynamic_cast<const Output<Tensor>*>(output);
    if (!tensor || !tensor->is_set() || output->schema().may_be_nan()) continue;
    const auto missing = tensor->get().isnan().sum().item<std::int64_t>();
    if (missing > 0)
      run.warn(
          fmt::format("{} of the {} numbers of {} are NaN", missing, tensor->get().numel(), output->path()));
  }
}

// Whether it is of the record, the checkpoints or the shared results, which errors name first, and not of a file that a node reads.
bool is_of_this_run(const RecordError& error, const Recorder* recorder, const RunOptions& options) {
  const std::string_view what = error.what();
  const auto below = [&](const std::filesystem::path& folder) {
    return !folder.empty() && what.starts_with(folder.string());
  };
  return (recorder && what.starts_with(recorder->file().string() + ":")) || below(options.checkpoints) ||
         below(options.shared);
}

}  // namespace

// What one node sees of the executor while it runs.
class Executor::Context final : public Run {
 public:
  Context(Executor& executor, const GraphNode& node, Recorder* recorder, Events& events,
          const RunOptions& options)
      : executor_(executor), node_(node), recorder_(recorder), events_(events), options_(options) {}

  bool stop_requested() const override {
    return executor_.failed_ || timed_out() || (options_.stop && options_.stop->load());
  }
  bool timed_out() const { return node_.timeout > 0 && seconds_since(start_) > node_.timeout; }

  void progress(std::int64_t step, std::int64_t total, const std::map<std::string, double>& values) override {
    if (step != total && seconds_since(told_) < 0.2) return;
    told_ = Clock::now();
    events_.progress(node_.path, step, total, values);
  }

  void warn(const std::string& text) override {
    if (!warned_.insert(text).second) return;
    events_.warning(node_.path, text);
    if (recorder_) recorder_->warn(fmt::format("{}: {}", node_.path, text));
  }

  void checkpoint(const std::function<State()>& save, bool now) override {
    if (options_.checkpoints.empty() || !recorder_) return;
    if (!now && seconds_since(saved_) < options_.checkpoint_seconds) return;
    recorder_->commit();
    Checkpoint checkpoint{save(), {}};
    for (const DatasetSpec& dataset : executor_.datasets_) {
      if (!dataset.trace || !is_within(dataset.node, node_.path)) continue;
      const std::string path = key_of(dataset);
      checkpoint.rows[path] = recorder_->committed(path);
    }
    write_checkpoint(options_.checkpoints, recorder_->run_id(), node_.path, checkpoint);
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

KeptRows Executor::resume(const std::filesystem::path& record, const RunOptions& options) {
  const Reader reader(record);
  const std::string run_id = reader.attribute("/", "run_id");
  KeptRows kept;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const std::string& path = graph_.nodes[i].path;
    if (!nodes_[i]->stateful()) continue;
    // Another run has finished this node since: its result is taken whole, and no row of an earlier part is kept.
    if (const auto share = options.share.find(path);
        share != options.share.end() && is_shared(options.shared, share->second))
      continue;
    auto checkpoint = read_checkpoint(options.checkpoints, run_id, path, options_);
    if (!checkpoint) continue;
    for (const auto& [trace, rows] : checkpoint->rows) {
      kept[trace] = rows;
      if (!options.share.contains(path)) continue;
      const std::string group = record_path(trace);
      sink_.recall(trace, reader.rows(group + "/step", 0, rows.rows),
                   reader.rows(group + "/value", 0, rows.rows));
    }
    resumed_[path] = std::move(*checkpoint);
  }
  return kept;
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
    const auto resumed = resumed_.find(described.path);
    if (resumed != resumed_.end()) node.load(resumed->second.state);
    if (share != options.share.end()) {
      // A node that goes on from its checkpoint keeps the rows that it has recorded, even if another run was faster.
      auto result =
          resumed == resumed_.end() ? read_shared(options.shared, share->second, options_) : std::nullopt;
      taken = result.has_value();
      if (taken) {
        sink_.replay(result->rows);
        node.load(result->state);
      } else {
        sink_.remember(described.path);
      }
    }
    node.run(context);
    if (context.timed_out()) throw Stopped();  // it never asked
    warn_of_nan(node, context);
    if (share != options.share.end() && !taken) {
      write_shared(options.shared, share->second, {node.save(), sink_.remembered(described.path)});
    }
    // A probe's traces end with its trainer, a trainer's with itself: closing is by the node that ran last, its parent.
    if (recorder && described.parent.empty()) {
      for (const GraphNode& child : graph_.nodes) {
        if (is_within(child.path, described.path)) recorder->close_node(child.path);
      }
    }
  } catch (const RecordError& error) {
    if (is_of_this_run(error, recorder, options)) throw;
    throw InvalidInput(failure_of(described, std::current_exception()).what());
  } catch (const Stopped&) {
    if (context.timed_out())
      throw NodeFailure(described, fmt::format("timed out after {} s", described.timeout));
    throw Interrupted();
  } catch (...) {
    throw failure_of(described, std::current_exception());
  }
  events.finished(described.path, seconds_since(start), taken);
}

void Executor::run(Recorder* recorder, Events& events, const RunOptions& options) {
  sink_.attach(recorder);
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int> waiting = dependencies_;
  std::set<std::size_t> ready;  // lowest index first: the order of declaration
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
        events.stopped(graph_.nodes[i].path);
      }
      lock.lock();
      if (error) {
        errors[i] = error;
        failed_ = true;
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
    } catch (const InvalidInput& input) {
      events.failed(graph_.nodes[i].path, input.what());
      throw;
    }
  }
  throw Interrupted();
}

}  // namespace weir

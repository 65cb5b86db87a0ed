// tools/run/watchdog.cpp -- a thread that waits for the earliest end.
#include "watchdog.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include <weir/executor/node_failure.hpp>

namespace {

constexpr int plugin_failed = 3;  // as in tools/system/exit.hpp
constexpr std::chrono::seconds patience{5};

std::chrono::nanoseconds timeout_of(const weir::GraphNode& node) {
  constexpr double years = 1e8;  // seconds that a clock can count
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(std::min(node.timeout, years)));
}

// A training asks between two steps, which may be long ones, and writes a checkpoint.
std::chrono::nanoseconds grace_of(const weir::GraphNode& node) {
  return std::max<std::chrono::nanoseconds>(std::chrono::seconds(5), timeout_of(node) / 10);
}

}  // namespace

Watchdog::Watchdog(weir::Events& told, const weir::Graph& graph) : told_(told) {
  for (const weir::GraphNode& node : graph.nodes)
    if (node.timeout > 0) limited_[node.path] = &node;
  if (limited_.empty()) return;
  // Signals are for the other threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { watch(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Watchdog::~Watchdog() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    const auto next = std::min_element(
        at_work_.begin(), at_work_.end(),
        [](const auto& one, const auto& other) { return one.second.until < other.second.until; });
    if (next == at_work_.end()) {
      changed_.wait(lock);
      continue;
    }
    auto& [name, watched] = *next;
    if (Clock::now() < watched.until) {
      changed_.wait_until(lock, Clock::time_point(watched.until));  // a copy: the node may end meanwhile
      continue;
    }
    const weir::GraphNode& node = *limited_.at(name);
    if (!watched.asked) {
      // From now on, not from the timeout: the process may have been suspended meanwhile.
      watched = {Clock::now() + grace_of(node), true};
      continue;
    }
    // Whoever should hear it may have stopped reading.
    std::thread([] {
      std::this_thread::sleep_for(patience);
      ::_exit(plugin_failed);
    }).detach();
    told_.failed(name,
                 weir::NodeFailure(
                     node, fmt::format("timed out after {} s, and did not stop when asked to", node.timeout))
                     .what());
    ::_exit(plugin_failed);
  }
}

void Watchdog::started(const std::string& node) {
  if (const auto found = limited_.find(node); found != limited_.end()) {
    const std::lock_guard lock(mutex_);
    at_work_[node] = {Clock::now() + timeout_of(*found->second)};
    changed_.notify_one();
  }
  told_.started(node);
}

void Watchdog::finished(const std::string& node, double seconds, bool shared) {
  forget(node);
  told_.finished(node, seconds, shared);
}

void Watchdog::stopped(const std::string& node) {
  forget(node);
  told_.stopped(node);
}

void Watchdog::failed(const std::string& node, const std::string& message) { told_.failed(node, message); }

void Watchdog::progress(const std::string& node, std::int64_t step, std::int64_t total,
                        const std::map<std::string, double>& values) {
  told_.progress(node, step, total, values);
}

void Watchdog::warning(const std::string& node, const std::string& text) { told_.warning(node, text); }

void Watchdog::forget(const std::string& node) {
  const std::lock_guard lock(mutex_);
  at_work_.erase(node);
  changed_.notify_one();
}

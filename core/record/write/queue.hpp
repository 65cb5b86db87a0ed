// core/record/write/queue.hpp -- what callers hand to the writer thread, bounded in bytes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <weir/record/data/array.hpp>

namespace weir::record {

struct Task {
  enum class Kind { append, write, attribute, close_node, warn, commit, finish } kind;
  std::size_t dataset = 0;  // index into RunSpec::datasets
  std::int64_t step = 0;
  Array value{};
  std::string name{}, text{};  // attribute; close_node: node; warn: text; finish: status, message
  int exit = 0;                // finish
  std::uint64_t ticket = 0;    // commit: its number
};

class Queue {
 public:
  explicit Queue(std::size_t bytes) : bound_(bytes) {}

  // Waits while the queue is full; a task above the bound goes in alone. False once the queue is shut.
  bool push(Task task) {
    const std::size_t bytes = size(task);
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return shut_ || tasks_.empty() || bytes_ + bytes <= bound_; });
    if (shut_) return false;
    bytes_ += bytes;
    tasks_.push_back(std::move(task));
    filled_.notify_one();
    return true;
  }

  // The next task; nothing if none came until `deadline`.
  std::optional<Task> pop(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (!filled_.wait_until(lock, deadline, [&] { return !tasks_.empty(); })) return std::nullopt;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    bytes_ -= size(task);
    room_.notify_all();
    return task;
  }

  // Drops what waits and refuses what comes.
  void shut() {
    const std::lock_guard lock(mutex_);
    shut_ = true;
    tasks_.clear();
    bytes_ = 0;
    room_.notify_all();
  }

 private:
  static std::size_t size(const Task& task) {
    return (task.value.bytes ? task.value.bytes->size() : 0) + sizeof(Task);
  }

  const std::size_t bound_;
  std::mutex mutex_;
  std::condition_variable room_, filled_;
  std::deque<Task> tasks_;
  std::size_t bytes_ = 0;
  bool shut_ = false;
};

}  // namespace weir::record

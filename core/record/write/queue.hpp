// core/record/write/queue.hpp -- what callers hand to the writer thread, bounded in bytes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
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

// Rows alone do not wake the writer: it takes them by many, or when it is time to flush. Each by itself would cost the caller a change
// of threads at every step of a training.
class Queue {
 public:
  explicit Queue(std::size_t bytes) : bound_(bytes) {}

  // Waits while the queue is full; a task above the bound goes in alone. False once the queue is shut.
  bool push(Task task) {
    const std::size_t bytes = size(task);
    std::unique_lock lock(mutex_);
    const auto fits = [&] { return shut_ || held() == 0 || held() + bytes <= bound_; };
    if (!fits()) {
      wake();
      room_.wait(lock, fits);
    }
    if (shut_) return false;
    waiting_ += bytes;
    const bool row = task.kind == Task::Kind::append;
    tasks_.push_back(std::move(task));
    if (!row || waiting_ >= enough) wake();
    return true;
  }

  // All that waits, in its order: once there are more than rows, or enough of them, or at the deadline. What was taken before is done.
  std::deque<Task> take(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (taken_ > 0) room_.notify_all();
    taken_ = 0;
    awake_.wait_until(lock, deadline, [&] { return woken_; });
    woken_ = false;
    taken_ = std::exchange(waiting_, 0);
    return std::exchange(tasks_, {});
  }

  // Drops what waits and refuses what comes.
  void shut() {
    const std::lock_guard lock(mutex_);
    shut_ = true;
    tasks_.clear();
    waiting_ = 0;
    room_.notify_all();
  }

 private:
  static constexpr std::size_t enough = 256u << 10;

  static std::size_t size(const Task& task) {
    return (task.value.bytes ? task.value.bytes->size() : 0) + sizeof(Task);
  }
  std::size_t held() const { return waiting_ + taken_; }
  void wake() {
    if (woken_) return;
    woken_ = true;
    awake_.notify_one();
  }

  const std::size_t bound_;
  std::mutex mutex_;
  std::condition_variable room_, awake_;
  std::deque<Task> tasks_;
  std::size_t waiting_ = 0, taken_ = 0;  // bytes of those that wait, and that the writer has taken
  bool woken_ = false;
  bool shut_ = false;
};

}  // namespace weir::record

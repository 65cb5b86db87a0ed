// tools/run/watchdog.hpp -- holds nodes to their `timeout:`, whatever they do.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <weir/executor/event.hpp>
#include <weir/front/check/graph.hpp>

// Hears of nodes' starts and ends as Events, passes everything on, and stands outside of them. A node whose timeout is over is asked
// to stop by the executor (Run::stop_requested). One that has not stopped a while after that is told as failed, and the process ends
// with exit code 3 at once: nothing of a thread that is stuck can be taken down. What was committed stays; whoever started the process
// closes the record.
class Watchdog final : public weir::Events {
 public:
  Watchdog(weir::Events& told, const weir::Graph& graph);
  ~Watchdog() override;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void started(const std::string& node) override;
  void progress(const std::string& node, std::int64_t step, std::int64_t total,
                const std::map<std::string, double>& values) override;
  void warning(const std::string& node, const std::string& text) override;
  void finished(const std::string& node, double seconds, bool shared) override;
  void failed(const std::string& node, const std::string& message) override;
  void stopped(const std::string& node) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Watched {
    Clock::time_point until;
    bool asked = false;  // its timeout is over, and `until` is the end of its grace
  };
  void watch();
  void forget(const std::string& node);

  weir::Events& told_;
  std::map<std::string, const weir::GraphNode*> limited_;  // nodes with a timeout
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Watched> at_work_;
  bool over_ = false;
  std::thread thread_;
};

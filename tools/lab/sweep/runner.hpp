// tools/lab/sweep/runner.hpp -- what carries out jobs: child processes, or a stand-in for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace weir::tools {

// News of a job: an event of weir-run (event.hpp), or (`ended`) that its process is gone.
struct News {
  std::size_t job = 0;
  nlohmann::json event;
  bool ended = false;
  int exit = 0;             // of an ended job; 128 + signal if one killed it
  std::string stderr_tail;  // the last words of an ended job, for crashes
  std::string output;       // what its plugins printed: the beginning, and how much there was
  std::uint64_t output_bytes = 0;
};

class Runner {
 public:
  virtual ~Runner() = default;
  virtual void start(std::size_t job) = 0;
  // Waits a moment for news; nothing is news too: it is time to redraw.
  virtual std::optional<News> next() = 0;
  // The user asked to stop: running jobs have been told, no further one is to be started.
  virtual bool stopping() const = 0;
};

}  // namespace weir::tools

// tools/system/process.hpp -- a child process whose stdout is read line by line.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace weir::tools {

// A started program. Its stdout and stderr are pipes; it dies with its parent (PR_SET_PDEATHSIG) and has a
// process group of its own, so that the terminal's Ctrl-C reaches it once, through signal().
class Process {
 public:
  // Throws CommandError(plugin_failed) if the program cannot be started.
  Process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
          const std::vector<std::string>& environment);
  ~Process();  // kills and reaps a child that is still alive
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  Process(const Process&) = delete;

  int out() const { return out_; }  // file descriptors to poll; -1 once closed by the child
  int err() const { return err_; }
  std::vector<std::string> read_lines();  // whatever complete lines are there; the rest is kept for later
  void read_errors();
  const std::string& last_words() const { return errors_; }  // the last 4 KiB of stderr
  bool silent() const { return out_ < 0 && err_ < 0; }       // both pipes are closed
  void signal(int number) const;
  int wait();  // exit code, or 128 + signal

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string partial_;
  std::string errors_;
};

}  // namespace weir::tools

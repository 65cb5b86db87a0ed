// core/os/child.hpp -- child processes: started, heard, signalled, and how they ended.
//
// Every child dies with the thread that made it, and has a process group of its own: the terminal's Ctrl-C does not reach it, but
// what its parent makes of that does. This is why it is fork() and not posix_spawn(), which cannot arrange the first.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <weir/os/descriptor.hpp>

namespace weir::os {

using Clock = std::chrono::steady_clock;

// How a process ended.
struct Ending {
  int code = 0;    // its exit code
  int signal = 0;  // that killed it; 0 if none did

  bool good() const { return code == 0 && signal == 0; }
  int shell_code() const { return signal > 0 ? 128 + signal : code; }
  std::string words() const;  // "exit code 3", "Segmentation fault"
};

struct Command {
  std::filesystem::path program;  // its path; PATH is not searched
  std::vector<std::string> arguments{};
  std::optional<std::vector<std::string>> environment{};  // "NAME=value"; by default this process's own
};

class Child {
 public:
  // Starts a program. Its standard input is empty, its standard output and error are heard here, no other descriptor of ours is open
  // in it, and no signal is blocked. It gets SIGTERM when we die. Throws std::system_error, "cannot start PROGRAM: CAUSE".
  explicit Child(const Command& command);
  // A process that fork_child() made, and the end of a pipe by which it is heard.
  Child(pid_t forked, Descriptor out) : pid_(forked), out_(std::move(out)) {}
  ~Child();  // kills and reaps what still lives
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;

  // Waits for what it writes and takes that in. False if nothing came until then.
  bool hear(Clock::time_point until);
  bool silent() const {
    return !out_.open() && !err_.open();
  }                                          // it has closed both: it has ended, or is about to
  int out() const { return out_.number(); }  // to poll with others; -1 once it is closed
  int err() const { return err_.number(); }
  const std::string& output() const { return output_; }  // what is not taken yet
  std::vector<std::string> take_lines();                 // the complete ones
  const std::string& errors() const { return errors_; }  // the last 64 KiB

  void signal(int number) const;
  void kill() const;  // it and what it has started
  Ending wait();      // for its end; once

 private:
  pid_t pid_ = -1;
  Descriptor out_, err_;
  std::string output_, errors_;
};

// fork() without a program to become: 0 in the child. It gets `death` when we die. Only while this process has one thread may the
// child do more than what is safe in a signal handler. Throws std::system_error.
pid_t fork_child(int death);

// What a program gave that was heard to its end.
struct ChildOutput {
  Ending ending;
  bool timed_out = false;
  std::string output, errors;  // of the latter the last 64 KiB
  std::string end;             // "exit code 3", "Aborted", "no answer within 120 s"

  bool good() const { return ending.good() && !timed_out; }
};

// Runs a program until it has closed its output, or kills it after `seconds`. One that cannot be started has, as in a shell, the
// exit code 127 and the reason for its errors.
ChildOutput run_child(const Command& command, double seconds);

}  // namespace weir::os

// core/os/child.hpp -- child processes: started, heard, signalled, and how they ended.
//
// Every child gets a signal when the thread that made it dies, and has a process group of its own: the terminal's Ctrl-C does not
// reach it, but what its parent makes of that does. This is why it is fork() and not posix_spawn(), which cannot arrange the first.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
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
  bool events = false;              // lines that it writes to Child::events are heard apart from its output
  std::size_t output_kept = whole;  // of its standard output, from the beginning
  int channel = -1;                 // a descriptor of ours that it has as Child::channel; only with events

  static constexpr std::size_t whole = std::numeric_limits<std::size_t>::max();
};

// One stream of a child, as it is heard. What is kept of it is bounded: from the beginning or, for the last words, at the end.
struct Heard {
  Descriptor from;
  std::size_t first = Command::whole, last = Command::whole;
  std::string text{};       // what is kept, and not taken yet
  std::uint64_t bytes = 0;  // all that came

  // Reads at most so many bytes, where some are waiting. Closes at the end of the stream.
  void take(std::size_t most);
  std::vector<std::string> take_lines();  // the complete ones
};

// The ends of the pipes by which a child is heard.
struct Streams {
  Descriptor out, err, events;
};

class Child {
 public:
  static constexpr int events = 3;   // the descriptor of a child's events
  static constexpr int channel = 4;  // and of what Command::channel is

  // Starts a program. Its standard input is empty, its standard output and error are heard here, no other descriptor of ours is open
  // in it, no signal is blocked, and SIGINT and SIGTERM have their default effect. It gets SIGTERM when we die. Throws
  // std::system_error, "cannot start PROGRAM: CAUSE".
  explicit Child(const Command& command);
  // A process that fork_child() made, and the end of a pipe by which it is heard.
  Child(pid_t forked, Descriptor out);
  // A process that is our child in whatever way, and has a group of its own.
  Child(pid_t adopted, Streams heard, std::size_t output_kept);
  ~Child();  // kills and reaps what still lives
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;

  // Waits for what it writes and takes that in. False if nothing came until then.
  bool hear(Clock::time_point until);
  bool silent() const;  // it has closed all: it has ended, or is about to
  // To poll with others: readable when there is something to hear, or when it has ended.
  std::vector<int> descriptors() const;

  const std::string& output() const { return out_.text; }    // what is kept and not taken yet
  std::uint64_t output_bytes() const { return out_.bytes; }  // all that it wrote there
  const std::string& errors() const { return err_.text; }    // the last 64 KiB
  // The complete lines, of its standard output and of its events.
  std::vector<std::string> take_lines() { return out_.take_lines(); }
  std::vector<std::string> take_events() { return events_.take_lines(); }

  pid_t process() const { return pid_; }
  void signal(int number) const;
  void kill() const;  // it and what it has started
  Ending wait();      // for its end; once
  // How it ended, once; nothing while it lives. All that it wrote is then taken in, and what it has started is heard no more.
  std::optional<Ending> ended();

 private:
  void listen(Streams heard, std::size_t output_kept);

  pid_t pid_ = -1;
  Descriptor end_;  // readable when it has ended; -1 where the system has none such
  Heard out_, err_, events_;
};

// fork() without a program to become: 0 in the child. It gets `death` when we die. Only while this process has one thread may the
// child do more than what is safe in a signal handler. Throws std::system_error.
pid_t fork_child(int death);

// What a program gave that was heard to its end.
struct ChildOutput {
  Ending ending;
  bool timed_out = false;
  std::string output, errors;       // of the latter the last 64 KiB
  std::vector<std::string> events;  // lines
  std::string end;                  // "exit code 3", "Aborted", "no answer within 120 s"

  bool good() const { return ending.good() && !timed_out; }
};

// Runs a program until it has closed its output, or kills it after `seconds`. One that cannot be started has, as in a shell, the
// exit code 127 and the reason for its errors.
ChildOutput run_child(const Command& command, double seconds);

}  // namespace weir::os

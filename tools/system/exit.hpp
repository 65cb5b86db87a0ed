// tools/system/exit.hpp -- exit codes, and the error that carries one.
#pragma once

#include <stdexcept>
#include <string>

namespace weir::tools {

enum Exit {
  fine = 0,           // everything that was asked for happened
  unmet = 1,          // an `expect:` of the file was not met
  invalid = 2,        // the pipeline, the command line or a named input file
  plugin_failed = 3,  // a plugin failed to load or run, its run was killed, or the device is unavailable
  io_failed = 4,  // input/output: a record that exists, a full disk, standard output that cannot be written
  interrupted = 75,  // stopped by a signal at a commit; the same command goes on
};

bool is_exit(int code);  // whether it is one of these

// The graver of two exit codes: a sweep returns its worst run's.
int worse(int one, int other);

// From now on SIGINT, SIGTERM and SIGHUP, unless they are ignored, end this program with `interrupted`: for what the same command
// does again.
void exit_interrupted_by_signals();

// Ends the program with `code`; what() is the whole text for the user: rule, value, remedy.
class CommandError : public std::runtime_error {
 public:
  CommandError(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

}  // namespace weir::tools

// core/front/plugins/child_output.hpp -- runs a program and takes what it writes.
#pragma once

#include <string>
#include <vector>

namespace weir {

struct ChildOutput {
  int status = -1;  // exit status, 128 + signal, or -1 if it could not be started
  bool timed_out = false;
  std::string output, error;
};

// Runs `arguments` (the first is the program's path) without a shell, its input closed; ends it after
// `seconds`.
ChildOutput run_child(const std::vector<std::string>& arguments, double seconds);

}  // namespace weir

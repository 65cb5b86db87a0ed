// tools/run/facts.hpp -- what a process with LibTorch knows of itself, for `weir doctor`.
#pragma once

#include <filesystem>
#include <vector>

// Lines of JSON: {"event": "facts", ...} on the build, LibTorch and CUDA; then for each library, as it is opened, "opening" and
// "opened" with what was wrong ("" if nothing). Stops after a library that cannot be used: what it left in the process would be
// blamed on the next. They are written to the descriptor `events`. Returns 0.
int print_facts(const std::vector<std::filesystem::path>& libraries, int events);

// tools/check/library.hpp -- plugin libraries, each with its plugins, checked one after another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "verdict.hpp"

namespace weir::conformance {

struct Arguments {
  std::vector<std::filesystem::path> libraries, folders;  // folders: --plugin-path
  std::filesystem::path with;
  std::string only, plugin;
  std::uint64_t seed = 1;
  double timeout = 60;
  bool in_process = false, json = false;
};

// One row of the table. `plugin` is "" where the library itself is meant.
struct Row {
  std::filesystem::path library;
  std::string plugin, check;
  Verdict verdict;
  std::string repeat;  // the command that repeats just this check
};

// The name of the check that comes before all others.
inline constexpr const char* loads = "loads";

// Checks the libraries and shows each row as soon as it is there. Throws std::invalid_argument for words that name no
// check or plugin, InvalidPipeline for faults of `with`.
std::vector<Row> check_libraries(const Arguments& arguments, const std::function<void(const Row&)>& show);

}  // namespace weir::conformance

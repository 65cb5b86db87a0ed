// tools/cli/doctor/doctor.hpp -- what `weir doctor` looks at, a group of findings each.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace weir::tools {

enum class Health { fine, warning, broken };

struct Finding {
  Health health = Health::fine;
  std::string subject;  // "LibTorch"
  std::string text;
  std::string remedy{};  // what to do; "" if nothing
};

// What weir-run says of itself and of libraries that it opened; `weir` itself knows no LibTorch.
struct Facts {
  nlohmann::json build;  // the event "facts" of tools/run/facts.hpp; null if it could not be started
  std::string words;     // what it wrote to stderr, or why it could not be started
  std::map<std::string, std::string> unusable;  // libraries that it could not open, and why
};

// Opens the libraries in one process, and goes on in a new one after each that fails or kills it.
Facts facts_of(const std::vector<std::filesystem::path>& libraries);

std::vector<Finding> examine_programs(const Facts& facts);  // weir, weir-run, LibTorch, HDF5, CUDA
std::vector<Finding> examine_plugins(const std::vector<std::string>& folders,
                                     Facts& facts);  // asks for facts
std::vector<Finding> examine_machine();              // processors, memory, disk, locks
std::vector<Finding> examine_python();               // what `weir report` needs

}  // namespace weir::tools

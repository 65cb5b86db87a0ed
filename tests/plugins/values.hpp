// tests/plugins/values.hpp -- known tensors, points and files for tests of data plugins.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <check/bench/doubles.hpp>

#include "make.hpp"

namespace weir::tests {

using conformance::ItemSet;
using conformance::number;
using conformance::row_of;
using conformance::value_of;
using conformance::Values;

// The first 64 characters that a shell command prints: a SHA-256 of coreutils.
inline std::string sha_printed_by(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::string text(64, ' ');
  if (!pipe || std::fread(text.data(), 1, text.size(), pipe.get()) != text.size()) return "";
  return text;
}

// A folder of its own that goes away with the object.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("no scratch folder");
    folder_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  // A file of these bytes; returns its path.
  std::string write(const std::string& name, const std::vector<int>& bytes) const {
    std::ofstream out(folder_ / name, std::ios::binary);
    for (const int byte : bytes) out.put(static_cast<char>(byte));
    return folder_ / name;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace weir::tests

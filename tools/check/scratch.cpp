// tools/check/scratch.cpp -- a folder that goes away with the object.
#include "scratch.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace weir::conformance {

Scratch::Scratch(const std::filesystem::path& parent) {
  std::string pattern = (parent / "weir-check-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make a folder in " + parent.string());
  path_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace weir::conformance

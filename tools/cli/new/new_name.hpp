// tools/cli/new/new_name.hpp -- names for what `weir new` makes.
#pragma once

#include <string>

namespace weir::tools {

// Throws CommandError, with a name that would do, unless `name` is a lower-case identifier: it becomes the name of files,
// of a CMake target and of a C++ class, and a word of YAML.
void check_name(const std::string& name);

// The C++ class of a plugin: noise/x1_long_name -> X1LongName. The kind follows where the name alone would be one that
// every plugin's file already knows: source/tensor -> TensorSource.
std::string class_name(const std::string& name, const std::string& kind);

}  // namespace weir::tools

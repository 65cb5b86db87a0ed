// core/text/shell_word.hpp -- words of a command that is shown to be pasted into a shell.
#pragma once

#include <string>

namespace weir {

// The word as a shell takes it, in quotes where it needs them.
std::string shell_word(std::string word);

// A path likewise, which no program takes for an option: ./-x.h5.
std::string path_word(const std::string& path);

}  // namespace weir

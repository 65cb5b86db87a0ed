// tools/system/shell_word.hpp -- a word as a shell would take it.
#pragma once

#include <string>

namespace weir::tools {

// The word itself where a shell reads it as one word, else in single quotes.
std::string shell_word(std::string word);

}  // namespace weir::tools

// tools/system/python.cpp -- Python, for what is written in it.
#include "python.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "exit.hpp"
#include "share.hpp"

namespace weir::tools {

std::string python_program() {
  const char* named = std::getenv("WEIR_PYTHON");
  return named != nullptr && *named != '\0' ? named : "/usr/bin/python3";
}

void become_python(std::vector<std::string> words, const std::string& what, const std::string& needs) {
  std::string path = shared_file("python").string();
  if (const char* own = std::getenv("PYTHONPATH"); own != nullptr && *own != '\0')
    path += std::string(":") + own;
  ::setenv("PYTHONPATH", path.c_str(), 1);
  words.insert(words.begin(), {python_program(), "-B"});
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execvp(pointers[0], pointers.data());
  throw CommandError(plugin_failed, fmt::format("{} made by Python, but {} cannot be started: {}; {}", what,
                                                words[0], std::strerror(errno), needs));
}

}  // namespace weir::tools

// tests/cli/program.hpp -- runs the built program as its users do.
#pragma once

#include <sys/wait.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

struct Answer {
  int exit = 0;
  std::string out, err;
};

// Runs `weir WORDS` by the shell in `folder`, with `environment` ("NAME=value ...") in front.
inline Answer weir_program(const std::filesystem::path& folder, const std::string& words,
                           const std::string& environment = "") {
  const auto read = [&](const char* name) {
    std::ifstream in(folder / name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return text;
  };
  const std::string command = "cd '" + folder.string() + "' && env " + environment +
                              " '" WEIR_BIN_DIR "/weir' " + words + " > .out 2> .err < /dev/null";
  const int status = std::system(command.c_str());
  Answer answer{WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(".out"), read(".err")};
  std::filesystem::remove(folder / ".out");
  std::filesystem::remove(folder / ".err");
  return answer;
}

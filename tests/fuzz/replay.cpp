// tests/fuzz/replay.cpp -- a fuzzing target without a fuzzer: the files of a folder, and a fixed number of changes of each, by a seed.
//
//   weir-fuzz-record FOLDER CHANGES
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "edits.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string changed(std::string input, std::mt19937& random) {
  for (std::size_t times = 1 + random() % 4; times > 0; --times) {
    const std::size_t place = input.empty() ? 0 : random() % input.size();
    switch (random() % 4) {
      case 0:
        input.insert(place, 1, static_cast<char>(random()));
        break;
      case 1:
        if (!input.empty()) input.erase(place, 1 + random() % 8);
        break;
      case 2:
        input.insert(place, input.substr(input.empty() ? 0 : random() % input.size(), random() % 32));
        break;
      default:
        if (!input.empty()) input[place] = static_cast<char>(random());
    }
  }
  return input;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 2;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(words[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  const int changes = std::atoi(words[2]);
  int runs = 0;
  for (const auto& file : files) {
    const std::string input = fuzz::bytes_of(file);
    std::mt19937 random(20261130);
    run(input);
    for (int i = 0; i < changes; ++i) run(changed(input, random));
    runs += 1 + changes;
  }
  std::printf("%d inputs of %zu files\n", runs, files.size());
  return runs > 0 ? 0 : 2;
}

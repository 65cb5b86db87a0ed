// tests/fuzz/edits.hpp -- inputs of a fuzzer as edits of a file that is right: bytes that are all made up get no further than the first
// check.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>

namespace fuzz {

// Six bytes are one edit: what is done (change one byte, fill 64 with zeros, cut the file off, copy 64 from elsewhere), a place
// (three bytes, in parts of the file's length), a value (two bytes).
inline std::string edited(std::string file, std::span<const std::uint8_t> edits) {
  for (; edits.size() >= 6 && !file.empty(); edits = edits.subspan(6)) {
    const std::size_t place = (edits[1] | edits[2] << 8 | edits[3] << 16) * file.size() >> 24;
    const std::size_t count = std::min<std::size_t>(64, file.size() - place),
                      other = (edits[4] | edits[5] << 8) % file.size();
    switch (edits[0] % 8) {
      case 0:
        file.replace(place, count, count, '\0');
        break;
      case 1:
        file.resize(place);
        break;
      case 2:
        file.replace(place, count, file.substr(other, count));
        break;
      default:
        file[place] = static_cast<char>(file[place] ^ (edits[4] | 1));
    }
  }
  return file;
}

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A file of this process's own, gone with it.
class Scratch {
 public:
  explicit Scratch(const std::string& name) {
    std::string folder = (std::filesystem::temp_directory_path() / "weir-fuzz-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = folder;
    file_ = folder_ / name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& with(const std::string& bytes) const {
    std::ofstream(file_, std::ios::binary) << bytes;
    return file_;
  }
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path folder_, file_;
};

}  // namespace fuzz

// plugins/source/files/safetensors.cpp -- safetensors: the length of a header (8 bytes, little-endian), JSON, the numbers.
//
// Source   github.com/huggingface/safetensors, section Format. Row by row, little-endian, as the format prescribes.
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include <fmt/format.h>

#include "array_formats.hpp"

namespace weir::files {
namespace {

constexpr std::uint64_t longest_header = 100'000'000;  // the format's own limit

class SafetensorsFile final : public ArrayFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& file) : ArrayFile(file) {
    const auto stream = part_of_file(file, 0);
    if (stream->size() < 8) throw std::runtime_error("ends within its header");
    unsigned char size[8];
    stream->read(size, 8);
    std::uint64_t length = 0;
    for (int i = 7; i >= 0; --i) length = length << 8 | size[i];
    if (length > longest_header || length > stream->size() - 8)
      throw std::runtime_error(
          fmt::format("is no safetensors file, or truncated: its header has {} bytes", length));
    std::string text(length, '\0');
    stream->read(text.data(), length);
    header_ = nlohmann::json::parse(text, nullptr, false);
    if (!header_.is_object())
      throw std::runtime_error("has no header that safetensors writes: it is damaged");
    header_.erase("__metadata__");
    if (header_.empty()) throw std::runtime_error("holds no tensor");
    first_ = 8 + length;
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& [name, entry] : header_.items()) names.push_back(name);
    return names;
  }

 protected:
  OpenArray opened(const std::string& name) const override {
    ArrayHeader header;
    std::vector<std::uint64_t> place;
    std::string type;
    try {
      const nlohmann::json& entry = header_.at(name);
      type = entry.at("dtype").get<std::string>();
      header.shape = entry.at("shape").get<Shape>();
      place = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
    } catch (const nlohmann::json::exception&) {
      throw std::runtime_error("has no dtype, shape or data_offsets that safetensors writes: it is damaged");
    }
    static const std::map<std::string, at::ScalarType> types{
        {"BOOL", at::kBool},  {"I8", at::kChar},  {"I16", at::kShort},     {"I32", at::kInt},
        {"I64", at::kLong},   {"U8", at::kByte},  {"U16", at::kUInt16},    {"U32", at::kUInt32},
        {"U64", at::kUInt64}, {"F16", at::kHalf}, {"BF16", at::kBFloat16}, {"F32", at::kFloat},
        {"F64", at::kDouble}};
    const auto found = types.find(type);
    if (found == types.end())
      throw std::runtime_error(fmt::format("has numbers of type {}: write it as F32, tensor.float()", type));
    header.type = found->second;
    header.bytes = bytes_of(header.shape, c10::elementSize(header.type));
    const std::uint64_t there = std::filesystem::file_size(file_) - first_;
    if (place.size() != 2 || place[0] > place[1] || place[1] - place[0] != header.bytes)
      throw std::runtime_error(
          fmt::format("has {} bytes by its shape, and other data_offsets: it is damaged", header.bytes));
    if (place[1] > there)
      throw std::runtime_error(fmt::format(
          "is truncated: it ends at byte {} of the numbers, and the file has {}", place[1], there));
    return {header, part_of_file(file_, first_ + place[0])};
  }

 private:
  nlohmann::json header_;
  std::uint64_t first_ = 0;
};

}  // namespace

std::unique_ptr<ArrayFile> open_safetensors(const std::filesystem::path& file) {
  return std::make_unique<SafetensorsFile>(file);
}

}  // namespace weir::files

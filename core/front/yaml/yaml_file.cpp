// core/front/yaml/yaml_file.cpp -- YAML from a file or from the command line.
#include <fstream>

#include <weir/front/yaml/yaml.hpp>

namespace weir::yaml {
namespace {

void stamp(Node& node, const Place& place) {
  node.place = place;
  node.origin.clear();
  for (Node& item : node.items) stamp(item, place);
  for (Entry& entry : node.entries) {
    entry.place = place;
    stamp(entry.value, place);
  }
}

std::optional<std::string> bytes_of(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) || std::filesystem::is_directory(file, error))
    return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes(most_bytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

}  // namespace

std::optional<std::string> read_bytes(const std::filesystem::path& file, Faults& faults) {
  auto bytes = bytes_of(file);
  if (!bytes) {
    std::error_code error;
    const bool folder = std::filesystem::is_directory(file, error);
    const bool there = std::filesystem::exists(file, error);
    faults.push_back({"W101",
                      {file.string(), 0, 0, 1},
                      folder  ? "a pipeline is a file, and this is a folder"
                      : there ? "this file cannot be read"
                              : "there is no such file",
                      there ? "" : "check the path",
                      {},
                      {}});
  }
  return bytes;
}

std::optional<Node> read_value(const std::string& text, const Place& place, Faults& faults) {
  Faults inner;
  auto node = read_text(text, place.file, inner);
  if (!node && text.find_first_not_of(' ') == std::string::npos) node = Node{};
  for (Fault& fault : inner) {
    if (node) break;
    fault.place = place;
    fault.also.clear();
    faults.push_back(fault);
  }
  if (node) stamp(*node, place);
  return node;
}

}  // namespace weir::yaml

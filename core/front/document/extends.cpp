// core/front/document/extends.cpp -- a pipeline merged over those that it extends.
#include <weir/front/document/document.hpp>

#include <algorithm>

#include <weir/front/faults/wording.hpp>

namespace weir {
namespace {

namespace fs = std::filesystem;
using yaml::Entry;
using yaml::Node;

// One may be written in short: "sine", "noise/sine", "acme/noise/sine".
bool same_plugin(const std::string& one, const std::string& other) {
  const auto& [shorter, longer] =
      std::minmax(one, other, [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return shorter == longer || longer.ends_with("/" + shorter);
}

// Two nodes of different plugins share no parameters, so the later replaces the earlier whole.
bool other_plugin(const Node& base, const Node& over) {
  const Entry* first = base.find("plugin");
  const Entry* second = over.find("plugin");
  return first && second && !same_plugin(first->value.text, second->value.text);
}

void merge(Node& base, const Node& over, const std::string& path) {
  for (const Entry& entry : over.entries) {
    Entry* found = base.find(entry.key);
    if (!found) {
      base.entries.push_back(entry);
    } else if (entry.value.is_null()) {
      base.entries.erase(base.entries.begin() + (found - base.entries.data()));
    } else if (found->value.is_map() && entry.value.is_map() && path != "sweep" &&
               !other_plugin(found->value, entry.value)) {
      merge(found->value, entry.value, path.empty() ? entry.key : path + "." + entry.key);
      found->place = entry.place;
    } else {
      *found = entry;
    }
  }
}

// Reads `file` and those below it; `open` holds the files being read, to find a circle.
std::optional<Document> read(const fs::path& file, std::vector<fs::path>& open, Faults& faults) {
  auto source = yaml::read_bytes(file, faults);
  if (!source) return std::nullopt;
  auto own = yaml::read_text(*source, file.string(), faults);
  if (!own) return std::nullopt;
  if (!own->is_map()) {
    faults.push_back({"W121",
                      own->place,
                      "a pipeline is a map of keys such as 'nodes:', not " + yaml::describe(*own),
                      "",
                      {},
                      {}});
    return std::nullopt;
  }
  const Entry* extends = own->find("extends");
  if (!extends) return Document{std::move(*own), std::move(*source)};
  const Node value = extends->value;
  const auto fault = [&](const std::string& message, const std::string& remedy) {
    faults.push_back({"W126", value.place, message, remedy, {}, {}});
    return std::nullopt;
  };
  if (!value.is_scalar() || value.text.empty())
    return fault("'extends' must be the path of one pipeline, not " + yaml::describe(value), "");
  const fs::path written = value.text;
  const fs::path below = written.is_absolute() ? written : (file.parent_path() / written).lexically_normal();
  std::error_code error;
  if (!fs::is_regular_file(below, error))
    return fault("there is no file '" + below.string() + "' to extend",
                 "the path starts from the folder of this file");
  const fs::path identity = fs::canonical(below, error);
  if (std::find(open.begin(), open.end(), identity) != open.end())
    return fault("'" + below.string() + "' extends itself in a circle", "");
  open.push_back(identity);
  auto document = read(below, open, faults);
  open.pop_back();
  if (!document) return std::nullopt;
  Node& base = document->root;
  for (const char* key : {"name", "note", "extends"}) {
    std::erase_if(base.entries, [&](const Entry& entry) { return entry.key == key; });
  }
  std::erase_if(own->entries, [](const Entry& entry) { return entry.key == "extends"; });
  merge(base, *own, "");
  base.place = own->place;
  document->source = std::move(*source);
  return document;
}

}  // namespace

std::optional<Document> read_document(const fs::path& file, Faults& faults) {
  std::error_code error;
  std::vector<fs::path> open = {fs::weakly_canonical(file, error)};
  return read(file, open, faults);
}

}  // namespace weir

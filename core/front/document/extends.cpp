// core/front/document/extends.cpp -- a pipeline merged over those that it extends.
#include <weir/front/document/document.hpp>

#include <algorithm>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/home.hpp>
#include <weir/text/shell_word.hpp>

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

bool is_pipeline_name(const fs::path& file) {
  const std::string extension = file.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

// In the folder or below, and not by way of a hidden one, such as ~/.config below a pipeline in ~.
bool lies_in(const fs::path& file, const fs::path& folder) {
  const auto [left, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return left == folder.end() &&
         std::none_of(rest, file.end(), [](const fs::path& name) { return name.string().starts_with("."); });
}

bool is_pipeline(const Node& root) {
  return root.is_map() && std::ranges::all_of(root.entries, [](const Entry& entry) {
           return std::ranges::find(top_level_keys(), entry.key) != top_level_keys().end();
         });
}

// Reads a file and those that it extends, directly or not.
class Reading {
 public:
  Reading(const fs::path& file, Faults& faults) : faults_(faults) {
    std::error_code error;
    files_ = open_ = {fs::weakly_canonical(file, error)};
    folder_ = files_.front().parent_path();
  }

  std::optional<Document> read(const fs::path& file) {
    auto source = yaml::read_bytes(file, faults_);
    if (!source) return std::nullopt;
    auto own = yaml::read_text(*source, file.string(), faults_);
    if (!own) return std::nullopt;
    if (!own->is_map()) {
      faults_.push_back({"W121",
                         own->place,
                         "a pipeline is a map of keys such as 'nodes:', not " + yaml::describe(*own),
                         "",
                         {},
                         {}});
      return std::nullopt;
    }
    const Entry* extends = own->find("extends");
    if (!extends)
      return Document{std::move(*own), std::move(*source), files_};  // the last: all have been read
    auto document = extended(Node(extends->value), file);
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

 private:
  std::optional<Document> extended(const Node& value, const fs::path& by) {
    const auto fault = [&](const std::string& message, const std::string& remedy) {
      faults_.push_back({"W126", value.place, message, remedy, {}, {}});
      return std::nullopt;
    };
    if (!value.is_scalar() || value.text.empty())
      return fault("'extends' must be the path of one pipeline, not " + yaml::describe(value), "");
    const fs::path written = with_home(value.text);
    const fs::path below = written.is_absolute() ? written : (by.parent_path() / written).lexically_normal();
    std::error_code error;
    if (!fs::is_regular_file(below, error))
      return fault("there is no file '" + below.string() + "' to extend",
                   "the path starts from the folder of this file");
    const fs::path identity = fs::canonical(below, error);
    if (std::ranges::find(open_, identity) != open_.end())
      return fault("'" + below.string() + "' extends itself in a circle", "");
    if (!may_be_quoted(identity))
      return fault(
          "'" + below.string() + "' is no pipeline by its name and its keys, and nothing of it is shown",
          "weir validate " + path_word(below.string()) + " says what is wrong with it");
    open_.push_back(identity);
    files_.push_back(identity);
    auto document = read(below);
    open_.pop_back();
    return document;
  }

  // Faults quote what they are about, and whoever wrote the pipeline chose the file: only what is a pipeline is quoted. In the
  // pipeline's own folder a pipeline's name is enough, so that one with mistakes is shown with them.
  bool may_be_quoted(const fs::path& file) const {
    if (!is_pipeline_name(file)) return false;
    if (lies_in(file, folder_)) return true;
    Faults unsaid;
    const auto source = yaml::read_bytes(file, unsaid);
    const auto root = source ? yaml::read_text(*source, file.string(), unsaid) : std::nullopt;
    return root && is_pipeline(*root);
  }

  Faults& faults_;
  fs::path folder_;              // of the pipeline that was named
  std::vector<fs::path> open_;   // being read, to find a circle
  std::vector<fs::path> files_;  // all so far
};

}  // namespace

const std::vector<std::string>& top_level_keys() {
  static const std::vector<std::string> keys = {
      "name",   "seed",  "device", "dtype",  "threads", "plugins", "vars",       "extends",
      "blocks", "nodes", "sweep",  "report", "expect",  "compare", "error_rate", "note"};
  return keys;
}

std::optional<Document> read_document(const fs::path& file, Faults& faults) {
  return Reading(file, faults).read(file);
}

std::optional<Document> read_resolved_document(const fs::path& file, Faults& faults) {
  auto source = yaml::read_bytes(file, faults);
  auto root = source ? yaml::read_text(*source, file.string(), faults) : std::nullopt;
  if (!root) return std::nullopt;
  for (const char* key : {"extends", "vars"})
    if (const Entry* entry = root->find(key))
      faults.push_back({"W120",
                        entry->place,
                        std::string("a resolved pipeline holds every value itself and has no '") + key + "'",
                        "",
                        {},
                        {}});
  return Document{std::move(*root), std::move(*source), {file}};
}

}  // namespace weir

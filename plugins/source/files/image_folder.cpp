// plugins/source/files/image_folder.cpp -- folders, class folders, partitions.
//
// Source   torchvision.datasets.ImageFolder: a folder for each class, numbered by name; CelebA's list_eval_partition.txt: NAME PART
#include "image_folder.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "table_file.hpp"

namespace weir::files {
namespace {

namespace fs = std::filesystem;

std::string ending(const fs::path& file) {
  std::string end = file.extension().string();
  std::ranges::transform(end, end.begin(), [](unsigned char c) { return std::tolower(c); });
  return end;
}

bool is_image(const fs::path& file) {
  return std::set<std::string>{".png", ".jpg", ".jpeg"}.contains(ending(file));
}

// Images that are not read: to leave them out would be a smaller set than its owner thinks.
bool is_other_image(const fs::path& file) {
  return std::set<std::string>{".gif",  ".bmp",  ".tif",  ".tiff", ".webp",
                               ".heic", ".avif", ".jfif", ".ppm",  ".pgm"}
      .contains(ending(file));
}

bool passed_over(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') || name == "__MACOSX";
}

// Sorted names of what is directly in `folder`: files or folders.
std::vector<std::string> entries(const fs::path& folder, bool folders) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::error_code error;
    const fs::file_status status = entry.status(error);
    // A link that leads nowhere, or to itself, stands for a file: that it cannot be read is said of it.
    const bool broken = error || !fs::exists(status);
    if (!passed_over(entry.path()) &&
        (folders ? fs::is_directory(status) : broken || fs::is_regular_file(status)))
      names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> images_directly_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const std::string& name : entries(folder, false)) {
    if (is_other_image(name)) {
      throw std::runtime_error(
          fmt::format("'{}' is neither PNG nor JPEG, and no image is left out in silence: convert it, or put "
                      "it elsewhere",
                      (folder / name).string()));
    }
    if (is_image(name)) names.push_back(name);
  }
  return names;
}

// Those of a class, in folders below it too, as torchvision's ImageFolder takes them.
void add_below(const fs::path& folder, const std::string& relative, std::vector<std::string>& names) {
  for (const std::string& name : images_directly_in(folder / relative))
    names.push_back(relative + "/" + name);
  for (const std::string& name : entries(folder / relative, true))
    add_below(folder, relative + "/" + name, names);
}

ImageFolder by_classes(const fs::path& folder) {
  if (const auto loose = images_directly_in(folder); !loose.empty()) {
    throw std::runtime_error(
        fmt::format("'{}' lies in no folder of a class: with labelled: true every image is at {}/CLASS/NAME",
                    (folder / loose.front()).string(), folder.string()));
  }
  ImageFolder found;
  found.classes = entries(folder, true);
  for (std::size_t i = 0; i < found.classes.size(); ++i) {
    std::vector<std::string> names;
    add_below(folder, found.classes[i], names);
    if (names.empty()) {
      throw std::runtime_error(
          fmt::format("class '{}' of '{}' has no .png, .jpg or .jpeg file: remove its folder, or fill it",
                      found.classes[i], folder.string()));
    }
    found.labels.insert(found.labels.end(), names.size(), static_cast<std::int64_t>(i));
    found.names.insert(found.names.end(), names.begin(), names.end());
  }
  return found;
}

bool holds_images(const fs::path& folder) {
  std::vector<std::string> names;
  for (const std::string& name : entries(folder, true)) add_below(folder, name, names);
  return !names.empty();
}

std::optional<int> part_of(const std::string& field) {
  const std::string text = trimmed(field);
  const std::vector<std::string> numbers{"0", "1", "2"}, words{"train", "valid", "test"};
  for (const auto& names : {numbers, words})
    if (const auto it = std::ranges::find(names, text); it != names.end())
      return static_cast<int>(it - names.begin());
  return std::nullopt;
}

// "a b.png 0" as name and number; the name alone if there is no space.
std::vector<std::string> at_last_space(const std::string& line) {
  const std::string text = trimmed(line);
  const auto space = text.find_last_of(" \t");
  if (space == std::string::npos) return {text};
  return {trimmed(text.substr(0, space)), text.substr(space + 1)};
}

}  // namespace

ImageFolder images_in(const fs::path& folder, bool by_class) {
  if (fs::is_regular_file(folder))
    throw std::runtime_error(
        fmt::format("'{}' is a file, and images are read from a folder: name the one that it lies in, or "
                    "unpack it if it is "
                    "an archive",
                    folder.string()));
  if (!fs::is_directory(folder))
    throw std::runtime_error(fmt::format("there is no folder '{}'", folder.string()));
  ImageFolder found;
  if (by_class)
    found = by_classes(folder);
  else
    found.names = images_directly_in(folder);
  if (!found.names.empty()) return found;
  const bool below = !by_class && holds_images(folder);
  throw std::runtime_error(
      fmt::format("folder '{}' holds no .png, .jpg or .jpeg file{}", folder.string(),
                  below ? ", but folders of it do: labelled: true takes each of them for a class" : ""));
}

std::map<std::string, int> read_partition(const fs::path& file) {
  if (!fs::is_regular_file(file))
    throw std::runtime_error(fmt::format("there is no file '{}'", file.string()));
  const char separator = ending(file) == ".tsv" ? '\t' : ',';
  TableFile lines(file, separator);
  std::map<std::string, int> parts;
  std::vector<std::string> fields;
  for (bool first = true; lines.next(fields); first = false) {
    const std::string line = fmt::format("{}", fmt::join(fields, std::string(1, separator)));
    // A comma may belong to a name: where the last field is no part, what follows the last space may be.
    if (const auto spaced = at_last_space(line); fields.size() != 2 || !part_of(fields.back()))
      if (spaced.size() == 2 && (fields.size() != 2 || part_of(spaced.back()))) fields = spaced;
    const auto part = fields.size() == 2 ? part_of(fields.back()) : std::nullopt;
    if (!part && first && fields.size() == 2 && !is_image(fields.front())) continue;  // a header
    if (!part) {
      lines.fail(lines.line(),
                 fmt::format("a line of a partition is \"NAME 0\" or \"NAME,0\" with 0, 1 or 2 for "
                             "train, valid and test, not \"{}\"",
                             line));
    }
    const auto [known, fresh] = parts.emplace(trimmed(fields.front()), *part);
    if (!fresh && known->second != *part)
      lines.fail(lines.line(), fmt::format("'{}' is put into two parts", known->first));
  }
  return parts;
}

}  // namespace weir::files

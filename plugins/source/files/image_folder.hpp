// plugins/source/files/image_folder.hpp -- which files of a folder are its images, of which class, and in which part of a partition.
//
// Source   torchvision.datasets.ImageFolder: a folder for each class, numbered by name; CelebA's list_eval_partition.txt: NAME PART
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace weir::files {

struct ImageFolder {
  std::vector<std::string>
      names;  // relative to the folder, "a.png" or "cat/a.png", in the order of class and name
  std::vector<std::int64_t> labels;  // the class of each; empty without class folders
  std::vector<std::string> classes;  // names of the classes
};

// The .png, .jpg and .jpeg files of `folder`, or with `by_class` those below each of its folders, which is a class. Names that start
// with a dot are passed over, and so is __MACOSX: leftovers of macOS and of archives. Errors: std::runtime_error with what is wrong
// and what to do, where there are none, or images that would be left out in silence.
ImageFolder images_in(const std::filesystem::path& folder, bool by_class);

// Name -> 0, 1 or 2 (train, valid, test), from lines "NAME 0", the name with spaces or without, or from CSV with a header or without.
// Errors: std::runtime_error with file, line, what is wanted and what stands there.
std::map<std::string, int> read_partition(const std::filesystem::path& file);

}  // namespace weir::files

// plugins/source/files/class_labels.hpp -- what a source records of the classes of its items.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <weir/node.hpp>

namespace weir::files {

struct ClassLabels {
  std::vector<std::int64_t> numbers;  // the class of each item
  std::vector<std::string> names;     // of the classes; empty where the numbers are all that is known
  std::int64_t classes = 0;
};

// Texts that are all whole numbers from 0 are the classes; others are numbered in the order of their bytes.
ClassLabels numbered(const std::vector<std::string>& labels);

// Names as an attribute of an output: a list as JSON, in ASCII as attributes are.
std::string names_attribute(const std::vector<std::string>& names);

// Plans and sets an int64 output [class]: how many items each class has. Names go beside it, as JSON in `class_names`.
void plan_class_sizes(Output<Tensor>& sizes, std::int64_t classes, const std::vector<std::string>& names);
void set_class_sizes(Output<Tensor>& sizes, const Tensor& labels);

}  // namespace weir::files

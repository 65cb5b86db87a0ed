// plugins/source/files/class_labels.cpp -- texts to class numbers, and how many there are of each.
//
// Source   none: whole numbers from 0 are classes as they are; of texts the order is that of their bytes, as numpy.unique has it.
#include "class_labels.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "table_file.hpp"

namespace weir::files {
namespace {

constexpr std::int64_t most_classes = 1 << 20;  // beyond, a number is no class

bool whole(const std::string& label, std::int64_t& value) {
  const std::string text = trimmed(label);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc() && end == text.data() + text.size() && value >= 0 &&
         value < most_classes;
}

}  // namespace

ClassLabels numbered(const std::vector<std::string>& labels) {
  ClassLabels result;
  for (const std::string& label : labels) {
    std::int64_t value = 0;
    if (!whole(label, value)) break;
    result.numbers.push_back(value);
    result.classes = std::max(result.classes, value + 1);
  }
  if (result.numbers.size() == labels.size()) return result;
  const std::set<std::string> names(labels.begin(), labels.end());
  result = {{}, {names.begin(), names.end()}, static_cast<std::int64_t>(names.size())};
  std::map<std::string, std::int64_t> number;
  for (const std::string& name : result.names) number.emplace(name, static_cast<std::int64_t>(number.size()));
  for (const std::string& label : labels) result.numbers.push_back(number.at(label));
  return result;
}

std::string names_attribute(const std::vector<std::string>& names) {
  return nlohmann::json(names).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void plan_class_sizes(Output<Tensor>& sizes, std::int64_t classes, const std::vector<std::string>& names) {
  DatasetSpec& dataset = sizes.plan({classes}, {"class"});
  if (!names.empty()) dataset.attributes["class_names"] = names_attribute(names);
}

void set_class_sizes(Output<Tensor>& sizes, const Tensor& labels) {
  sizes.set(
      at::bincount(labels.cpu(), {}, sizes.shape().front()).to(sizes.node().options().dtype(at::kLong)));
}

}  // namespace weir::files

// core/executor/recording.cpp -- policies between outputs and the recorder.
#include <weir/executor/recording.hpp>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include <weir/front/document/document.hpp>

namespace weir {
namespace {

Array head_of(const Array& array, std::int64_t rows) {
  Array head = array;
  head.shape.front() = std::min(rows, array.shape.front());
  const auto bytes = static_cast<std::size_t>(head.count()) * size_of(array.dtype);
  head.bytes = std::make_shared<std::vector<std::byte>>(
      array.bytes->begin(), array.bytes->begin() + static_cast<std::ptrdiff_t>(bytes));
  return head;
}

Array stacked(const std::vector<Array>& rows) {
  Array all = rows.front();
  all.shape.insert(all.shape.begin(), static_cast<std::int64_t>(rows.size()));
  auto bytes = std::make_shared<std::vector<std::byte>>();
  bytes->reserve(rows.size() * rows.front().bytes->size());
  for (const Array& row : rows) bytes->insert(bytes->end(), row.bytes->begin(), row.bytes->end());
  all.bytes = std::move(bytes);
  return all;
}

Array row_of(const Array& all, std::int64_t i) {
  Array row{all.dtype, {all.shape.begin() + 1, all.shape.end()}, nullptr};
  const auto size = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row.count()) * size_of(all.dtype));
  const auto first = all.bytes->begin() + i * size;
  row.bytes = std::make_shared<std::vector<std::byte>>(first, first + size);
  return row;
}

// Of a file: a row of numbers for each step.
void require_rows(const std::string& path, const Array& steps, const Array& values) {
  if (steps.dtype != DType::int64 || steps.shape.size() != 1 || values.shape.empty() ||
      values.shape.front() != steps.shape.front())
    throw RecordError(
        fmt::format("the rows of {} have not a step each: the file that holds them is damaged", path));
}

}  // namespace

std::int64_t bytes_of(const DatasetSpec& dataset) {
  std::int64_t count = 1;
  for (const std::int64_t size : dataset.shape) count *= std::max<std::int64_t>(size, 0);
  return count * static_cast<std::int64_t>(size_of(dataset.dtype));
}

Kept kept(const nlohmann::json& record, const std::string& output, const DatasetSpec& dataset) {
  const bool large = !dataset.trace && !dataset.shape.empty() && bytes_of(dataset) > whole_tensor_bytes;
  Kept usual;
  if (large) {
    const std::int64_t row = std::max<std::int64_t>(bytes_of(dataset) / dataset.shape.front(), 1);
    usual.head = std::max<std::int64_t>(whole_tensor_bytes / row, 1);
  }
  nlohmann::json rule =
      record.is_object() ? (record.contains(output) ? record[output] : nlohmann::json()) : record;
  if (rule == "all" || rule == true) return {};
  if (rule == "none" || rule == false) return {.recorded = false};
  if (rule.is_number_integer() && !dataset.trace && !dataset.shape.empty())
    return {.recorded = true, .head = rule};
  return usual;
}

std::vector<DatasetSpec> RecordingSink::declare(const Node& node, const nlohmann::json& record) {
  std::vector<DatasetSpec> recorded;
  for (const AnyOutput* output : node.outputs()) {
    for (DatasetSpec dataset : output->datasets()) {
      const Kept rule = kept(record, output->schema().name, dataset);
      policy_[key_of(dataset)] = rule;
      if (!rule.recorded) continue;
      if (rule.head >= 0 && (dataset.shape.front() < 0 || rule.head < dataset.shape.front())) {
        dataset.attributes["notice"] =
            fmt::format("the first {} of {} rows; record: {{{}: all}} keeps them all", rule.head,
                        dataset.shape.front(), output->schema().name);
        if (dataset.shape.front() >= 0) dataset.shape.front() = rule.head;
      }
      recorded.push_back(std::move(dataset));
    }
  }
  return recorded;
}

void RecordingSink::remember(const std::string& node) {
  const std::lock_guard lock(mutex_);
  remember_.push_back(node);
}

bool RecordingSink::is_remembered(const std::string& path) const {
  return std::ranges::any_of(remember_, [&](const std::string& node) { return is_within(path, node); });
}

Arrays RecordingSink::remembered(const std::string& node) const {
  const std::lock_guard lock(mutex_);
  Arrays arrays;
  for (const auto& [path, rows] : rows_) {
    if (!is_within(path, node) || rows.values.empty()) continue;
    const auto n = static_cast<std::int64_t>(rows.steps.size());
    auto bytes = std::make_shared<std::vector<std::byte>>(rows.steps.size() * sizeof(std::int64_t));
    std::memcpy(bytes->data(), rows.steps.data(), bytes->size());
    arrays[path + "/step"] = {DType::int64, {n}, std::move(bytes)};
    arrays[path + "/value"] = stacked(rows.values);
  }
  return arrays;
}

void RecordingSink::recall(const std::string& path, const Array& steps, const Array& values) {
  require_rows(path, steps, values);
  const std::lock_guard lock(mutex_);
  for (std::int64_t i = 0; i < steps.shape.front(); ++i) {
    rows_[path].steps.push_back(steps.data<std::int64_t>()[i]);
    rows_[path].values.push_back(row_of(values, i));
  }
}

void RecordingSink::replay(const Arrays& rows) {
  for (const auto& [name, steps] : rows) {
    if (!name.ends_with("/step")) continue;
    const std::string path = name.substr(0, name.size() - std::string("/step").size());
    const Array& values = rows.at(path + "/value");
    require_rows(path, steps, values);
    for (std::int64_t i = 0; i < steps.shape.front(); ++i)
      append(path, steps.data<std::int64_t>()[i], row_of(values, i));
  }
}

void RecordingSink::append(const std::string& path, std::int64_t step, Array row) {
  if (const std::lock_guard lock(mutex_); is_remembered(path)) {
    rows_[path].steps.push_back(step);
    rows_[path].values.push_back(row);
  }
  if (recorder_ && policy_.at(path).recorded) recorder_->append(path, step, std::move(row));
}

void RecordingSink::write(const std::string& path, Array value) {
  // Sets of tensors name themselves "<output>/<tensor>" below their node's path.
  const Kept rule = policy_.at(path);
  if (!recorder_ || !rule.recorded) return;
  recorder_->write(path, rule.head >= 0 ? head_of(value, rule.head) : std::move(value));
}

void RecordingSink::attribute(const std::string& path, const std::string& name, const std::string& value) {
  if (recorder_ && policy_.at(path).recorded) recorder_->attribute(path, name, value);
}

}  // namespace weir

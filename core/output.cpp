// core/output.cpp -- planned shapes and recorded values.
#include <weir/node.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace weir {
namespace {

// Throws std::logic_error if `value` breaks the promise made in plan: a fault of the plugin, not of the user.
void keep_promise(const std::string& path, const Shape& planned, const Tensor& value) {
  if (!value.defined())
    throw std::logic_error(fmt::format("output '{}' was given a tensor that is not defined", path));
  const at::IntArrayRef shape = value.sizes();
  bool kept = planned.size() == shape.size();
  for (std::size_t i = 0; kept && i < planned.size(); ++i)
    kept = planned[i] == shape[i] || (i == 0 && planned[i] == -1);
  if (!kept) {
    throw std::logic_error(fmt::format("output '{}' has shape [{}] but its plan said [{}]", path,
                                       fmt::join(shape.vec(), ", "), fmt::join(planned, ", ")));
  }
}

}  // namespace

AnyOutput::AnyOutput(Node* node, OutputSchema schema) : node_(node), schema_(std::move(schema)) {
  node->require_free_output(schema_.name);
  node->outputs_.push_back(this);
}

std::string AnyOutput::path() const { return node_->path() + "." + schema_.name; }

DType AnyOutput::float_dtype() const {
  if (schema_.dtype == "int64") return DType::int64;
  if (schema_.dtype == "float64") return DType::float64;
  return node_->options().dtype().toScalarType() == at::kDouble ? DType::float64 : DType::float32;
}

DatasetSpec& AnyOutput::dataset(const std::string& name, const Shape& shape, std::vector<std::string> dims,
                                bool trace, DType dtype) {
  DatasetSpec spec;
  spec.node = node_->path();
  spec.name = name;
  spec.trace = trace;
  spec.dtype = dtype;
  spec.shape = shape;
  spec.dims = std::move(dims);
  spec.unit = schema_.unit.empty() ? "1" : schema_.unit;
  spec.description = schema_.description;
  spec.yaml_line = node_->place().line;
  datasets_.push_back(std::move(spec));
  return datasets_.back();
}

DatasetSpec& Output<Tensor>::plan(const Shape& shape, std::vector<std::string> dims) {
  shape_ = shape;
  mutable_datasets().clear();
  return dataset(schema().name, shape, std::move(dims), false, float_dtype());
}

void Output<Tensor>::set(const Tensor& value) {
  if (!planned()) throw std::logic_error(fmt::format("output '{}' was set but not planned", path()));
  keep_promise(path(), shape_, value);
  value_ = value.detach();
  if (sink()) {
    const bool wrong =
        float_dtype() == DType::int64 ? value_.scalar_type() != at::kLong : !value_.is_floating_point();
    if (wrong)
      throw std::logic_error(fmt::format("output '{}' promised {} values", path(), name_of(float_dtype())));
    const auto type = float_dtype() == DType::int64     ? at::kLong
                      : float_dtype() == DType::float64 ? at::kDouble
                                                        : at::kFloat;
    sink()->write(path(), array_of(value_.to(type)));
  }
}

void Output<Tensor>::reserve(const std::string& name, std::size_t bytes) {
  mutable_datasets().at(0).reserved[name] = bytes;
}

void Output<Tensor>::attribute(const std::string& name, const std::string& text) {
  if (!planned() || !datasets().front().reserved.contains(name))
    throw std::logic_error(
        fmt::format("output '{}' was given the attribute '{}', for which its node's plan() reserved no room",
                    path(), name));
  if (sink()) sink()->attribute(path(), name, text);
}

const Tensor& Output<Tensor>::get() const {
  if (!value_.defined())
    throw std::logic_error(fmt::format("output '{}' is read before its node has run", path()));
  return value_;
}

DatasetSpec& Trace::plan(const Shape& row, std::vector<std::string> dims) {
  mutable_datasets().clear();
  return dataset(schema().name, row, std::move(dims), true, float_dtype());
}

void Trace::append(std::int64_t step, const Tensor& row) const {
  if (!planned())
    throw std::logic_error(fmt::format(
        "trace '{}' was appended to but not planned; plan it in plan(), that of a probe in plan_for()",
        path()));
  keep_promise(path(), datasets().front().shape, row);
  if (!sink()) return;
  const auto type = float_dtype() == DType::int64     ? at::kLong
                    : float_dtype() == DType::float64 ? at::kDouble
                                                      : at::kFloat;
  sink()->append(path(), step, array_of(row.to(type)));
}

void Trace::append(std::int64_t step, double value) const {
  append(step, at::scalar_tensor(value, at::kDouble));
}

void TensorSet::plan(const std::vector<std::pair<std::string, Shape>>& tensors) {
  mutable_datasets().clear();
  for (const auto& [name, shape] : tensors) {
    std::vector<std::string> dims;
    for (std::size_t i = 0; i < shape.size(); ++i) dims.push_back(fmt::format("axis_{}", i));
    dataset(schema().name + "/" + name, shape, std::move(dims), false, float_dtype());
  }
}

void TensorSet::set(const std::vector<std::pair<std::string, Tensor>>& tensors) const {
  for (const auto& [name, value] : tensors) {
    const std::string tensor = path() + "/" + name;
    const auto promised = std::ranges::find(datasets(), schema().name + "/" + name, &DatasetSpec::name);
    if (promised == datasets().end())
      throw std::logic_error(fmt::format("tensor '{}' was set but not planned", tensor));
    keep_promise(tensor, promised->shape, value);
    if (sink()) sink()->write(tensor, array_of(value));
  }
}

void TraceSet::plan(const std::vector<std::string>& names) {
  mutable_datasets().clear();
  for (const std::string& name : names) dataset(schema().name + "/" + name, {}, {}, true, float_dtype());
}

void TraceSet::append(std::int64_t step, const std::string& name, double value) const {
  const std::string trace = path() + "/" + name;
  if (std::ranges::find(datasets(), schema().name + "/" + name, &DatasetSpec::name) == datasets().end())
    throw std::logic_error(fmt::format("trace '{}' was appended to but not planned", trace));
  if (sink()) sink()->append(trace, step, array_of(at::scalar_tensor(value, at::kDouble)));
}

}  // namespace weir

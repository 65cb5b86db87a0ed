// tools/check/bench/doubles.hpp -- nodes that stand in for plugins: known tensors, a set of known items, a sink that keeps what it gets.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/source.hpp>

#include "nodes.hpp"

namespace weir::conformance {

// A node whose output "value" is this tensor.
class Values final : public Node {
 public:
  explicit Values(const Tensor& value, const std::string& path = "values") {
    set({.path = path, .seed = 0, .options = value.options(), .places = {}});
    value_.plan(value.sizes().vec(), std::vector<std::string>(static_cast<std::size_t>(value.dim()), "axis"));
    value_.set(value);
  }

 private:
  Output<Tensor> value_{this, "value", "1", "known numbers"};
};

// A finite set of these items, with or without labels; with a number of classes it says what they are.
class ItemSet final : public Source {
 public:
  explicit ItemSet(Tensor items, Tensor labels = {}, std::optional<std::int64_t> classes = {})
      : items_(std::move(items)), labels_(std::move(labels)), classes_(classes) {
    set({.path = "set", .seed = 0, .options = items_.options(), .places = {}});
  }

  Shape shape() const override { return items_.sizes().slice(1).vec(); }
  std::optional<std::int64_t> size() const override { return items_.size(0); }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  Tensor labels() const override { return labels_; }
  std::optional<std::int64_t> classes() const override { return classes_; }
  Tensor sample(std::int64_t n, Rng& rng) const override { return items(rng.integers(items_.size(0), {n})); }

 private:
  Tensor items_, labels_;
  std::optional<std::int64_t> classes_;
};

// A field whose initial parameters are the same numbers in each precision: those of float64, rounded.
class Rounded final : public Field {
 public:
  explicit Rounded(std::unique_ptr<Field> field) : field_(std::move(field)) {
    set({.path = "model", .seed = 0, .options = field_->options(), .places = {}});
  }

  Tensor velocity(const Params& params, const Tensor& x, const Tensor& t,
                  const Context& context) const override {
    return field_->velocity(params, x, t, context);
  }
  Params init(const Domain& domain, Rng& rng) const override {
    Rng exact(rng.key(), "exact", at::TensorOptions(at::kDouble));
    const Params params = field_->init(domain, exact);
    std::vector<Tensor> rounded;
    for (const Tensor& value : params.values()) rounded.push_back(value.to(rng.options()));
    return params.with(std::move(rounded));
  }
  void plan_for(const Domain& domain, Plan& plan) const override { field_->plan_for(domain, plan); }
  bool taped() const override { return field_->taped(); }

 private:
  std::unique_ptr<Field> field_;
};

// Keeps every row of every trace, and every tensor, as float64.
class Rows final : public Sink {
 public:
  void watch(const Node& node) {
    for (AnyOutput* output : node.outputs()) output->attach(this);
  }
  void append(const std::string& path, std::int64_t step, Array row) override {
    steps[path].push_back(step);
    rows[path].push_back(tensor_of(row, f64));
  }
  void write(const std::string& path, Array value) override { values[path] = tensor_of(value, f64); }
  void attribute(const std::string&, const std::string&, const std::string&) override {}

  std::map<std::string, std::vector<std::int64_t>> steps;
  std::map<std::string, std::vector<Tensor>> rows;
  std::map<std::string, Tensor> values;
};

inline Tensor row_of(const std::vector<double>& numbers) { return at::tensor(numbers, at::kDouble); }
inline double number(const Tensor& x) { return x.item<double>(); }

// The value of a node's output after it has run.
inline const Tensor& value_of(const Node& node, const std::string& output) {
  return dynamic_cast<const Output<Tensor>&>(*node.output(output)).get();
}

}  // namespace weir::conformance

// core/output.hpp -- what a node gives: tensors, traces, interfaces.
//
//   weir::Output<Tensor> x0_{this, "x0", "1", "source points of the pairs"};
//   weir::Output<weir::Field> field_{this, "field", "the trained velocity field"};
//   weir::Trace loss_{this, "loss", "1", "mean loss of the batch"};
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/plugins/schema.hpp>
#include <weir/record/data/dataset.hpp>
#include <weir/tensor.hpp>

namespace weir {

class Node;

// Where recorded numbers go; the executor gives one to every node. Thread-safe.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void append(const std::string& path, std::int64_t step, Array row) = 0;
  virtual void write(const std::string& path, Array value) = 0;
  virtual void attribute(const std::string& path, const std::string& name, const std::string& value) = 0;
};

class AnyOutput {
 public:
  AnyOutput(Node* node, OutputSchema schema);
  AnyOutput(const AnyOutput&) = delete;
  AnyOutput& operator=(const AnyOutput&) = delete;
  virtual ~AnyOutput() = default;

  const OutputSchema& schema() const { return schema_; }
  Node& node() const { return *node_; }
  std::string path() const;  // "train.loss"
  void attach(Sink* sink) { sink_ = sink; }
  // Every dataset that this output records; empty until planned. Known after Node::plan.
  const std::vector<DatasetSpec>& datasets() const { return datasets_; }
  bool planned() const { return !datasets_.empty(); }
  virtual bool given() const { return planned(); }  // as its node is set; known after Node::plan

 protected:
  DatasetSpec& dataset(const std::string& name, const Shape& shape, std::vector<std::string> dims, bool trace,
                       DType dtype);
  DType float_dtype() const;
  Sink* sink() const { return sink_; }

 private:
  Node* node_;
  OutputSchema schema_;
  Sink* sink_ = nullptr;
  std::vector<DatasetSpec> datasets_;

 protected:
  std::vector<DatasetSpec>& mutable_datasets() { return datasets_; }
};

// Kinds whose nodes are their taker's own, who plans them and gives them their state, as a trainer its probes. A Ports of them
// gives T*, and no output is one.
template <class T>
concept OwnedByTaker = requires {
  T::owned_by_taker;
};

// An interface, such as a trained field. Set in plan (so that those after it can plan), complete after run.
//
// Outputs of interfaces and tensors are not final: whoever takes one asks for its class by dynamic_cast, and clang 17 and later compare
// for a final class the address of the virtual table, of which each library has its own. For others they compare the name.
template <class T>
class Output : public AnyOutput {
  static_assert(!OwnedByTaker<T>, "nodes of this kind are planned by who takes them: no output can be one");

 public:
  Output(Node* node, std::string name, std::string description)
      : AnyOutput(node, {.name = std::move(name), .kind = T::kind, .description = std::move(description)}) {}

  void set(std::shared_ptr<const T> value) { value_ = std::move(value); }
  const T* get() const { return value_.get(); }
  bool given() const override { return value_ != nullptr; }

 private:
  std::shared_ptr<const T> value_;
};

// A tensor. An estimate <name> has siblings, outputs of their own (traces beside a trace):
//
//   <name>_se   its standard error; NaN where none can be had, and the description says when
//   <name>_n    how many independent values the error is from: (<name> - truth) / <name>_se has Student's t with <name>_n - 1 degrees
//               of freedom. Often a count, of points, rows or replicates; less where few of the values decide, and then no integer.
template <>
class Output<Tensor> : public AnyOutput {
 public:
  // `dtype` "float" is the graph's, or "float64", "int64".
  Output(Node* node, std::string name, std::string unit, std::string description, std::string dtype = "float")
      : AnyOutput(node, {.name = std::move(name),
                         .dtype = std::move(dtype),
                         .unit = std::move(unit),
                         .description = std::move(description)}) {}

  // In plan: the shape (only the first size may be -1) and a name for each dimension.
  DatasetSpec& plan(const Shape& shape, std::vector<std::string> dims);
  const Shape& shape() const { return shape_; }  // as planned
  // In plan, then: room for a text beside the value, "" until attribute() gives it. Nothing is added to a record that is being written.
  void reserve(const std::string& name, std::size_t bytes);
  void reserve_reason() { reserve(schema().name + "_reason", 512); }

  // In run: the value, which is recorded as well. Throws std::logic_error if it is not planned, or not as planned.
  void set(const Tensor& value);
  // In run: a text beside the value (ASCII), cut to the room reserved for it. Throws std::logic_error if there is none.
  void attribute(const std::string& name, const std::string& text);
  // Why the number is infinite or missing; written beside it as <name>_reason.
  void reason(const std::string& text) { attribute(schema().name + "_reason", text); }
  const Tensor& get() const;  // throws std::logic_error before it is set
  bool is_set() const { return value_.defined(); }

 private:
  Shape shape_;
  Tensor value_;
};

// A quantity over the steps of a run: rows of equal shape.
class Trace final : public AnyOutput {
 public:
  Trace(Node* node, std::string name, std::string unit, std::string description,
        std::string dtype = "float64")
      : AnyOutput(node, {.name = std::move(name),
                         .kind = "trace",
                         .dtype = std::move(dtype),
                         .unit = std::move(unit),
                         .description = std::move(description)}) {}

  // In plan: the shape of one row ({} for a number). Attributes such as estimator and ddof go on the returned spec.
  DatasetSpec& plan(const Shape& row, std::vector<std::string> dims);

  // One row at `step`; const, so that a probe may emit while its trainer runs. Throws std::logic_error if the trace is not planned,
  // or its plan had another shape.
  void append(std::int64_t step, const Tensor& row) const;
  void append(std::int64_t step, double value) const;
};

// Named tensors (a trained model's parameters), recorded as <output>/<name>; not an edge of the graph.
class TensorSet final : public AnyOutput {
 public:
  TensorSet(Node* node, std::string name, std::string description)
      : AnyOutput(node, {.name = std::move(name),
                         .kind = "tensors",
                         .dtype = "float",
                         .unit = "1",
                         .description = std::move(description)}) {}
  void plan(const std::vector<std::pair<std::string, Shape>>& tensors);
  // Throws std::logic_error for a tensor that is not planned, or not as planned.
  void set(const std::vector<std::pair<std::string, Tensor>>& tensors) const;
};

// Named numbers over the steps of a run (the terms of a loss), whose names are known in plan; recorded as traces <output>/<name> of
// float64, and not an edge of the graph.
class TraceSet final : public AnyOutput {
 public:
  TraceSet(Node* node, std::string name, std::string unit, std::string description)
      : AnyOutput(node, {.name = std::move(name),
                         .kind = "traces",
                         .dtype = "float64",
                         .unit = std::move(unit),
                         .description = std::move(description)}) {}
  void plan(const std::vector<std::string>& names);
  // The row of one of them at `step`. Throws std::logic_error for a name that is not planned.
  void append(std::int64_t step, const std::string& name, double value) const;
};

}  // namespace weir

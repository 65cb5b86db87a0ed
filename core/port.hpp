// core/port.hpp -- what a node takes: interfaces and tensors of other nodes.
//
//   weir::Port<weir::Source> source_{this, "source", "where x0 comes from"};
//   weir::Port<weir::Noise> noise_{this, "noise", weir::by_default("zero"), "noise schedule"};
//   weir::Port<Tensor> ot_{this, "ot", weir::optional, "OT partners, where known"};
//   weir::Port<weir::Source> law_{this, "law", weir::mandatory.needing<weir::Moments>(), "a law of known moments"};
//   weir::Ports<weir::Field> fields_{this, "fields", "what the mean is taken of"};
//
// In a pipeline, a port with a default takes the bare name of another plugin, `noise: brownian`, unless a node has that name.
//
// A node's port is bound before its plan; what it gives is planned and run before the node that takes it. An optional port may be
// unbound: ask bound() before anything else of it.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <weir/facet.hpp>
#include <weir/node.hpp>
#include <weir/output.hpp>

namespace weir {

// Whether a port must be bound, and what what it is bound to must have: `by_default("linear").needing<Coefficients>()`.
struct PortOptions {
  bool required = true;
  std::string fallback;
  std::vector<std::string> needs;

  template <FacetType... Facets>
  PortOptions needing() const {
    PortOptions options = *this;
    (options.needs.emplace_back(Facets::facet), ...);
    return options;
  }
};
inline const PortOptions mandatory{};
inline const PortOptions optional{.required = false};
inline PortOptions by_default(std::string plugin) {
  return {.required = false, .fallback = std::move(plugin)};
}

class AnyPort {
 public:
  AnyPort(Node* node, PortSchema schema);
  AnyPort(const AnyPort&) = delete;
  AnyPort& operator=(const AnyPort&) = delete;
  virtual ~AnyPort() = default;

  const PortSchema& schema() const { return schema_; }
  const std::string& name() const { return schema_.name; }
  // Binds the port to a node's interface (`output` null) or to one of its outputs. Throws std::logic_error on a wrong kind.
  virtual void bind(const std::string& name, Node& node, AnyOutput* output) = 0;
  // The interface that is bound, a node or what an output gives; null where that is not set, or where there is none or no single one.
  virtual const Node* interface() const { return nullptr; }

  // What misuse ends with, std::logic_error: reading an unbound port, or an interface that its node has not set; binding what the
  // port cannot take.
  [[noreturn]] void refuse_unbound() const;
  [[noreturn]] void refuse_unset(const AnyOutput& output) const;
  [[noreturn]] void refuse_end(const Node& node, const AnyOutput* output) const;

 private:
  const Node* node_;
  PortSchema schema_;
};

// What a port is bound to: a node of kind T, or an output that gives one.
template <class T>
class PortEnd {
 public:
  PortEnd() = default;
  // Throws std::logic_error where it is neither.
  PortEnd(const AnyPort& port, Node& node, AnyOutput* output) {
    if (output == nullptr) node_ = dynamic_cast<T*>(&node);
    if constexpr (!OwnedByTaker<T>) output_ = dynamic_cast<const Output<T>*>(output);
    if (!bound()) port.refuse_end(node, output);
  }

  bool bound() const { return node_ != nullptr || output_ != nullptr; }
  T* node() const { return node_; }  // null where an output is bound
  const T* get() const {             // null where nothing is bound, or the output is not set yet
    if constexpr (!OwnedByTaker<T>)
      if (output_) return output_->get();
    return node_;
  }
  // The same, for who needs it: never null. Throws std::logic_error.
  const T& of(const AnyPort& port) const {
    if (!bound()) port.refuse_unbound();
    const T* given = get();
    if (!given) port.refuse_unset(*output_);
    return *given;
  }

 private:
  T* node_ = nullptr;
  const Output<T>* output_ = nullptr;
};

template <>
class PortEnd<Tensor> {
 public:
  PortEnd() = default;
  PortEnd(const AnyPort& port, Node& node, AnyOutput* output)
      : output_(dynamic_cast<const Output<Tensor>*>(output)) {
    if (!bound()) port.refuse_end(node, output);
  }

  bool bound() const { return output_ != nullptr; }
  const Output<Tensor>& of(const AnyPort& port) const {
    if (!bound()) port.refuse_unbound();
    return *output_;
  }

 private:
  const Output<Tensor>* output_ = nullptr;
};

// An interface of another node.
template <class T>
class Port final : public AnyPort {
 public:
  Port(Node* node, std::string name, const PortOptions& options, std::string description)
      : AnyPort(node, {.name = std::move(name),
                       .kind = T::kind,
                       .required = options.required,
                       .fallback = options.fallback,
                       .needs = options.needs,
                       .description = std::move(description)}) {}
  Port(Node* node, std::string name, std::string description)
      : Port(node, std::move(name), mandatory, std::move(description)) {}

  bool bound() const { return end_.bound(); }
  // Throw std::logic_error where nothing is bound, or what is bound is not planned yet.
  const T& operator*() const { return end_.of(*this); }
  const T* operator->() const { return &end_.of(*this); }
  const T* get() const { return end_.get(); }  // null instead
  const Node* interface() const override { return end_.get(); }

  void bind(const std::string&, Node& node, AnyOutput* output) override { end_ = {*this, node, output}; }

 private:
  PortEnd<T> end_;
};

// A tensor of another node: its shape from plan on, its value in run. Each throws std::logic_error where nothing is bound.
template <>
class Port<Tensor> final : public AnyPort {
 public:
  Port(Node* node, std::string name, const PortOptions& options, std::string description)
      : AnyPort(node, {.name = std::move(name),
                       .kind = "tensor",
                       .required = options.required,
                       .description = std::move(description)}) {}
  Port(Node* node, std::string name, std::string description)
      : Port(node, std::move(name), mandatory, std::move(description)) {}

  bool bound() const { return end_.bound(); }
  const Shape& shape() const { return end_.of(*this).shape(); }
  const Tensor& operator()() const { return end_.of(*this).get(); }
  const Node& from() const { return end_.of(*this).node(); }

  void bind(const std::string&, Node& node, AnyOutput* output) override { end_ = {*this, node, output}; }

 private:
  PortEnd<Tensor> end_;
};

// Any number of them, by name, in the order of the pipeline's file.
template <class T>
class Ports final : public AnyPort {
 public:
  // Nodes of kinds that are their taker's own (probes) come as T*, to be planned and loaded; all others, and outputs, as const T*.
  using Pointer = std::conditional_t<OwnedByTaker<T>, T*, const T*>;

  Ports(Node* node, std::string name, std::string description)
      : AnyPort(node, {.name = std::move(name),
                       .kind = T::kind,
                       .required = false,
                       .map = true,
                       .description = std::move(description)}) {}

  // From plan on. Throws std::logic_error where an output is bound that its node has not set.
  std::vector<std::pair<std::string, Pointer>> operator()() const {
    std::vector<std::pair<std::string, Pointer>> given;
    given.reserve(ends_.size());
    for (const auto& [name, end] : ends_) {
      if constexpr (OwnedByTaker<T>)
        given.emplace_back(name, end.node());
      else
        given.emplace_back(name, &end.of(*this));
    }
    return given;
  }

  void bind(const std::string& name, Node& node, AnyOutput* output) override {
    ends_.emplace_back(name, PortEnd<T>(*this, node, output));
  }

 private:
  std::vector<std::pair<std::string, PortEnd<T>>> ends_;
};

// Any number of tensors, by name, in the order of the pipeline's file.
template <>
class Ports<Tensor> final : public AnyPort {
 public:
  Ports(Node* node, std::string name, std::string description)
      : AnyPort(node, {.name = std::move(name),
                       .kind = "tensor",
                       .required = false,
                       .map = true,
                       .description = std::move(description)}) {}

  // From plan on.
  std::vector<std::pair<std::string, Shape>> shapes() const {
    std::vector<std::pair<std::string, Shape>> shapes;
    for (const auto& [name, end] : ends_) shapes.emplace_back(name, end.of(*this).shape());
    return shapes;
  }
  // In run.
  std::vector<std::pair<std::string, Tensor>> operator()() const {
    std::vector<std::pair<std::string, Tensor>> values;
    for (const auto& [name, end] : ends_) values.emplace_back(name, end.of(*this).get());
    return values;
  }

  void bind(const std::string& name, Node& node, AnyOutput* output) override {
    ends_.emplace_back(name, PortEnd<Tensor>(*this, node, output));
  }

 private:
  std::vector<std::pair<std::string, PortEnd<Tensor>>> ends_;
};

}  // namespace weir

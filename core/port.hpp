// core/port.hpp -- what a node takes: interfaces and tensors of other nodes.
//
//   weir::Port<weir::Source> source_{this, "source", "where x0 comes from"};
//   weir::Port<weir::Noise> noise_{this, "noise", weir::by_default("zero"), "noise schedule"};
//   weir::Port<Tensor> ot_{this, "ot", weir::optional, "OT partners, where known"};
//   weir::Ports<weir::Probe> probes_{this, "probes", "what observes the training"};
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <weir/node.hpp>
#include <weir/output.hpp>

namespace weir {

struct PortOptions {
  bool required = true;
  std::string fallback;
  std::vector<std::string> needs;
};
inline const PortOptions mandatory{};
inline const PortOptions optional{.required = false};
inline PortOptions by_default(std::string plugin) {
  return {.required = false, .fallback = std::move(plugin)};
}
inline PortOptions needing(std::vector<std::string> capabilities) {
  return {.needs = std::move(capabilities)};
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

 private:
  PortSchema schema_;
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

  bool bound() const { return node_ != nullptr || output_ != nullptr; }
  const T& operator*() const { return *get(); }
  const T* operator->() const { return get(); }
  const T* get() const { return output_ ? output_->get() : node_; }

  void bind(const std::string&, Node& node, AnyOutput* output) override {
    node_ = output ? nullptr : dynamic_cast<const T*>(&node);
    output_ = output ? dynamic_cast<const Output<T>*>(output) : nullptr;
    if (!bound()) throw std::logic_error("port '" + name() + "' cannot take node '" + node.path() + "'");
  }

 private:
  const T* node_ = nullptr;
  const Output<T>* output_ = nullptr;
};

// A tensor of another node: its shape from plan on, its value in run.
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

  bool bound() const { return output_ != nullptr; }
  const Shape& shape() const { return output_->shape(); }
  const Tensor& operator()() const { return output_->get(); }
  const Node& from() const { return output_->node(); }

  void bind(const std::string&, Node& node, AnyOutput* output) override {
    output_ = dynamic_cast<const Output<Tensor>*>(output);
    if (!bound())
      throw std::logic_error("port '" + name() + "' needs a tensor of node '" + node.path() + "'");
  }

 private:
  const Output<Tensor>* output_ = nullptr;
};

// Several interfaces, by name.
template <class T>
class Ports final : public AnyPort {
 public:
  Ports(Node* node, std::string name, std::string description)
      : AnyPort(node, {.name = std::move(name),
                       .kind = T::kind,
                       .required = false,
                       .map = true,
                       .description = std::move(description)}) {}

  const std::vector<std::pair<std::string, T*>>& operator()() const { return nodes_; }

  void bind(const std::string& name, Node& node, AnyOutput*) override {
    auto* typed = dynamic_cast<T*>(&node);
    if (!typed) throw std::logic_error("port '" + this->name() + "' cannot take node '" + node.path() + "'");
    nodes_.emplace_back(name, typed);
  }

 private:
  std::vector<std::pair<std::string, T*>> nodes_;
};

}  // namespace weir

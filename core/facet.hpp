// core/facet.hpp -- a closed form that a node may also have: declared once, asked for by its type.
//
//   struct Median {                                           // the facet, in a header that both sides include
//     static constexpr const char* facet = "median";          // its name in schemas, `weir show` and the faults of wiring
//     Tensor value;                                           // data, or functions where it depends on parameters that are trained
//   };
//   weir::Facet<Median> median_{this, [this]() -> std::optional<Median> { ... }};     // a member of the class that has it
//   std::optional<Median> median = weir::facet<Median>(*source_);                     // for whoever asks
//   weir::Port<weir::Source> source_{this, "source", weir::mandatory.needing<Median>(), "a law with a median"};
//
// The plugin's schema names the facet, whatever its parameters: a port that needs one refuses what has none of that name before a run. A
// node that has it with some parameters only gives nothing with others, from plan on; where a port needs it, that is a fault of plan, too.
// A wrapper hands on that of what it wraps: weir::Facet<Median> median_{this, [this] { return weir::facet<Median>(*source_); }};
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace weir {

class Node;
class Plan;

template <class T>
concept FacetType = requires {
  { T::facet } -> std::convertible_to<std::string>;
};

// What the node keeps of each facet, whatever its type.
class AnyFacet {
 public:
  AnyFacet(Node* node, std::string name);  // throws std::logic_error where the node has one of that name
  AnyFacet(const AnyFacet&) = delete;
  AnyFacet& operator=(const AnyFacet&) = delete;
  virtual ~AnyFacet() = default;

  const std::string& name() const { return name_; }
  virtual bool given() const = 0;  // as its node is set; known after Node::plan
  [[noreturn]] void refuse_type()
      const;  // throws std::logic_error: it is asked for as another type of that name

 private:
  const Node* node_;
  std::string name_;
};

template <FacetType T>
class Facet final : public AnyFacet {
 public:
  // `value` is asked from plan on, any number of times, and by several threads at once.
  Facet(Node* node, std::function<std::optional<T>()> value)
      : AnyFacet(node, T::facet), value_(std::move(value)) {}

  std::optional<T> operator()() const { return value_(); }
  bool given() const override { return value_().has_value(); }

 private:
  std::function<std::optional<T>()> value_;
};

// The facet that the node declares under that name; null if there is none.
const AnyFacet* find_facet(const Node& node, const std::string& name);

// The node's facet of this type, from its plan on; nothing where it has none, or none as it is set. Throws std::logic_error where another
// type has that name.
template <FacetType T>
std::optional<T> facet(const Node& node) {
  const AnyFacet* declared = find_facet(node, T::facet);
  if (!declared) return std::nullopt;
  const auto* typed = dynamic_cast<const Facet<T>*>(declared);
  if (!typed) declared->refuse_type();
  return (*typed)();
}

// Faults at the ports of the node that need a facet which what is bound there has not, as it is set. For whoever plans the node, before.
void plan_facets(const Node& node, Plan& plan);

}  // namespace weir

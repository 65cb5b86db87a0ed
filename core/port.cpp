// core/port.cpp -- ports register with their node, and say in a sentence how they are misused.
#include <weir/port.hpp>

#include <fmt/format.h>

#include <stdexcept>

#include <weir/front/faults/wording.hpp>

namespace weir {

AnyPort::AnyPort(Node* node, PortSchema schema) : node_(node), schema_(std::move(schema)) {
  node->require_free_key("port", name());
  node->ports_.push_back(this);
}

void AnyPort::refuse_unbound() const {
  throw std::logic_error(
      fmt::format("port '{}' of node '{}' is not bound; ask bound() first", name(), node_->path()));
}

void AnyPort::refuse_unset(const AnyOutput& output) const {
  throw std::logic_error(
      fmt::format("port '{}' of node '{}' takes output '{}', which is not set; an interface is set in plan()",
                  name(), node_->path(), output.path()));
}

void AnyPort::refuse_end(const Node& node, const AnyOutput* output) const {
  throw std::logic_error(fmt::format(
      "port '{}' of node '{}' takes {}, and {} is none", name(), node_->path(),
      wording::with_article(schema_.kind),
      output ? fmt::format("output '{}'", output->path()) : fmt::format("node '{}'", node.path())));
}

}  // namespace weir

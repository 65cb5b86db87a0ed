// core/port.cpp -- ports register with their node.
#include <weir/port.hpp>

namespace weir {

AnyPort::AnyPort(Node* node, PortSchema schema) : schema_(std::move(schema)) { node->ports_.push_back(this); }

}  // namespace weir

// core/executor/node_failure.hpp -- a plugin that failed, with where it comes from and where it stands.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

#include <weir/front/check/graph.hpp>

namespace weir {

// Exit code 3. "node 'train' (trainer/gradient from /.../libweir_trainer_gradient.so, rotation.yaml:12:3): the message"
class NodeFailure : public std::runtime_error {
 public:
  NodeFailure(const GraphNode& node, const std::string& message);
};

// The failure for an exception of any type that a plugin threw. LibTorch's backtrace is left out.
NodeFailure failure_of(const GraphNode& node, const std::exception_ptr& error);

}  // namespace weir

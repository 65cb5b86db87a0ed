// core/node_failure.cpp -- wording of a plugin's failure.
#include <weir/node_failure.hpp>

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

namespace weir {
namespace {

std::string text_of(const GraphNode& node, const std::string& message) {
  const std::string library = node.schema.library.empty() ? "" : " from " + node.schema.library;
  const std::string place =
      node.place.line > 0 ? fmt::format(", {}:{}:{}", node.place.file, node.place.line, node.place.column)
                          : "";
  return fmt::format("node '{}' ({}{}{}): {}", node.path, node.plugin, library, place, message);
}

}  // namespace

NodeFailure::NodeFailure(const GraphNode& node, const std::string& message)
    : std::runtime_error(text_of(node, message)) {}

NodeFailure failure_of(const GraphNode& node, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const c10::Error& e) {
    return {node, e.what_without_backtrace()};
  } catch (const std::exception& e) {
    return {node, e.what()};
  } catch (...) {
    return {node, "an exception that is not a std::exception"};
  }
}

}  // namespace weir

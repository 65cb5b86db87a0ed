// core/executor/node_failure.cpp -- wording of a plugin's failure.
#include <weir/executor/node_failure.hpp>

#include <ATen/core/Tensor.h>
#include <cxxabi.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>

namespace weir {
namespace {

std::string text_of(const GraphNode& node, const std::string& message) {
  const std::string library = node.schema.library.empty() ? "" : " from " + node.schema.library;
  const std::string place =
      node.place.line > 0 ? fmt::format(", {}:{}:{}", node.place.file, node.place.line, node.place.column)
                          : "";
  return fmt::format("node '{}' ({}{}{}): {}", node.path, node.plugin, library, place, message);
}

// What the exception says, with its type where that says more: "basic_string::_M_create" is a std::length_error.
std::string said_by(const std::exception& error) {
  const std::type_info& type = typeid(error);
  if (type == typeid(std::runtime_error) || type == typeid(std::invalid_argument) ||
      type == typeid(std::logic_error))
    return error.what();
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      ::abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  const std::string text = status == 0 ? name.get() : "";
  return text.starts_with("std::") ? text + ": " + error.what() : error.what();
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
    return {node, said_by(e)};
  } catch (...) {
    return {node, "an exception that is not a std::exception"};
  }
}

}  // namespace weir

// core/executor/node_failure.cpp -- wording of a plugin's failure.
#include <weir/executor/node_failure.hpp>

#include <ATen/core/Tensor.h>
#include <cxxabi.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <typeinfo>

#include <weir/memory.hpp>
#include <weir/os/memory.hpp>

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

// Of LibTorch's allocators, "...you tried to allocate 360000000000 bytes..." and "CUDA out of memory. Tried to allocate 2.00 GiB. ...":
// how much was asked for, "" if it is another error.
std::string asked_for(const std::string& message) {
  const auto after = [&](const std::string& words) {
    const std::size_t at = message.find(words);
    return at == std::string::npos ? "" : message.substr(at + words.size());
  };
  if (const std::string bytes = after("you tried to allocate "); !bytes.empty())
    return memory_text(std::strtod(bytes.c_str(), nullptr));
  if (const std::string amount = after("out of memory. Tried to allocate "); !amount.empty())
    return amount.substr(0, amount.find(". "));
  return "";
}

std::string out_of_memory(const std::string& asked) {
  return fmt::format(
      "the memory does not suffice{}, of {} here: take fewer points, a smaller batch, chunk or network, or a "
      "larger machine",
      asked.empty() ? "" : ": at one go it asked for " + asked,
      memory_text(static_cast<double>(os::memory_bytes())));
}

}  // namespace

NodeFailure::NodeFailure(const GraphNode& node, const std::string& message)
    : std::runtime_error(text_of(node, message)) {}

NodeFailure failure_of(const GraphNode& node, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const c10::Error& e) {
    const std::string asked = asked_for(e.what_without_backtrace());
    return {node, asked.empty() ? e.what_without_backtrace() : out_of_memory(asked)};
  } catch (const std::bad_alloc&) {
    return {node, out_of_memory("")};
  } catch (const std::exception& e) {
    return {node, said_by(e)};
  } catch (...) {
    return {node, "an exception that is not a std::exception"};
  }
}

}  // namespace weir

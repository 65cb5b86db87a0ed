// tools/run/torchscript.cpp -- a trained field as an archive that PyTorch loads.
//
// Method   LibTorch's tracer, which writes down the operations of one call. A size or a choice that is no operation on tensors becomes a
//          constant of it: hence the trial at others.
// Source   torch.jit.trace, https://docs.pytorch.org/docs/2.11/generated/torch.jit.trace.html
#include "torchscript.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

namespace {

using torch::jit::IValue;
using torch::jit::Module;
using torch::jit::Stack;
using weir::Context;
using weir::Tensor;
namespace tracer = torch::jit::tracer;

using Named = std::map<std::string, Tensor>;
using Unit = std::shared_ptr<torch::jit::CompilationUnit>;

// LibTorch's own words, in one line: of what fails in an archive's code the last, after the places in it.
std::string cause(const std::exception& error) {
  const auto* own = dynamic_cast<const c10::Error*>(&error);
  std::string text = own ? own->what_without_backtrace() : error.what();
  const std::string before = "RuntimeError: ";
  if (const std::size_t last = text.rfind(before); last != std::string::npos)
    text.erase(0, last + before.size());
  return text.substr(0, text.find('\n'));
}

// A part of a name as code may have it: the input layer "in" of a network is in_.
std::string attribute(const std::string& part) {
  static const std::set<std::string> words{
      "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
      "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
      "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
      "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};
  return words.contains(part) ? part + "_" : part;
}

// A module in another for each part of a name: "net.0.weight" is the weight of 0 of net. Inner ones are whole before they are put into
// another, whose type names theirs.
Module module_of(const Named& tensors, const Unit& unit, const std::string& type) {
  Module module(c10::QualifiedName("__torch__.weir." + type), unit, /*shouldMangle=*/true);
  std::map<std::string, Named> inner;
  for (const auto& [name, value] : tensors) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos)
      module.register_parameter(attribute(name), value, /*is_buffer=*/false);
    else
      inner[name.substr(0, dot)][name.substr(dot + 1)] = value;
  }
  for (const auto& [name, parts] : inner)
    module.register_module(attribute(name), module_of(parts, unit, "Part"));
  return module;
}

Stack stack_of(const Tensor& x, const Tensor& t, const Context& context) {
  Stack stack{x, t};
  for (const auto& [name, value] : context) stack.emplace_back(value);
  return stack;
}

void trace_forward(Module& module, const weir::Field& field, const weir::Params& params, const Tensor& x,
                   const Tensor& t, const Context& context) {
  std::vector<std::string> names{"x", "t"};
  for (const auto& [name, value] : context) names.push_back(name);
  const auto call = [&](const Stack& given) -> Stack {
    Context told;
    for (std::size_t i = 2; i < names.size(); ++i) told[names[i]] = given.at(i).toTensor();
    return {field.velocity(params, given.at(0).toTensor(), given.at(1).toTensor(), told)};
  };
  tracer::setWarn([](const std::string&) {});  // of constants: whether they matter is tried
  const auto traced = tracer::trace(
      stack_of(x, t, context), call, [](const Tensor&) { return ""; }, /*strict=*/true,
      /*force_outplace=*/false, &module, names);
  module.type()->addMethod(module._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*module.type()->name(), "forward"), traced.first->graph));
}

// As many rows as `rows` of a context like this one; of labels every class of those that a network has a column for, and none.
Context context_like(const Context& context, const weir::Params& params, std::int64_t rows, weir::Rng& rng) {
  Context made;
  for (const auto& [name, value] : context) {
    std::vector<std::int64_t> shape = value.sizes().vec();
    shape.at(0) = rows;
    std::int64_t classes = 1;
    for (const auto& [parameter, tensor] : params.tensors())
      if (parameter.ends_with("context." + name + ".weight")) classes = tensor.size(-1);
    made[name] = at::isIntegralType(value.scalar_type(), false)
                     ? rng.at(name).integers(classes + 1, shape) - 1
                     : rng.at(name).normal(shape);
  }
  return made;
}

void try_out(Module& module, const weir::Field& field, const weir::Params& params, const Tensor& x,
             const Context& context) {
  const double tolerance = x.scalar_type() == at::kDouble ? 1e-12 : 1e-5;
  for (const std::int64_t rows : {1, 2, 7}) {
    weir::Rng rng(static_cast<std::uint64_t>(rows), "torchscript", x.options());
    std::vector<std::int64_t> shape = x.sizes().vec();
    shape.at(0) = rows;
    const Tensor points = rng.at("x").normal(shape), times = rng.at("t").uniform({rows});
    const Context told = context_like(context, params, rows, rng);
    const Tensor wanted = field.velocity(params, points, times, told);
    const IValue given = module.forward(stack_of(points, times, told));
    const auto largest = wanted.abs().max().item<double>();
    if (!given.isTensor() || given.toTensor().sizes() != wanted.sizes() ||
        !at::allclose(given.toTensor(), wanted, tolerance, tolerance * largest))
      throw std::runtime_error(
          fmt::format("at {} other points it gives other velocities, since the field computes with more than "
                      "operations on its inputs",
                      rows));
  }
}

}  // namespace

std::string torchscript_of(const weir::Field& field, const weir::Params& params, const Tensor& x,
                           const Context& context) {
  try {
    Named tensors;
    std::vector<Tensor> values;
    for (const auto& [name, value] : params.tensors()) {
      values.push_back(value.detach().clone().requires_grad_());
      tensors[name] = values.back();
    }
    const weir::Params own = params.with(std::move(values));
    const at::NoGradGuard none;
    Module module = module_of(tensors, std::make_shared<torch::jit::CompilationUnit>(), "Field");
    weir::Rng rng(0, "torchscript", x.options());
    trace_forward(module, field, own, x, rng.uniform({x.size(0)}), context);
    try_out(module, field, own, x, context);
    std::ostringstream archive;
    module.save(archive);
    return archive.str();
  } catch (const std::exception& error) {
    throw std::runtime_error(cause(error));
  }
}

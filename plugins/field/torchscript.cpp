// plugins/field/torchscript.cpp -- a network of your own, saved from Python by torch.jit.
//
//   v(x, t) = module.forward(x, t)
//
// Source   torch.jit.script(model).save("net.pt"), or torch.jit.trace; https://docs.pytorch.org/docs/2.11/jit.html. Training
//          starts from the weights in the file, whatever the seed. Parameters have the module's own names; those that require no
//          gradient are constants, as buffers are. tools/examples/torchscript.py takes the trained ones back to Python.
// Oracle   velocities, parameters and the variance of per-sample gradients that PyTorch 1.13.1 wrote beside the module
//          (tests/plugins/field/torchscript.py); the divergence by central differences.
// Peers    any torch.nn.Module: peers are written in Python
// Shapes   x, v [B, item...], t [B]
// Limits   forward(x, t) alone: no labels. v must be a function of one point and its time, so batch norm and dropout need
//          model.eval() before they are saved; asked of three random points, at plan. Per-sample gradients take one backward pass
//          per sample and memory for all of them.
//
// A call runs the module's code on objects of its own that hold the caller's tensors in place of the parameters: nothing that
// two calls share is written to. (LowerGraph, which makes parameters inputs of the code, refuses dropout that stands still, and
// attributes that forward sets.) The code runs as it is written, operation by operation: the executor that LibTorch takes
// unasked watches the first calls and then compiles others, which a resumed run would not have seen.
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <span>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/flow/field.hpp>
#include <weir/plugin.hpp>

namespace {

using torch::jit::IValue;
using torch::jit::Module;
using weir::Tensor;

constexpr const char* how_to_save = "in Python: torch.jit.script(model).save(\"net.pt\")";
constexpr const char* how_to_wrap =
    "script a module whose forward(self, x, t) calls it: x [B, item...], t [B]";
constexpr const char* how_to_still = "call model.eval() in Python before torch.jit.script(model)";

// What stands in the place of a tensor of the file.
using Values = std::unordered_map<const at::TensorImpl*, Tensor>;

Module with(const Module& module, const Values& values) {
  const auto object = module._ivalue()->copy();
  for (std::size_t i = 0; i < object->slots().size(); ++i) {
    const IValue& slot = object->getSlot(i);
    if (slot.isModule()) {
      object->setSlot(i, with(slot.toModule(), values)._ivalue());
    } else if (slot.isTensor()) {
      const auto found = values.find(slot.toTensor().unsafeGetTensorImpl());
      if (found != values.end()) object->setSlot(i, found->second);
    }
  }
  return Module(object);
}

// LibTorch's own words for what went wrong, without where in its code or the module's.
std::string cause(const std::exception& error) {
  const auto* own = dynamic_cast<const c10::Error*>(&error);
  const std::string text = own ? own->what_without_backtrace() : error.what();
  // In the interpreter: a traceback first, then "RuntimeError: mat1 and mat2 ..." or what the module itself raises.
  std::size_t begin = text.rfind("\nRuntimeError: ");
  if (begin != std::string::npos) {
    begin += std::string("\nRuntimeError: ").size();
  } else if (text.find("Traceback of TorchScript") != std::string::npos) {
    begin = text.rfind('\n', text.find_last_not_of('\n')) + 1;
  } else {
    begin = 0;
  }
  const std::string line = text.substr(begin, text.find('\n', begin) - begin);
  return line.substr(0, line.find(". "));
}

std::string name_of(at::ScalarType type) {
  return type == at::kFloat ? "float32" : type == at::kDouble ? "float64" : c10::toString(type);
}

bool same(const std::vector<Tensor>& one, const std::vector<Tensor>& other) {
  return std::ranges::equal(one, other, [](const Tensor& a, const Tensor& b) {
    return a.eq(b).logical_or(a.ne(a).logical_and(b.ne(b))).all().item<bool>();  // NaN stays NaN
  });
}

// What is wrong with a result as the velocity at x; empty if nothing is.
std::string fault_of(const IValue& v, const Tensor& x) {
  if (!v.isTensor()) return fmt::format("returns {}, not one tensor", v.tagKind());
  if (v.toTensor().sizes() != x.sizes()) {
    return fmt::format("gives v of shape {} at x of shape {}; they must be the same",
                       v.toTensor().sizes().vec(), x.sizes().vec());
  }
  if (v.toTensor().scalar_type() != x.scalar_type()) {
    return fmt::format("gives v in {} at x in {}", name_of(v.toTensor().scalar_type()),
                       name_of(x.scalar_type()));
  }
  return "";
}

void list_random(const torch::jit::Block& block, std::set<std::string>& names) {
  for (const torch::jit::Node* node : block.nodes()) {
    if (node->isNondeterministic()) names.insert(node->kind().toQualString());
    for (const torch::jit::Block* inner : node->blocks()) list_random(*inner, names);
  }
}

class TorchScript final : public weir::Field {
  weir::Param<weir::Path> file_{this, "file", weir::required,
                                "module saved by torch.jit, with forward(x, t) and its first weights"};

  std::optional<Module> module_;
  std::vector<std::pair<std::string, Tensor>> originals_;  // the parameters as they lie in module_
  std::vector<Tensor> constants_;                          // its other tensors, in the run's precision

 public:
  void plan(weir::Plan& plan) override {
    const std::string file = file_().string();
    if (!std::filesystem::is_regular_file(file_()))
      return plan.fault("file", fmt::format("there is no file '{}'", file), how_to_save);
    try {
      adopt(torch::jit::load(file, options().device()));
    } catch (const std::exception& error) {
      return plan.fault("file",
                        fmt::format("'{}' is not a module saved by torch.jit: {}", file, cause(error)),
                        fmt::format("{}; torch.save writes something else", how_to_save));
    }
    const auto forward = module_->find_method("forward");
    if (!forward) return plan.fault("file", fmt::format("'{}' has no method forward", file), how_to_wrap);
    std::vector<std::string> names;
    std::size_t needed = 0;
    const auto& arguments = forward->function().getSchema().arguments();
    for (const auto& argument : std::span(arguments).subspan(1)) {  // without self
      names.push_back(argument.name());
      needed += argument.default_value() ? 0 : 1;
    }
    if (names.size() < 2 || needed > 2 || names[0] == "t" || names[0].starts_with("time")) {
      return plan.fault("file",
                        fmt::format("'{}' has forward({}), and a velocity field is forward(x, t)", file,
                                    fmt::join(names, ", ")),
                        how_to_wrap);
    }
    torch::jit::toGraphFunction(forward->function())
        ._set_initial_executor_execution_mode(torch::jit::ExecutorExecutionMode::SIMPLE);
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    refuse_context(domain, plan);
    const auto fault = [&](const std::string& text, const std::string& remedy) {
      plan.fault("file", fmt::format("'{}' {}", file_().string(), text), remedy);
    };
    weir::Rng rng(0, "field/torchscript", options());
    const Tensor x = rng.at("x").normal(weir::rows_of(3, domain.item)), t = rng.at("t").uniform({3});
    const weir::Params params = off_zero(rng).requiring_grad();  // as in training
    try {
      const std::vector<Tensor> generators = generator_states(), kept = copies(x, t);
      const Tensor v = velocity(params, x, t, {});
      if (!same(generators, generator_states()))
        return fault(fmt::format("draws random numbers ({}), so v is not a function of x and t", random()),
                     fmt::format("{}, if they come from dropout", how_to_still));
      if (!same(kept, copies(x, t)))
        return fault("writes to its input or its buffers, so v is not a function of x and t",
                     fmt::format("{}, if it has batch norm", how_to_still));
      const Tensor apart = at::cat({velocity(params, x.slice(0, 0, 2), t.slice(0, 0, 2), {}),
                                    velocity(params, x.slice(0, 2), t.slice(0, 2), {})});
      const double tolerance = x.scalar_type() == at::kDouble ? 1e-9 : 1e-3;  // other sums for other batches
      const auto largest = v.nan_to_num(0, 0, 0).abs().max().item<double>();
      if (!at::allclose(v, apart, tolerance, tolerance * largest, /*equal_nan=*/true))
        fault("gives another v at a point when other points come with it, so there is no v(x, t)",
              fmt::format("{}, if it has batch norm", how_to_still));
    } catch (const std::exception& error) {
      plan.fault("file", error.what(),
                 "save it so that it follows its input: sizes from x.shape, x.dtype and x.device for what it "
                 "makes, constants in register_buffer; torch.jit.trace keeps those of its example");
    }
  }

  weir::Params init(const weir::Domain&, weir::Rng&) const override {
    std::vector<std::pair<std::string, Tensor>> params;
    for (const auto& [name, value] : originals_) {
      params.emplace_back(name, value.detach().to(options(), /*non_blocking=*/false, /*copy=*/true));
    }
    return weir::Params(std::move(params));
  }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    Values values;
    for (std::size_t i = 0; i < originals_.size(); ++i) {
      values.emplace(originals_[i].second.unsafeGetTensorImpl(), params.tensors().at(i).second);
    }
    const auto fail = [&](const std::string& why) {
      throw std::runtime_error(fmt::format("'{}' {}", file_().string(), why));
    };
    IValue v;
    try {
      v = with(*module_, values).forward(std::vector<IValue>{x, t});
    } catch (const std::exception& error) {
      fail(fmt::format("fails at x of shape {} and t of shape {}: {}", x.sizes().vec(), t.sizes().vec(),
                       cause(error)));
    }
    if (const std::string why = fault_of(v, x); !why.empty()) fail(why);
    return v.toTensor();
  }

 private:
  void adopt(const Module& module) {
    originals_.clear();
    constants_.clear();
    std::unordered_set<const at::TensorImpl*> trained;
    for (const auto& [name, value] : module.named_parameters()) {
      if (value.requires_grad() && trained.insert(value.unsafeGetTensorImpl()).second)
        originals_.emplace_back(name, value);  // weights that two layers share have one name
    }
    Values constants;
    for (const IValue& slot : module.attributes()) {
      if (!slot.isTensor() || !slot.toTensor().defined()) continue;
      const Tensor value = slot.toTensor();
      if (trained.contains(value.unsafeGetTensorImpl())) continue;
      const Tensor own = value.is_floating_point() ? value.detach().to(options()) : value.detach();
      if (constants.emplace(value.unsafeGetTensorImpl(), own).second) constants_.push_back(own);
    }
    module_ = with(module, constants);
  }

  // The first parameters, but none of them zero: a last layer that starts at zero would hide what comes before it.
  weir::Params off_zero(weir::Rng& rng) const {
    weir::Params params = init(weir::Shape{}, rng);
    for (const auto& [name, value] : params.tensors()) {
      if (value.count_nonzero().item<std::int64_t>() == 0)
        value.copy_(0.1 * rng.at("move " + name).normal(value.sizes()));
    }
    return params;
  }

  std::vector<Tensor> generator_states() const {
    std::vector<Tensor> states{at::globalContext().defaultGenerator(at::kCPU).get_state()};
    if (!options().device().is_cpu())
      states.push_back(at::globalContext().defaultGenerator(options().device()).get_state());
    return states;
  }

  // Of what a call may not write to. (Batch norm does not count up the versions of what it writes.)
  std::vector<Tensor> copies(const Tensor& x, const Tensor& t) const {
    std::vector<Tensor> copies{x.clone(), t.clone()};
    for (const Tensor& constant : constants_) copies.push_back(constant.clone());
    return copies;
  }

  // The operations that may draw random numbers.
  std::string random() const {
    const auto graph = torch::jit::toGraphFunction(module_->get_method("forward").function()).graph()->copy();
    torch::jit::Inline(*graph);
    std::set<std::string> names;
    list_random(*graph->block(), names);
    return fmt::format("{}", fmt::join(names, ", "));
  }
};

}  // namespace

WEIR_PLUGIN(TorchScript, "Network of your own, saved from Python by torch.jit")

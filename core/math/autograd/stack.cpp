// core/math/autograd/stack.cpp -- linear layers and what is between them, forward and backward in one go.
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <stdexcept>

#include <weir/math/autograd/layer_gradients.hpp>
#include <weir/math/autograd/stack.hpp>
#include <weir/math/autograd/tape.hpp>

namespace weir::nn {
namespace {

using torch::autograd::SavedVariable;
using torch::autograd::variable_list;

constexpr double selu_alpha = 1.6732632423543772848170429916717,
                 selu_scale = 1.0507009873554804934193349852946;

constexpr std::array<Activation, 5> known = {{
    {"silu", [](const Tensor& y) { return at::silu(y); }, [](Tensor& y) -> Tensor& { return at::silu_(y); },
     [](const Tensor& dh, const Tensor& y, const Tensor&) { return at::silu_backward(dh, y); }},
    {"relu", [](const Tensor& y) { return at::relu(y); }, [](Tensor& y) -> Tensor& { return at::relu_(y); },
     [](const Tensor& dh, const Tensor&, const Tensor& h) { return at::threshold_backward(dh, h, 0); }},
    {"tanh", [](const Tensor& y) { return at::tanh(y); }, [](Tensor& y) -> Tensor& { return at::tanh_(y); },
     [](const Tensor& dh, const Tensor&, const Tensor& h) { return at::tanh_backward(dh, h); }},
    {"selu", [](const Tensor& y) { return at::selu(y); }, [](Tensor& y) -> Tensor& { return at::selu_(y); },
     [](const Tensor& dh, const Tensor& y, const Tensor&) {
       return at::elu_backward(dh, selu_alpha, selu_scale, 1.0, /*is_result=*/false, y);
     }},
    {"gelu", [](const Tensor& y) { return at::gelu(y); }, [](Tensor& y) -> Tensor& { return at::gelu_(y); },
     [](const Tensor& dh, const Tensor& y, const Tensor&) { return at::gelu_backward(dh, y); }},
}};

// x, then e where it is told, then weight and bias of each layer.
struct Given {
  Given(at::TensorList tensors, bool told) : all(tensors), first(told ? 2 : 1) {}
  const Tensor& x() const { return all[0]; }
  Tensor e() const { return first == 2 ? all[1] : Tensor(); }
  std::size_t layers() const { return (all.size() - first) / 2; }
  const Tensor& weight(std::size_t k) const { return all[first + 2 * k]; }
  const Tensor& bias(std::size_t k) const { return all[first + 2 * k + 1]; }

  at::TensorList all;
  std::size_t first;
};

Tensor one_by_one(const Given& given, const Activation& act) {
  Tensor h = given.x();
  for (std::size_t k = 0; k < given.layers(); ++k) {
    if (k > 0) h = act.of(h);
    h = at::linear(h, given.weight(k), given.bias(k));
    if (k == 0 && given.e().defined()) h = h + given.e();
  }
  return h;
}

// One pass: of each layer what it took, y of all but the last, and d mean loss / d y once the way back has been gone.
struct Passed {
  std::vector<Tensor> inputs, before, deltas;

  Tensor forward(const Given& given, const Activation& act) {
    const at::AutoDispatchBelowADInplaceOrView direct;
    Tensor h = given.x().detach(), y;
    for (std::size_t k = 0; k < given.layers(); ++k) {
      if (k > 0) {
        before.push_back(y);
        h = act.of(y);
      }
      inputs.push_back(h);
      y = at::addmm(given.bias(k), h, given.weight(k).t());
      if (k == 0 && given.e().defined()) y.add_(given.e());
    }
    return y;
  }

  // Of those that are wanted of what was given.
  template <class Wanted>
  std::vector<Tensor> backward(const Given& given, const Activation& act, Tensor delta,
                               const Wanted& wanted) {
    const at::AutoDispatchBelowADInplaceOrView direct;
    std::vector<Tensor> result(given.all.size());
    deltas.resize(given.layers());
    for (std::size_t k = given.layers(); k-- > 0;) {
      const Tensor& h = inputs[k];
      const std::size_t weight = given.first + 2 * k;
      deltas[k] = delta;
      if (wanted(weight)) result[weight] = delta.t().mm(h);
      if (wanted(weight + 1)) result[weight + 1] = delta.sum(0);
      if (k > 0) delta = act.backward(delta.mm(given.weight(k)), before[k - 1], h);
    }
    if (given.first == 2) result[1] = delta;
    if (wanted(0)) result[0] = delta.mm(given.weight(0));
    return result;
  }
};

class StackBackward final : public torch::autograd::Node {
 public:
  StackBackward(const Activation& act, const Given& given, std::shared_ptr<Passed> passed)
      : Node(torch::autograd::collect_next_edges(given.all)),
        act_(act),
        told_(given.first == 2),
        passed_(std::move(passed)) {
    for (const Tensor& each : given.all) given_.emplace_back(each, /*is_output=*/false);
  }

  std::string name() const override { return "StackBackward"; }

  void release_variables() override {
    const std::scoped_lock lock(mutex_);
    for (SavedVariable& each : given_) each.reset_data();
  }

  variable_list apply(variable_list&& gradients) override {
    const std::scoped_lock lock(mutex_);
    if (!gradients[0].defined()) return variable_list(given_.size());
    variable_list all;
    for (const SavedVariable& each : given_) all.push_back(each.unpack());
    const Given given(all, told_);
    if (at::GradMode::is_enabled()) return differentiable(given, gradients[0]);
    return passed_->backward(given, act_, gradients[0],
                             [&](std::size_t i) { return task_should_compute_output(i); });
  }

 private:
  variable_list differentiable(const Given& given, const Tensor& gradient) const {
    std::vector<std::size_t> which;
    variable_list inputs, result(given.all.size());
    for (std::size_t i = 0; i < given.all.size(); ++i) {
      if (!given.all[i].requires_grad() || !task_should_compute_output(i)) continue;
      which.push_back(i);
      inputs.push_back(given.all[i]);
    }
    variable_list found =
        torch::autograd::grad({one_by_one(given, act_)}, inputs, {gradient}, /*retain_graph=*/true,
                              /*create_graph=*/true, /*allow_unused=*/true);
    for (std::size_t i = 0; i < which.size(); ++i) result[which[i]] = std::move(found[i]);
    return result;
  }

  const Activation& act_;
  bool told_;
  std::shared_ptr<Passed> passed_;
  std::vector<SavedVariable> given_;
};

// As one function of autograd.
Tensor differentiated(const Given& given, const Activation& act, const std::shared_ptr<Passed>& passed) {
  Tensor y = passed->forward(given, act);
  torch::autograd::set_history(
      y, std::shared_ptr<StackBackward>(new StackBackward(act, given, passed), torch::autograd::deleteNode));
  return y;
}

// Where nothing is differentiated.
Tensor evaluated(const Given& given, const Activation& act) {
  Tensor h = given.x();
  for (std::size_t k = 0; k < given.layers(); ++k) {
    if (k > 0) act.in_place(h);
    h = at::linear(h, given.weight(k), given.bias(k));
    if (k == 0 && given.e().defined()) h.add_(given.e());
  }
  return h;
}

}  // namespace

std::span<const Activation> all_activations() { return known; }

const Activation& activation_of(const std::string& name) {
  const auto found = std::ranges::find(known, name, &Activation::name);
  if (found == known.end()) throw std::logic_error("there is no activation '" + name + "'");
  return *found;
}

namespace {

std::vector<Tensor> given_to(const Params& params, const std::vector<std::string>& layers, const Tensor& x,
                             const Tensor& e) {
  std::vector<Tensor> all{x};
  if (e.defined()) all.push_back(e);
  for (const std::string& layer : layers)
    all.insert(all.end(), {params[layer + ".weight"], params[layer + ".bias"]});
  return all;
}

class StackPass final : public Pass {
 public:
  StackPass(const Params& params, std::vector<std::string> layers, const Activation& act, const Tensor& x)
      : all_(given_to(params, layers, x, {})),
        layers_(std::move(layers)),
        act_(act),
        y_(passed_.forward(Given(all_, false), act)) {}

  Tensor output() const override { return y_; }

  Gradients backward(const Tensor& delta, bool per_sample) override {
    Gradients result;
    result.mean = passed_.backward(Given(all_, false), act_, delta, [](std::size_t i) { return i > 0; });
    result.mean.erase(result.mean.begin());
    if (!per_sample) return result;
    result.per_sample = std::make_unique<PerSampleGradients>();
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const Tensor scaled = passed_.deltas[k] * static_cast<double>(delta.size(0));
      result.per_sample->layers.emplace_back(layers_[k], outer_product_gradients(passed_.inputs[k], scaled));
      result.per_sample->means.push_back({result.mean[2 * k], result.mean[2 * k + 1]});
    }
    return result;
  }

 private:
  std::vector<Tensor> all_;
  std::vector<std::string> layers_;
  const Activation& act_;
  Passed passed_;
  Tensor y_;
};

}  // namespace

std::shared_ptr<Pass> stack_pass(const Params& params, std::vector<std::string> layers,
                                 const Activation& activation, const Tensor& x) {
  return std::make_shared<StackPass>(params, std::move(layers), activation, x);
}

Tensor stack(const Params& params, const std::vector<std::string>& layers, const Activation& activation,
             const Tensor& x, const Tensor& e) {
  const std::vector<Tensor> all = given_to(params, layers, x, e);
  const Given given(all, e.defined());
  if (!at::GradMode::is_enabled() || std::ranges::none_of(all, &Tensor::requires_grad))
    return evaluated(given, activation);
  const auto passed = std::make_shared<Passed>();
  const Tensor y = differentiated(given, activation, passed);
  if (!params.tape()) return y;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const std::string layer = params.on_tape(layers[k]);
    params.tape()->record(
        {layer,
         {layer + ".weight", layer + ".bias"},
         {},
         [passed, k](const Tensor& delta) { return outer_product_gradients(passed->inputs[k], delta); },
         [passed, k, bias = given.bias(k).detach()] {
           if (!passed->deltas.empty()) return passed->deltas[k];
           return at::zeros({passed->inputs[k].size(0), bias.size(0)},
                            bias.options());  // a loss that does not reach the stack
         }});
  }
  return y;
}

}  // namespace weir::nn

// core/kinds/learn/fit.cpp -- one set of parameters under training, and the loop of a training.
#include <weir/kinds/learn/fit.hpp>

#include <algorithm>

namespace weir {
namespace {

void add(State& state, const std::string& prefix, const Params& params) {
  for (const auto& [name, value] : params.tensors()) state[prefix + name] = value.clone();
}

void take(const Params& params, const State& state, const std::string& prefix) {
  for (const auto& [name, value] : params.tensors()) value.copy_(state.at(prefix + name));
}

// One number is read for all of them: on a device each would be waited for.
void shorten(std::vector<Tensor>& grads, double longest) {
  const double norm = at::stack(at::_foreach_norm(grads)).norm().item<double>();
  if (norm > longest) at::_foreach_mul_(grads, longest / norm);
}

}  // namespace

double EmaRule::at(std::int64_t step) const {
  const double k = static_cast<double>(step);
  return warm_up ? std::min(decay, (1 + k) / (10 + k)) : decay;
}

Fit::Fit(const Params& initial, const Optimiser& rule, const EmaRule& ema, std::optional<double> clip)
    : params_(initial.clone()),
      average_(initial.clone()),
      rule_(&rule),
      memory_(rule.init(params_)),
      ema_(ema),
      clip_(clip) {}

void Fit::step(std::vector<Tensor> grads, double scale) {
  if (clip_) shorten(grads, *clip_);
  ++steps_;
  rule_->step(params_, grads, memory_, steps_, scale);
  if (steps_ % ema_.every == 0) at::_foreach_lerp_(average_.values(), params_.values(), 1 - ema_.at(steps_));
}

State Fit::save(const std::string& prefix) const {
  State state;
  add(state, prefix + "params/", params_);
  add(state, prefix + "ema/", average_);
  for (const auto& [name, value] : memory_) state[prefix + "memory/" + name] = value.clone();
  state[prefix + "step"] = at::scalar_tensor(steps_, at::kLong);
  return state;
}

void Fit::load(const State& state, const std::string& prefix) {
  take(params_, state, prefix + "params/");
  take(average_, state, prefix + "ema/");
  for (const auto& [name, value] : memory_) value.copy_(state.at(prefix + "memory/" + name));
  steps_ = state.at(prefix + "step").item<std::int64_t>();
}

std::optional<Params> params_in(const State& state, const std::string& prefix, const Params& names) {
  const auto missing = [&](const auto& named) { return !state.contains(prefix + named.first); };
  if (std::ranges::any_of(names.tensors(), missing)) return std::nullopt;
  Params params = names.clone();
  take(params, state, prefix);
  return params;
}

State train(Run& run, std::int64_t done, std::int64_t total, const std::function<State()>& state,
            const std::function<void(std::int64_t)>& body, const std::function<bool()>& enough) {
  const auto over = [&](std::int64_t k) { return k >= total || (enough && enough()); };
  for (std::int64_t k = done; !over(k);) {
    body(++k);
    run.checkpoint(state);
    if (run.stop_requested() && !over(k)) {
      run.checkpoint(state, true);
      throw Stopped();
    }
  }
  State last = state();
  run.checkpoint([&] { return last; }, true);
  return last;
}

}  // namespace weir

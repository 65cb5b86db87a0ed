// core/kinds/learn/fit.hpp -- one set of parameters under training, and the loop of a training.
//
//   weir::Fit fit(initial, *optimiser_, ema_decay_());
//   if (!state_.empty()) fit.load(state_);
//   state_ = weir::train(run, fit.steps(), steps_(), [&] { return fit.save(); }, [&](std::int64_t k) {
//     const weir::Params live = fit.params().requiring_grad();
//     ...                                                    // the loss of step k, from random numbers of rng().at("step", k)
//     fit.step(weir::grad(loss, live.values()), 1);
//   });
//
// Two networks that are trained against each other are two of them, whose states lie side by side under prefixes of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <weir/kinds/learn/optimiser.hpp>
#include <weir/params.hpp>

namespace weir {

// The exponential average of parameters, started at the initial ones:  average <- d average + (1 - d) theta.
struct EmaRule {
  EmaRule(double d, bool rises = false, std::int64_t steps = 1) : decay(d), warm_up(rises), every(steps) {}

  double decay;
  bool warm_up;  // d of step k is min(decay, (1 + k) / (10 + k)): the initial parameters are soon forgotten
  std::int64_t every;  // steps from one update to the next, at the multiples of it

  double at(std::int64_t step) const;  // d
};

// Parameters, the memory of the rule that moves them, and their average. Its tensors are its own.
class Fit {
 public:
  // `rule` outlives it. `clip`: the largest norm of a gradient over all parameters; longer ones are scaled to it.
  Fit(const Params& initial, const Optimiser& rule, const EmaRule& ema, std::optional<double> clip = {});
  Fit(Fit&&) = default;
  Fit& operator=(Fit&&) = default;

  const Params& params() const { return params_; }
  const Params& average() const { return average_; }
  const State& memory() const { return memory_; }
  std::int64_t steps() const { return steps_; }  // that were taken

  // One more: moves the parameters by `grads`, one of each, at `scale` times the learning rate, and then their average.
  void step(std::vector<Tensor> grads, double scale);

  // A copy of all that the next step depends on: "params/<name>", "ema/<name>", "memory/<buffer>" and "step", each after the prefix.
  State save(const std::string& prefix = "") const;
  // Goes on from there. Throws std::out_of_range where a tensor is missing.
  void load(const State& state, const std::string& prefix = "");

 private:
  Params params_, average_;
  const Optimiser* rule_;
  State memory_;
  EmaRule ema_;
  std::optional<double> clip_;
  std::int64_t steps_ = 0;
};

// Parameters of these names with the values in a state, "<prefix><name>"; nothing where one is missing. For Node::restore.
std::optional<Params> params_in(const State& state, const std::string& prefix, const Params& names);

// The steps done + 1 .. total of a training: `body(k)` takes step k and writes its rows, and then `state()`, all that step k + 1
// depends on, is offered as a checkpoint. Ends as kind `trainer` asks: with Stopped, after a checkpoint, if the run is to stop before the
// last step; else with the last state, which is in a checkpoint too and is what the trainer's `save` gives from then on. `enough`, asked
// before each step, ends it there as if `total` had been reached.
State train(Run& run, std::int64_t done, std::int64_t total, const std::function<State()>& state,
            const std::function<void(std::int64_t)>& body, const std::function<bool()>& enough = {});

}  // namespace weir

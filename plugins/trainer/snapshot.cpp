// plugins/trainer/snapshot.cpp -- a training as it was after one of its steps.
//
//   train: {plugin: trainer/gradient, ..., snapshots: [100, 500, 2000]}
//   at:    {plugin: trainer/snapshot, history: train.history, step: 500}
//   flow:  {plugin: integrator/euler, field: at.ema, ...}
//   sweep: {step: {set: at.step, values: [100, 500, 2000]}}                  whatever follows at.ema, at each: the training runs once
//
// Source   the trainer's snapshots; field/recorded takes one of another run by `step`.
// Oracle   trainings of as many steps, to the last bit.
// Peers    none
// Shapes   as the trainer's fields
// Limits   a snapshot has no optimiser's memory: a trainer whose model is one of its fields starts from its parameters alone.
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/learn/history.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/plugin.hpp>

namespace {

class Snapshot final : public weir::Trainer {
  weir::Port<weir::History> history_{this, "history", "the training, such as train.history"};
  weir::Param<std::int64_t> step_{this, "step", weir::required, weir::non_negative,
                                  "step, of the training's snapshots, after which it is seen"};
  weir::Output<weir::Field> field_{this, "field", "the field with the parameters after that step"};
  weir::Output<weir::Field> ema_{this, "ema", "the field with the averaged parameters after that step"};
  weir::Output<weir::Network> network_{
      this, "network", "the objective's network with the parameters after that step, where it has one"};
  weir::Output<weir::Network> network_ema_{
      this, "network_ema", "the objective's network with the averaged parameters after that step"};

 public:
  void plan(weir::Plan& plan) override {
    const weir::History::Moment* moment = history_->after(step_());
    if (!moment) {
      std::vector<std::int64_t> kept;
      for (const auto& [step, each] : history_->moments()) kept.push_back(step);
      return plan.fault("step",
                        fmt::format("there is no snapshot after step {}; there are those after {}", step_(),
                                    fmt::join(kept, ", ")),
                        "add the step to snapshots of the training");
    }
    field_.set(moment->last.field());
    ema_.set(moment->average.field());
    network_.set(moment->last.network());
    network_ema_.set(moment->average.network());
  }

  void run(weir::Run&) override {
    if (!history_->after(step_())->reached())
      throw std::runtime_error(
          fmt::format("there is no snapshot after step {}: the training ended before", step_()));
  }
};

}  // namespace

WEIR_PLUGIN(Snapshot, "A training as it was after one of its steps")

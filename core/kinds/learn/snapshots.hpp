// core/kinds/learn/snapshots.hpp -- the snapshots of a trainer: its parameters `snapshots` and `snapshot_every`, and what it records and
// gives of them.
//
//   weir::Snapshots snapshots_{this};
//   snapshots_.plan(initial, *objective_, model_.get(), steps, plan);       // in plan
//   snapshots_.begin(fit, last);                                            // in run, before the first step
//   snapshots_.take(fit);                                                   // after each step
//   snapshots_.add_to(state), snapshots_.take_from(state);                  // with the trainer's state
//   snapshots_.set();                                                       // at the end
//
// Without either parameter it plans, keeps and records nothing.
//
// Shapes   snapshots/<parameter>, ema_snapshots/<parameter> [K, shape...], snapshot_steps [K], of K snapshots
#pragma once

#include <optional>

#include <weir/kinds/learn/history.hpp>

namespace weir {

class Snapshots {
 public:
  explicit Snapshots(Node* trainer);

  // `steps` is the last step of the training where that is known at plan. Faults at `snapshots` and `snapshot_every`.
  void plan(const Params& initial, const Objective& objective, const Field* model,
            std::optional<std::int64_t> steps, Plan& plan);

  // Of a training that is about to take the steps after fit.steps() up to `last`: keeps where it stands, if that is asked for. Throws
  // std::runtime_error where a snapshot is of a step that it does not come by.
  void begin(const Fit& fit, std::int64_t last);
  void take(const Fit& fit);

  // "snapshots/<step>/params/<name>" and "snapshots/<step>/ema/<name>" of those that were reached.
  void add_to(State& state) const;
  void take_from(const State& state);

  void set();
  // For Node::restore: the history from what `set` recorded. False where a tensor is missing.
  bool restore(const State& recorded);

 private:
  // The steps that are asked for, ascending; empty after a fault.
  std::vector<std::int64_t> asked(std::optional<std::int64_t> steps, Plan& plan) const;
  Tensor stacked(std::size_t parameter, Params History::Moment::*which) const;

  Node* trainer_;
  Param<Numbers> steps_;
  Param<std::int64_t> every_;
  Output<History> given_;
  TensorSet params_, ema_params_;
  Output<Tensor> reached_;
  std::shared_ptr<History> history_;
  Params names_;
};

}  // namespace weir

// core/kinds/learn/history.hpp -- what a training was like on its way: its models after some of its steps.
//
// A trainer that keeps them gives it as an Output<History>, set in plan and complete after run (snapshots.hpp); trainer/snapshot gives
// the fields and networks of one step of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <weir/kinds/learn/fit.hpp>
#include <weir/kinds/learn/fitted_model.hpp>

namespace weir {

class History final : public Node {
 public:
  static constexpr const char* kind = "history";

  // The models after a step, with the last parameters and the averaged ones: the initial ones as long as it is not `reached`, which it
  // never is where the training ended before.
  struct Moment {
    FittedModel last, average;
    Params params, ema;  // of what was trained, joined; empty as long as it is not reached
    bool reached() const { return !params.empty(); }
  };

  History(const std::vector<std::int64_t>& steps, const Objective& objective, const Field* model);
  ~History() override;

  const Moment* after(std::int64_t step) const;  // null where that step is not kept
  const std::map<std::int64_t, Moment>& moments() const { return moments_; }  // by their steps

  // Of a step that is kept; parameters as initial_params has them. The tensors become its own.
  void set(std::int64_t step, const Params& params, const Params& ema);

 private:
  std::map<std::int64_t, Moment> moments_;
};

// Faults, at the port of that name, of a history whose models are not what this objective asks. Its loss is then asked at a moment's
// params, with its last.field(), or no_field() where it takes none.
void plan_history(const History& history, const Objective& objective, const std::string& port, Plan& plan);

}  // namespace weir

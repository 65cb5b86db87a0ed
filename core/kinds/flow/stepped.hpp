// core/kinds/flow/stepped.hpp -- integrators that are told their steps, and the walk along them.
//
//   t_k = from + (until - from) k / steps,  or the k-th of `times`,  k = 0 .. steps
//
// Base of one_step.hpp and stochastic.hpp; methods that carry something from step to step derive from it themselves.
#pragma once

#include <functional>
#include <vector>

#include <weir/kinds/flow/integrator.hpp>

namespace weir {

class Stepped : public Integrator {
 public:
  ~Stepped() override;
  void plan(Plan& plan) override;
  // Of the global error: half the steps' sizes, equal or not, make it 2^order() times smaller. 0: no order is claimed.
  virtual int order() const = 0;

 protected:
  std::int64_t steps() const;
  bool equal_steps() const { return !times_.given(); }
  double time(std::int64_t k) const;  // t_k
  double size(std::int64_t k) const;  // t_(k+1) - t_k; the same double for all equal steps

  // The way of x, where next(x, k) goes from t_k to t_(k+1) and asks the field `evaluations` times.
  using Next = std::function<Tensor(const Tensor& x, std::int64_t k)>;
  Path walk(const Tensor& x, const std::vector<double>& saved, std::int64_t evaluations, const Next& next,
            const Watch& watch) const;
  std::vector<double> saved_times() const override;  // those of `save` are grid times

 private:
  void plan_times(Plan& plan) const;
  std::int64_t nearest(double t) const;  // number of the grid time nearest to t

  Param<std::int64_t> steps_{this, "steps", absent, at_least(1),
                             "number of equal steps (grid points minus one)"};
  Param<Numbers> times_{this, "times", absent, between(0, 1),
                        "instead: the times of the grid, from `from` to `until`"};
};

}  // namespace weir

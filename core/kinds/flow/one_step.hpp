// core/kinds/flow/one_step.hpp -- integrators of given steps that carry nothing from one step to the next.
//
// `step` is called for each step of the grid, with the rows of one chunk alone. A path's cost is the same for every row:
// nfe = steps * evaluations().
#pragma once

#include <weir/kinds/flow/stepped.hpp>

namespace weir {

class OneStep : public Stepped {
 public:
  ~OneStep() override;

  // x after one step of size h from (x, t), x [N, item...]; h is negative on the way back.
  virtual Tensor step(const Velocity& v, const Tensor& x, double t, double h) const = 0;
  virtual int evaluations() const = 0;  // of v in one step

 protected:
  Path follow(const Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override;
};

}  // namespace weir

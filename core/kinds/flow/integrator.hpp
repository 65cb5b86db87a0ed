// core/kinds/flow/integrator.hpp -- follows a velocity field from t = 0 to t = 1.
//
//   dx/dt = v(x, t),  x(0) = start,  on the grid t_k = k / steps, k = 0 .. steps
//
// The rows of start go through the grid in chunks, one after another: `step` is called `steps` times for each chunk, with the rows of
// that chunk alone and without their numbers. The field is asked without context. A path's cost, nfe = steps * evaluations(), is
// the same for every row, and one number.
//
// Laws (`weir plugin check` holds every integrator to them; `weir explain law/integrator` prints them)
//   order         half the step makes the error 2^order() times smaller, on x' = x^2 cos 3t, within a quarter of an order
//   evaluations   a step asks the field evaluations() times, at times between t and t + h; a constant velocity is followed exactly
//   outputs       end, trajectory, time and nfe are those of the grid: saved times evenly spread from 0 to 1, the trajectory
//                 [time, pair, item...] from start to end, nfe as above; chunks of any size end at the same points
//   plan          what the field finds wrong with the points is told at plan
//   float32       float32 points stay float32, and end where float64 ones do, to float32's accuracy
#pragma once

#include <cstdint>
#include <functional>

#include <weir/kinds/flow/field.hpp>
#include <weir/node.hpp>

namespace weir {

// v(x, t) at x [N, item...] and one time for all rows.
using Velocity = std::function<Tensor(const Tensor& x, double t)>;

// One-step methods: nothing is carried from one step to the next, so multi-step methods need a `run` of their own.
class Integrator : public Node {
 public:
  static constexpr const char* kind = "integrator";
  ~Integrator() override;

  void plan(Plan& plan) override;
  void run(Run& run) override;

  // x after one step of size h from (x, t), x [N, item...] the rows of one chunk.
  virtual Tensor step(const Velocity& v, const Tensor& x, double t, double h) const = 0;
  virtual int evaluations() const = 0;  // of v in one step
  virtual int order() const = 0;        // of the global error

 private:
  Port<Field> field_{this, "field", "velocity field to follow"};
  Port<Tensor> start_{this, "start", "points at t = 0"};
  Param<std::int64_t> steps_{this, "steps", required, at_least(1),
                             "number of equal steps (grid points minus one)"};
  Param<std::int64_t> save_{this, "save", 0, non_negative,
                            "grid times kept in the trajectory, evenly spread, both ends included; 0: none"};
  Param<std::int64_t> chunk_{this, "chunk", 1024, at_least(1), "rows integrated together"};
  Output<Tensor> end_{this, "end", "1", "points at t = 1; NaN where a point left the numbers on its way"};
  Output<Tensor> trajectory_{this, "trajectory", "1",
                             "points at the saved times; NaN from where a point left the numbers"};
  Output<Tensor> time_{this, "time", "1", "the saved times"};
  Output<Tensor> nfe_{this, "nfe", "1",
                      "evaluations of the field along a path: one number, the same for every point", "int64"};
};

}  // namespace weir

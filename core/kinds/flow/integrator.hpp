// core/kinds/flow/integrator.hpp -- follows a velocity field from t = 0 to t = 1.
//
//   dx/dt = v(x, t),  x(0) = start,  on the grid t_k = k / steps, k = 0 .. steps
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

  // x after one step of size h from (x, t).
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
  Output<Tensor> nfe_{this, "nfe", "1", "evaluations of the field for each point", "int64"};
};

}  // namespace weir

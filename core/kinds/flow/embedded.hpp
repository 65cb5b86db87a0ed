// core/kinds/flow/embedded.hpp -- Runge-Kutta pairs: a method and the estimate of its error, by which each row chooses its own steps.
//
//   k_1 = v(x, t)      k_i = v(x + h sum_(j < i) a_ij k_j, t + c_i h)      x' = x + h sum_i b_i k_i      k_(s+1) = v(x', t + h)
//   error = || h sum_(i <= s+1) e_i k_i / (atol + rtol max(|x|, |x'|)) ||, root mean square over the coordinates of a row
//   accepted where error <= 1;   h <- h min(10, max(0.2, 0.9 error^(-1/(q+1)))), not larger right after a refusal
//   between   x(t + theta h) = x + h sum_i k_i sum_j p_ij theta^j, or the cubic through both ends with their velocities
//
// Source   Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, sections II.4 (control, first step) and II.6 (dense
//          output).
// Shapes   rows know nothing of each other: each has its own time and step, and is evaluated only while it is on its way
// Limits   A row that needs more than max_steps steps, or whose step falls below what its time can tell, ends as NaN, with a warning.
//          Tolerances far below the dtype's round-off cannot be met: float32 carries about 1e-6.
#pragma once

#include <vector>

#include <weir/kinds/flow/integrator.hpp>

namespace weir {

// s stages. k_(s+1), the velocity at the end of a step, is the first stage of the next one.
struct Tableau {
  std::vector<double> c;               // [s]
  std::vector<std::vector<double>> a;  // [s], of i: [i]
  std::vector<double> b;               // [s]
  std::vector<double> e;               // [s + 1]: b minus the weights of the other method
  std::vector<std::vector<double>> p;  // [s + 1], of theta, theta^2, ...; empty: the cubic
  int order;                           // of b
  int error_order;                     // q, of the other method
};

class Embedded : public Integrator {
 public:
  ~Embedded() override;
  void plan(Plan& plan) override;
  virtual const Tableau& tableau() const = 0;

  // One step of size h from (x, t) whatever its error: h and t are [N] of float64, k1 = v(x, t).
  struct Step {
    std::vector<Tensor> k;  // s + 1 of [N, item...]
    Tensor x;               // at the end
  };
  Step advance(const Velocity& v, const Tensor& x, const Tensor& t, const Tensor& h, const Tensor& k1) const;
  // The way within a step, at theta [N] of float64 in [0, 1].
  Tensor between(const Step& step, const Tensor& x, const Tensor& h, const Tensor& theta) const;

 protected:
  Path follow(const Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override;
  bool nfe_of_each_row() const override { return true; }
  std::string remedy() const override { return "raise max_steps or the tolerance"; }

 private:
  Tensor error(const Step& step, const Tensor& x, const Tensor& h) const;  // [N]
  // Sizes of the first steps, [N] float64, for two evaluations of the field, the one of k1 included.
  Tensor first_step(const Velocity& v, const Tensor& x, const Tensor& t, const Tensor& k1) const;

  Param<double> rtol_{this, "rtol", 1e-5, positive, "error of a step allowed relative to the point"};
  Param<double> atol_{this, "atol", 1e-5, positive, "error of a step allowed in any case"};
  Param<double> first_{this, "first_step", absent, positive,
                       "size of the first step (default: from the field there)"};
  Param<std::int64_t> max_steps_{this, "max_steps", 10000, at_least(1),
                                 "most steps of a row, refused ones included"};
};

}  // namespace weir

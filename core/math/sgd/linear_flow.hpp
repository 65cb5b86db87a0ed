// core/math/sgd/linear_flow.hpp -- flow matching of a linear field at one time: least squares in high dimension.
//
//   x = x_t, u = u_t jointly normal with mean 0 at the one t that there is        loss ||u - W x||^2,  W [D, D]
//
//   K = E x x^T = V diag(lambda) V^T        W* = E u x^T K^+        w^2 = tr Var(u | x) = E ||u - W* x||^2
//   R(W) = E ||u - W x||^2 / 2 = w^2 / 2 + (1/2) sum_i lambda_i ||(W - W*) v_i||^2        D_i^2 = D ||(W - W*) v_i||^2
//
// Each output is a least-squares problem with the features x, and one row's gradient is that of them all: SgdOde holds, with sums over
// the outputs. The gradient of the loss is twice that of R, so that a step W <- W - rate g has gamma = 2 D rate.
//
// Source  the equations: arXiv 2405.19585; that flow matching is a case of them is this laboratory's.
#pragma once

#include <string>

#include <weir/kinds/learn/objective.hpp>
#include <weir/math/sgd/ode.hpp>

namespace weir {

class LinearFlow {
 public:
  // Of an objective without the faults below.
  explicit LinearFlow(const Objective& objective);

  std::int64_t dim() const { return lambda_.size(0); }
  double risk(const Tensor& matrix) const;  // R at W [D, D]
  LeastSquares problem(
      const Tensor& matrix) const;  // with the distances of that W; those where lambda is 0 count as 0

 private:
  Tensor distances(const Tensor& matrix) const;  // ||(W - W*) v_i||^2, [D]

  Tensor lambda_, vectors_, best_;  // [D] ascending, [D, D] in columns, W* V [D, D]; float64 on the CPU
  double noise_ = 0;
};

// Faults at the port of that name: another loss or path, t that is drawn, pairs that are fixed, not jointly normal, or not centred.
void plan_linear_flow(Plan& plan, const Objective& objective, const std::string& port);

}  // namespace weir

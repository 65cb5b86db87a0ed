// core/math/numeric/sinkhorn.hpp -- entropic optimal transport between two sets of weighted points, by Sinkhorn's iterations.
//
//   minimise over P >= 0 [N, M]   <P, C> + epsilon KL(P | a b^T) + rho0 KL(P 1 | a) + rho1 KL(P^T 1 | b)
//
//   KL(p | q) = sum p log(p / q) - p + q;   rho = infinity: that marginal of P is kept exactly (balanced transport)
//
//   P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon),       f, g the potentials, in the units of the cost
//   F_i  = -epsilon log sum_j b_j exp((g_j - C_ij) / epsilon),   f <- F / (1 + epsilon / rho0);   the same of g, in turn
//
// The sums are of logarithms, in float64: no epsilon underflows. It starts with an epsilon of the costs' range, and a quarter of it, and so
// on, each from the potentials of the one before. Of relaxed marginals f + l, g - l has its best l after each iteration, without which
// the sum of the mass would settle at the rate 1 / (1 + epsilon / rho) only.
//
// Source  Cuturi, arXiv 1306.0895; in logarithms and relaxed: Chizat, Peyre, Schmitzer, Vialard, arXiv 1607.05816; falling epsilon: Schmitzer,
//         arXiv 1610.06519; the best l: Sejourne, Vialard, Peyre, arXiv 2201.00616.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>

#include <weir/tensor.hpp>

namespace weir {

struct Entropic {
  double epsilon = 1;               // in the units of the cost
  double tolerance = 1e-9;          // of the error below
  std::int64_t iterations = 10000;  // at most, those of larger epsilons among them
  double rho0 = std::numeric_limits<double>::infinity(), rho1 = std::numeric_limits<double>::infinity();
};

struct EntropicPlan {
  Tensor f, g;          // float64 [N], [M]
  Tensor log_a, log_b;  // float64 [N], [M]
  double epsilon = 0;
  double cost = 0;        // <P, C>
  double entropy = 0;     // -sum P log P
  double divergence = 0;  // KL(P | a b^T)
  double mass = 0;        // sum P
  double value =
      0;  // of the dual problem at f and g: never above the minimum, and equal to it where the error is 0
  // sum_i |(P 1)_i - r_i| / sum a, where r is a, or a exp(-f / rho0) if relaxed, which P 1 is at the minimum; P^T 1 has no error.
  double error = 0;
  std::int64_t iterations = 0;
  bool converged = false;  // error <= tolerance

  // log P of the rows from `first` on, [n, M] float64, of their costs [n, M].
  Tensor log_rows(const Tensor& costs, std::int64_t first) const;
};

// Told the iterations now and then; may throw to stop them.
using SinkhornProgress = std::function<void(std::int64_t done, std::int64_t total)>;

// cost [N, M], on any device; a [N] and b [M] are nonnegative weights, 1/N and 1/M if undefined. Holds few numbers beside `cost`, if that is
// float64. Errors: std::invalid_argument for a cost that is not finite, weights of another size, negative or all zero, or, where
// both marginals are kept, of another sum; an epsilon, rho, tolerance or number of iterations that is not positive.
EntropicPlan sinkhorn(const Tensor& cost, const Entropic& how, const Tensor& a = {}, const Tensor& b = {},
                      const SinkhornProgress& progress = {});

}  // namespace weir

// core/math/numeric/quadrature.hpp -- Gauss-Legendre quadrature of a function whose poles are known.
//
//   int_a^b f(t) dt ~ sum_n w_n f(t_n)
//
// [a, b] is halved until no panel is longer than its distance from every pole, and each panel has 20 nodes: the error of a
// function that is analytic elsewhere falls at least as (2 + sqrt 5)^-40 a panel, far below round-off.
#pragma once

#include <complex>
#include <vector>

#include <weir/tensor.hpp>

namespace weir {

struct Quadrature {
  Tensor t, weight;  // [N] float64
};

// `halvings` halves every panel that many times more: with 1, twice the nodes. A pole in [a, b] ends the halving towards it
// at panels of 2^-48.
Quadrature quadrature(double a, double b, const std::vector<std::complex<double>>& poles, int halvings = 0);

}  // namespace weir

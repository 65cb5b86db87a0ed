// core/math/sgd/rates.hpp -- learning rates of SGD as functions of its state, and what they tend to.
//
//   constant       eta
//   AdaGrad-Norm   eta / sqrt(b^2 + Q)        b_k^2 = b_{k-1}^2 + |grad f_k|^2, b_0 = b d, gamma_k = d eta / b_k
//   line search    sum_i p_i lambda_i^2 D_i^2 / (2 (tr K^2 / d) R)        the largest descent of the risk, which must be known
//   Polyak         (2 R - w^2) / (2 c R)                                  the largest descent of the distance, likewise; both 0 at R = 0
//
// Source  arXiv 2405.19585, sections 2 to 4.
#pragma once

#include <weir/math/sgd/ode.hpp>

namespace weir {

SgdOde::Rate constant_rate(double eta);
SgdOde::Rate adagrad_norm_rate(double eta, double b);
SgdOde::Rate line_search_rate();
SgdOde::Rate polyak_rate();

// Of AdaGrad-Norm without noise: the root g < min(2 / c, g_0) of
//
//   (4 eta^2 / c) (1 / g - 1 / g_0) - 2 eta^2 log(g_0 / g) = sum_i p_i D_i^2 at t = 0        g_0 = eta / b
//
// which is d/dt sum_i p_i D_i^2 = -4 gamma R + 2 c gamma^2 R, integrated to where nothing is left of it: all D_i^2 with lambda_i > 0 go
// to 0. Derived for this laboratory; the paper's Proposition 4.2 gives its order of magnitude.
double adagrad_norm_limit(const LeastSquares& problem, double eta, double b);

// Of line search without noise, half of the eigenvalues 1 and half `lambda`: the paper's equation (101).
double line_search_limit(double lambda);

}  // namespace weir

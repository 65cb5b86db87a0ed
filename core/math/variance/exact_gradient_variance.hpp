// core/math/variance/exact_gradient_variance.hpp -- the variance of the flow-matching gradient at an affine field, in closed form.
//
//   x_t = alpha X0 + beta X1 + gamma Z       u_t = alpha' X0 + beta' X1 + c Z       (X0, X1) jointly normal, Z ~ N(0, I)
//   v(x, t) = B_t (theta + Theta x)          B_t = (I + t Theta)^-1                  c = gamma' or 0
//   r = u_t - v(x_t, t)      w = B_t^T r     y = x_t - t v(x_t, t)                   loss ||r||^2
//   g_theta = -2 w           g_Theta = -2 w y^T                                     ||g||^2 = 4 ||w||^2 (1 + ||y||^2)
//
// At each t all of these are linear in normal vectors, so that with means m, covariances S (Isserlis)
//
//   E ||w||^2 ||y||^2 = E||w||^2 E||y||^2 + 2 ||S_wy||^2 + 4 m_w^T S_wy m_y         E[w y^T] = S_wy + m_w m_y^T
//   tr Cov(g) = E_t [4 E||w||^2 (1 + ||y||^2)] - ||E_t 2 m_w||^2 - ||E_t 2 (S_wy + m_w m_y^T)||^2
//
// and E_t is a quadrature under the density of t, or the value at its atom. Where Theta has a real eigenvalue lambda, I + t Theta is
// singular at t = -1 / lambda: there both numbers are infinite, unless the paths meet the field's own lines (own pairs without noise).
//
// Source  the problem: arXiv 2510.18118, section 3; the closed form is this laboratory's.
#pragma once

#include <cstdint>
#include <string>

#include <weir/kinds/facets/affine_velocity.hpp>
#include <weir/kinds/facets/joint_normal_law.hpp>
#include <weir/kinds/learn/objective.hpp>

namespace weir {

struct NormalFlow {
  JointNormalLaw law;
  const TwoPoint& interpolant;
  const Time& time;
  AffineVelocity::Values field;
  double noise = 1;  // factor on gamma and c
};

// Faults of an objective (at the port of that name) and of a field (at `port`) of which there is no closed form.
void plan_normal_flow(Plan& plan, const Objective& objective);
void plan_normal_flow(Plan& plan, const std::string& port, const Field& field);
// Of an objective and a field without such faults.
NormalFlow normal_flow(const Objective& objective, const Field& field, const Params& params);

// Why the mean loss, or tr Cov(g) of one sample, is infinite; empty where that is not known. Of any objective and field: an affine
// field has poles, and a target may have no second moment.
struct InfiniteMoments {
  std::string loss, variance;
};
InfiniteMoments infinite_moments(const Objective& objective, const Field& field, const Params& params);

struct ExactVariance {
  double total = 0;  // tr Cov(g) of one sample; a batch of B independent samples has total / B
  double loss = 0;   // E ||r||^2
  Tensor bin;        // [bins] float64, tr Cov(g) given t in each equal bin of (0, 1); NaN where t never is
  double total_error = 0, loss_error = 0;  // differences from the same on twice as many nodes
  std::string total_reason, loss_reason;   // why they are infinite; empty where they are not
};

ExactVariance exact_gradient_variance(const NormalFlow& flow, std::int64_t bins);

}  // namespace weir

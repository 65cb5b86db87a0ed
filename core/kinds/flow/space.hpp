// core/kinds/flow/space.hpp -- what a model may predict of a path in place of its velocity, and how the one follows from the other.
//
//   x_t = alpha x0 + beta x1 + gamma z = beta x1 + sigma e        sigma^2 = alpha^2 + gamma^2        e is x0 where there is no noise
//
//   data       x1^ = E[x1 | x_t = x]  = (sigma v - mu x) / W      v = (mu x + W x1^) / sigma              singular at t = 1
//   noise      e^  = E[e | x_t = x]   = (beta' x - beta v) / W    v = (beta' x - W e^) / beta             singular at t = 0
//   score      s   = grad log p_t(x)  = -e^ / sigma               v = (beta' x + W sigma s) / beta        singular at t = 0
//
//   mu = (alpha alpha' [+ gamma gamma']) / sigma, alpha' where there is no noise      [...]: with noise_in_target
//   W  = sigma beta' - mu beta, 1 on the linear path without noise
//
// A conversion is singular where it divides by zero: the prediction says nothing of the velocity there (x1^ = x at t = 1, whatever
// the velocity is). From the velocity, the score alone is singular, at t = 1. Where noise vanishes at an end (a bridge's at t = 1),
// its derivative does not exist, and the noise is singular there too.
//
// Ends. alpha = sqrt(1 - t^2) reaches 0 at t = 1 with an infinite slope, as every path does that keeps alpha^2 + beta^2 = 1 with a beta that
// is not level there. alpha alpha' is finite, and so is E[u_t | x_t] between many laws: products of 0 and infinity are taken as limits.
//
// Source   Albergo, Boffi, Vanden-Eijnden, arXiv 2303.08797, sections 2.3 and 2.4; Ma et al., arXiv 2401.08740, appendix A.
// Limits   Without noise, data and noise hold for every coupling: they are linear in x0 and x1. The score, and all of them on a path
//          with noise, only for x0 ~ N(0, I) that is independent of x1.
#pragma once

#include <functional>
#include <string>

#include <weir/kinds/flow/interpolant.hpp>

namespace weir {

enum class Space { velocity, data, noise, score };

// One of them from the other at the same x and t: of_x x + of_given given.
struct Conversion {
  Tensor of_x, of_given;  // [N] float64 at t [N]; infinite or NaN at a singular end
  Tensor operator()(const Tensor& x, const Tensor& given) const;  // [N, item...], of x's dtype
};
Conversion to_velocity(Space from, const TwoPoint& path, const Tensor& t);
Conversion from_velocity(Space to, const TwoPoint& path, const Tensor& t);

// alpha alpha' = (alpha^2)' / 2, [N] float64 of t [N]: finite also at an end where alpha' is not, if alpha^2 is smooth there.
Tensor alpha_dalpha(const TwoPoint& path, const Tensor& t);

// velocity(t) [N, ...] at t [N] float64; where alpha' or beta' is infinite, its limit from within. Throws std::runtime_error, which names
// `who`, where there is none.
Tensor with_limits(const TwoPoint& path, const Tensor& t, const char* who,
                   const std::function<Tensor(const Tensor& t)>& velocity);

// "velocity", "data", "noise" or "score". Errors: std::invalid_argument for another name.
Space space_named(const std::string& name);

}  // namespace weir

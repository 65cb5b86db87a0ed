// core/kinds/flow/path_limits.hpp -- what follows from a path at an end of time where its own derivative is infinite.
//
// alpha = sqrt(1 - t^2) reaches 0 at t = 1 with an infinite slope, as every path does that keeps alpha^2 + beta^2 = 1 with a beta that
// is not level there. alpha alpha' is finite, and so is E[u_t | x_t] between many laws: products of 0 and infinity are taken as limits.
#pragma once

#include <functional>

#include <weir/kinds/flow/interpolant.hpp>

namespace weir {

// alpha alpha' = (alpha^2)' / 2, [N] float64 of t [N]: finite also at an end where alpha' is not, if alpha^2 is smooth there.
Tensor alpha_dalpha(const TwoPoint& path, const Tensor& t);

// velocity(t) [N, ...] at t [N] float64; where alpha' or beta' is infinite, its limit from within. Throws std::runtime_error, which names
// `who`, where there is none.
Tensor with_limits(const TwoPoint& path, const Tensor& t, const char* who,
                   const std::function<Tensor(const Tensor& t)>& velocity);

}  // namespace weir

// core/math/variance/infinite_moments.hpp -- which averages of a flow-matching loss are infinite, as far as its pieces tell.
//
//   u_t = alpha' X0 + beta' X1 + c Z, c = gamma' or 0      E |u_t|^q holds int |w(t)|^q p(t) dt for each coefficient w = alpha', beta', c
//
// with p the density of t. Where |w|^q p ~ t^-a at an end, the integral diverges if a >= 1: gamma' of a Brownian bridge goes as t^(-1/2),
// so that with t uniform the mean loss (q = 2) is infinite, and with p ~ t^b, b > 0, it is finite but for its error (q = 4). Where t is one
// number, that is so if it is an end at which w is infinite.
#pragma once

#include <string>
#include <vector>

#include <weir/kinds/learn/objective.hpp>

namespace weir {

// What to do about a reason, to be said with it.
std::string keep_from_the_ends(const std::string& reason);

// An end of (0, 1) at which the q-th moment of the target has no integral.
struct DivergentEnd {
  double t;
  std::string reason;  // "the square of gamma' in the target is not integrable at t = 0"
};
// `power` q is 2 or 4; `noise` is a factor on gamma and gamma'. The functions are asked down to 2^-40 from an end.
std::vector<DivergentEnd> divergent_ends(const TwoPoint& path, const Time& time, int power, double noise = 1);

// Their reasons in one text, "" where none is known: of the mean loss (q = 2), of the error of one (q = 4).
std::string infinite_target(const Objective& objective, int power);

// In plan: writes the reason, unless it is "", beside what estimates an infinite number, as Output::reason does in run.
inline void say_infinite(DatasetSpec& spec, const std::string& reason) {
  if (!reason.empty()) spec.attributes[spec.name + "_reason"] = reason;
}

}  // namespace weir

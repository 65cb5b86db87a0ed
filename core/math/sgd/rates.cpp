// core/math/sgd/rates.cpp -- rates and limits, formula by formula.
#include <weir/math/sgd/rates.hpp>

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>

namespace weir {

SgdOde::Rate constant_rate(double eta) {
  return [eta](const SgdOde::Now&) { return eta; };
}

SgdOde::Rate adagrad_norm_rate(double eta, double b) {
  return [eta, b](const SgdOde::Now& now) { return eta / std::sqrt(b * b + now.squares); };
}

SgdOde::Rate line_search_rate() {
  return [](const SgdOde::Now& now) {
    const auto& [lambda, p, initial, noise] = now.problem;
    double slope = 0, square = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      slope += p[i] * lambda[i] * lambda[i] * now.distance[i];
      square += p[i] * lambda[i] * lambda[i];
    }
    return now.risk > 0 ? slope / (2 * square * now.risk) : 0;
  };
}

SgdOde::Rate polyak_rate() {
  return [](const SgdOde::Now& now) {
    const auto& [lambda, p, initial, noise] = now.problem;
    double excess = 0, trace = 0;  // 2 R - w^2 as a sum, so that nothing cancels
    for (std::size_t i = 0; i < p.size(); ++i) {
      excess += p[i] * lambda[i] * now.distance[i];
      trace += p[i] * lambda[i];
    }
    return now.risk > 0 ? excess / (2 * trace * now.risk) : 0;
  };
}

double adagrad_norm_limit(const LeastSquares& problem, double eta, double b) {
  const double c = problem.trace(), start = b / eta;
  double distance = 0;
  for (std::size_t i = 0; i < problem.share.size(); ++i)
    if (problem.eigenvalue[i] > 0) distance += problem.share[i] * problem.distance[i];
  if (distance == 0) return eta / b;
  // In y = 1 / g, above max(c / 2, 1 / g_0), where it rises from below zero.
  const auto left = [&](double y) {
    return eta * eta * (4 / c * (y - start) - 2 * std::log(y / start)) - distance;
  };
  const double low = std::max(c / 2, start);
  double high = 2 * low;
  while (left(high) <= 0) high *= 2;
  std::uintmax_t evaluations = 200;
  const auto [below, above] = boost::math::tools::toms748_solve(
      left, low, high, boost::math::tools::eps_tolerance<double>(50), evaluations);
  return 2 / (below + above);
}

double line_search_limit(double lambda) {
  const double l = lambda, l2 = l * l;
  const double root = std::sqrt(1 + l * (-4 + l * (8 + l * (-6 + l * (8 + l * (-4 + l))))));
  return (1 + 2 * l + 2 * l2 + l * l2 - root) / ((1 + l2) * (1 + l2));
}

}  // namespace weir

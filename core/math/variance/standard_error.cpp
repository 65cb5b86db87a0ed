// core/math/variance/standard_error.cpp -- the spread of estimates that each leave out one value.
#include <weir/math/variance/standard_error.hpp>

#include <algorithm>
#include <cmath>

namespace weir {
namespace {

constexpr double kurtosis_of_squares = 15, weight_of_squares = 8;

}  // namespace

double jackknife_se(const Tensor& without) {
  const double n = static_cast<double>(without.size(0));
  return without.std().item<double>() * (n - 1) / std::sqrt(n);
}

double effective_n(const Tensor& without) {
  const double n = static_cast<double>(without.size(0));
  const Tensor squares = (without - without.mean()).square();
  const double second = squares.mean().item<double>(), fourth = squares.square().mean().item<double>();
  if (second == 0) return n - 1;
  const double kurtosis =
      (n * fourth / (second * second) + weight_of_squares * kurtosis_of_squares) / (n + weight_of_squares);
  return 1 + std::clamp(2 * n / (kurtosis - 1), 1.0, n - 2);
}

double share_se(double share, double n) {
  const double p = (n * share + 2) / (n + 4);
  return std::sqrt(p * (1 - p) / n);
}

}  // namespace weir

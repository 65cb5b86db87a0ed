// tests/math/exact_gradient_variance.test.cpp -- the quadrature over t where a path's derivative or the density of t is infinite at an end.
#include <cmath>

#include <weir/math/variance/exact_gradient_variance.hpp>

#include "../plugins/interpolant/along.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

namespace {

// Of independent X0, X1 ~ N(0, 1) at the field v = 0, where the loss is E alpha'^2 + E beta'^2.
weir::ExactVariance at_zero(const Along& along, const weir::Time& time) {
  const Tensor none = at::zeros({1}, f64);
  const weir::NormalFlow flow{.law = {none, none, row_of({1, 0}).view({1, 2}), row_of({0, 1}).view({1, 2})},
                              .interpolant = *along.path,
                              .time = time,
                              .field = {at::zeros({1, 1}, f64), none}};
  return weir::exact_gradient_variance(flow, /*bins=*/1);
}

}  // namespace

TEST_CASE("Next to an end where alpha' is infinite the exact loss keeps its digits", "[exact_variance]") {
  const double eps = 1e-4;
  const auto time = make<weir::Time>("time/uniform", {{"eps", eps}});
  const weir::ExactVariance exact = at_zero(Along("interpolant/linear_vp"), *time);
  // int t^2 / (1 - t^2) = artanh t - t
  const double width = 1 - 2 * eps, slope = (std::atanh(1 - eps) - std::atanh(eps) - width) / width;
  CHECK(exact.loss == Approx(1 + slope).epsilon(1e-12));
  CHECK(std::abs(exact.loss_error) < 1e-12 * exact.loss);
  CHECK(exact.loss_reason == "");
}

TEST_CASE("Up to an end where alpha' is infinite the exact loss is, and says why", "[exact_variance]") {
  const weir::ExactVariance exact =
      at_zero(Along("interpolant/variance_preserving"), *make<weir::Time>("time/uniform"));
  CHECK(std::isinf(exact.loss));
  CHECK(exact.loss_reason == "the square of alpha' in the target is not integrable at t = 1");
}

TEST_CASE("Under a density that is infinite at both ends the exact loss keeps its digits",
          "[exact_variance]") {
  // Panels of 2^-48 next to the ends leave a share of some 2^-24 = 6e-8 that is known to some digits only.
  const auto time = make<weir::Time>("time/beta", {{"a", 0.5}, {"b", 0.5}});
  CHECK(at_zero(Along("interpolant/linear"), *time).loss == Approx(2).epsilon(1e-7));
  // E (2 t)^2 = 4 (1/4 + 1/8) of the arcsine law, whose variance is 1/8; twice, for alpha' and beta'.
  CHECK(at_zero(Along("interpolant/polynomial"), *time).loss == Approx(3).epsilon(1e-7));
}

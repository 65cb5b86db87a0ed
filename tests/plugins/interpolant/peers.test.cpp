// tests/plugins/interpolant/peers.test.cpp -- paths of other libraries that are a path and a noise here, beside their numbers.
//
// torchcfm 1.0.7, torch 2.11, float64:
//   x0 = [[0.3], [-1.7], [0.9]]; x1 = [[2.0], [0.4], [-0.6]]; t = [0.1, 0.5, 0.8]; e = [[0.7], [-0.2], [1.1]]
//   x = m.sample_xt(x0, x1, t, e); u = m.compute_conditional_flow(x0, x1, t, x)     for the class m of each case, sigma=0.5
#include "along.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

namespace {

const json half{{"sigma", 0.5}};

weir::Interpolant::Point of(const Along& along) {
  return along(row_of({0.3, -1.7, 0.9}), row_of({2.0, 0.4, -0.6}), row_of({0.1, 0.5, 0.8}),
               row_of({0.7, -0.2, 1.1}));
}

}  // namespace

TEST_CASE("interpolant/linear with noise/constant is ConditionalFlowMatcher, of OT-CFM too",
          "[interpolant][peers]") {
  const auto [xt, ut] = of(Along("interpolant/linear", json::object(), "noise/constant", half));
  CHECK(at::allclose(xt, row_of({0.8200000000000001, -0.7499999999999999, 0.25}), 1e-15, 1e-16));
  CHECK(at::allclose(ut, row_of({1.7, 2.1, -1.5}), 1e-15, 0));
}

TEST_CASE("interpolant/linear without noise is ConditionalFlowMatcher(sigma=0) and the one-sided linear path",
          "[interpolant][peers]") {
  const auto [xt, ut] = of(Along("interpolant/linear"));
  CHECK(at::allclose(xt, row_of({0.47000000000000003, -0.6499999999999999, -0.30000000000000004}), 1e-15, 0));
  CHECK(at::allclose(ut, row_of({1.7, 2.1, -1.5}), 1e-15, 0));
}

TEST_CASE("interpolant/linear with noise/brownian in the target is SchrodingerBridgeConditionalFlowMatcher",
          "[interpolant][peers]") {
  const auto [xt, ut] = of(Along("interpolant/linear", json::object(), "noise/brownian", half, true));
  CHECK(at::allclose(xt, row_of({0.5750000000000001, -0.7, -0.08000000000000004}), 1e-14, 0));
  // torchcfm divides by 2 t (1 - t) + 1e-8, by which its factor (1 - 2 t) / (2 t (1 - t)) is smaller: some 1e-7 of it.
  CHECK(at::allclose(ut, row_of({2.1666666407407424, 2.1, -1.9124999871093755}), 0, 1e-7));
}

TEST_CASE("interpolant/trigonometric with noise/constant is VariancePreservingConditionalFlowMatcher",
          "[interpolant][peers]") {
  const auto [xt, ut] = of(Along("interpolant/trigonometric", json::object(), "noise/constant", half));
  CHECK(at::allclose(xt, row_of({0.959175432259003, -1.0192388155425118, 0.25748138516036073}), 1e-14, 0));
  CHECK(at::allclose(ut, row_of({3.0291964299291823, 2.332513542533142, -1.63576612994252}), 1e-14, 0));
}

TEST_CASE("A pair of a point with itself and a noise in the target is the mirror path x1 + gamma z",
          "[interpolant][peers]") {
  // By hand, with gamma = 2 sqrt(t (1 - t)): 0.6 and 0.8 at t = 0.1 and 0.2, gamma' = 2 (1 - 2 t) / gamma
  const Tensor x = row_of({2.0, 0.4}), z = row_of({0.7, -0.2}), t = row_of({0.1, 0.2});
  const auto [xt, ut] =
      Along("interpolant/linear", json::object(), "noise/brownian", {{"sigma", 2}}, true)(x, x, t, z);
  CHECK(at::allclose(xt, row_of({2 + 0.6 * 0.7, 0.4 - 0.8 * 0.2}), 1e-14, 0));
  CHECK(at::allclose(ut, row_of({1.6 / 0.6 * 0.7, -1.2 / 0.8 * 0.2}), 1e-14, 0));
}

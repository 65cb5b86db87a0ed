// tests/plugins/interpolant/target.test.cpp -- the first flow-matching path beside another implementation's numbers and the straight line.
#include <weir/kinds/facets/inexact_ends.hpp>

#include "along.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("The path to a small ball has the points and velocities of torchcfm's TargetConditionalFlowMatcher",
          "[interpolant][target]") {
  // torchcfm 1.0.7, torch 2.11, float64, whose noise epsilon is x0 here:
  // m = TargetConditionalFlowMatcher(sigma=0.25); x1 = [[2.0], [0.4], [-0.6]]; t = [0.1, 0.5, 0.8]; e = [[0.7], [-0.2], [1.1]]
  // x = m.sample_xt(x1, x1, t, e); m.compute_conditional_flow(x1, x1, t, x)
  const auto [xt, ut] = Along("interpolant/target", {{"sigma_min", 0.25}})(
      row_of({0.7, -0.2, 1.1}), row_of({2.0, 0.4, -0.6}), row_of({0.1, 0.5, 0.8}), at::zeros({3}, f64));
  CHECK(at::allclose(xt, row_of({0.8474999999999999, 0.07500000000000001, -0.040000000000000036}), 0, 1e-15));
  CHECK(at::allclose(ut, row_of({1.475, 0.55, -1.4250000000000003}), 1e-15, 0));
}

TEST_CASE("What is left of x0 at the end is said, and nothing where nothing is left",
          "[interpolant][target]") {
  const Along near("interpolant/target", {{"sigma_min", 0.25}}), line("interpolant/linear");
  const auto ends = weir::facet<weir::InexactEnds>(*near.path);
  REQUIRE(ends);
  CHECK(ends->alpha1 == 0.25);
  CHECK(number(near.path->alpha(row_of({1}))) == 0.25);
  CHECK(ends->alpha0 == 1);
  CHECK(ends->beta0 == 0);
  CHECK(ends->beta1 == 1);

  const Along exact("interpolant/target", {{"sigma_min", 0}});
  CHECK_FALSE(weir::facet<weir::InexactEnds>(*exact.path));
  const Tensor t = at::linspace(0, 1, 101, f64);
  CHECK(exact.path->alpha(t).equal(line.path->alpha(t)));
  CHECK(exact.path->dalpha(t).equal(line.path->dalpha(t)));
}

TEST_CASE("A ball as large as the source is outside the limits", "[interpolant][target]") {
  const weir::ParamSchema& radius = *built_plugin("interpolant/target").param("sigma_min");
  CHECK(radius.maximum == std::optional(1.0));
  CHECK(radius.maximum_excluded);
}

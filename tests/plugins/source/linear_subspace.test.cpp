// tests/plugins/source/linear_subspace.test.cpp -- a normal law on a subspace.
#include <cmath>

#include <boost/math/distributions/chi_squared.hpp>

#include <weir/kinds/facets/normal_law.hpp>

#include "samples.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

TEST_CASE("Points of a linear subspace span k dimensions and no more", "[source][linear_subspace]") {
  const std::string rotation = GENERATE("none", "random");
  const auto space = ran_source("source/linear_subspace", {{"k", 3}, {"dim", 7}, {"rotation", rotation}});
  CHECK(space->shape() == weir::Shape{7});
  const Tensor x = drawn_from(*space, 400), lengths = at::linalg_svdvals(x);
  CHECK(number(lengths[2]) > 1);
  CHECK(number(lengths[3]) < 1e-12);
  if (rotation == "none") CHECK(x.slice(1, 3).equal(at::zeros({400, 4}, f64)));
}

TEST_CASE("Lengths within a subspace are chi of k degrees: its directions are orthonormal",
          "[source][linear_subspace]") {
  const auto seed = GENERATE(1, 2, 3);
  const auto space = ran_source("source/linear_subspace", {{"k", 3}, {"dim", 20}, {"scale", {2}}}, f64, seed);
  const boost::math::chi_squared law(3);
  CHECK(kolmogorov((drawn_from(*space, 4000, seed) / 2).square().sum(1),
                   [&](double q) { return cdf(law, q); }) < 2.2);
}

TEST_CASE("A subspace's covariance has the squares of its scales for eigenvalues, and is that of its samples",
          "[source][linear_subspace]") {
  const auto space = ran_source("source/linear_subspace", {{"k", 2}, {"dim", 4}, {"scale", {3, 0.5}}});
  const weir::Moments moments = *weir::facet<weir::Moments>(*space);
  CHECK(at::allclose(at::linalg_eigvalsh(moments.covariance), row_of({0, 0, 0.25, 9}), 1e-12, 1e-12));
  for (const int seed : {1, 2, 3}) CHECK(off_moments(*space, seed) < 4);
  const auto law = weir::facet<weir::NormalLaw>(*space);
  REQUIRE(law);
  const Tensor load = law->load();
  CHECK(at::allclose(load.mm(load.t()), moments.covariance, 1e-12, 1e-12));
  CHECK_FALSE(law->standard());
  CHECK_FALSE(weir::facet<weir::LogDensity>(*space));
}

TEST_CASE("A subspace is of the node's own numbers, the same in both precisions",
          "[source][linear_subspace]") {
  const json params{{"k", 2}, {"dim", 5}};
  const auto covariance = [](const weir::Source& source) {
    return weir::facet<weir::Moments>(source)->covariance.to(at::kDouble);
  };
  const Tensor one = covariance(*ran_source("source/linear_subspace", params));
  CHECK(one.equal(covariance(*ran_source("source/linear_subspace", params))));
  CHECK(at::allclose(one, covariance(*ran_source("source/linear_subspace", params, f32)), 1e-6, 1e-7));
  CHECK_FALSE(
      at::allclose(one, covariance(*ran_source("source/linear_subspace", params, f64, 1)), 1e-2, 1e-2));
}

TEST_CASE("A subspace that does not fit is refused", "[source][linear_subspace]") {
  CHECK(first_fault("source/linear_subspace", {{"k", 4}, {"dim", 3}}) ==
        "4 dimensions do not fit into 3: k is at most dim");
  CHECK(first_fault("source/linear_subspace", {{"k", 2}, {"dim", 3}, {"scale", {1, 2, 3}}}) ==
        "scale has 3 numbers, but there are 2 directions");
}

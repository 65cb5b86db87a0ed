// tests/plugins/source/funnel.test.cpp -- Neal's funnel.
#include <cmath>

#include "samples.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

TEST_CASE("A funnel's first coordinate is normal, and the others are with the spread that it says",
          "[source][funnel]") {
  const auto seed = GENERATE(1, 2, 3);
  const auto funnel = ran_source("source/funnel", json::object());
  CHECK(funnel->shape() == weir::Shape{10});
  const Tensor x = drawn_from(*funnel, 3000, seed), v = x.slice(1, 0, 1);
  CHECK(kolmogorov(v / 3, normal_cdf) < 2.2);
  CHECK(kolmogorov(x.slice(1, 1) / (v / 2).exp(), normal_cdf) < 2.2);
}

TEST_CASE("A funnel's density is scipy's", "[source][funnel]") {
  const auto funnel = ran_source("source/funnel", {{"dim", 3}});
  // scipy 1.17.1: stats.norm.logpdf(v, 0, 3) + stats.norm.logpdf([a, b], 0, exp(v / 2)).sum()
  CHECK(log_density_at(*funnel, {0, 0, 0}) == Approx(-3.8554278882821276).epsilon(1e-13));
  CHECK(log_density_at(*funnel, {2, -1, 3}) == Approx(-6.7543265266874135).epsilon(1e-13));
  CHECK(log_density_at(*funnel, {-4, 0.1, 0.2}) == Approx(-2.1092705279996227).epsilon(1e-13));
}

TEST_CASE("A funnel has moments where samples show them", "[source][funnel]") {
  const auto narrow = ran_source("source/funnel", {{"dim", 3}, {"scale", 1}});
  for (const int seed : {1, 2, 3}) CHECK(off_moments(*narrow, seed) < 4);
  CHECK_FALSE(weir::facet<weir::Moments>(*ran_source("source/funnel", json::object())));
}

TEST_CASE("A funnel has a coordinate beside the one that spreads it", "[source][funnel]") {
  CHECK_FALSE(allows("source/funnel", "dim", 1));
  CHECK(allows("source/funnel", "dim", 2));
}

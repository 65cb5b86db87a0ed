// tests/plugins/source/sphere.test.cpp -- points on a sphere within a space of more dimensions, and samples of a law.
#include <cmath>

#include <weir/kinds/facets/moments.hpp>

#include "../field/given.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Source;
using weir::Tensor;

std::unique_ptr<Source> sphere(const json& params, const at::TensorOptions& options = f64,
                               std::uint64_t seed = 0, const std::string& path = "circle") {
  auto source = make<Source>("source/sphere", params, options, seed, path);
  run(*source);
  return source;
}

Tensor draw(const Source& source, std::int64_t n, const at::TensorOptions& options = f64) {
  weir::Rng rng(3, "draw", options);
  return source.sample(n, rng);
}

}  // namespace

TEST_CASE("Points of a sphere lie at distance 1 in a space of its k dimensions, turned or not",
          "[source][sphere]") {
  const int k = GENERATE(1, 2, 4);
  const std::string rotation = GENERATE("none", "random");
  INFO(k << " " << rotation);
  const auto source = sphere({{"k", k}, {"dim", 6}, {"rotation", rotation}});
  CHECK(source->shape() == weir::Shape{6});
  const Tensor x = draw(*source, 500);
  CHECK(at::allclose(x.square().sum(1), at::ones({500}, f64), 1e-12, 0));
  const Tensor lengths = at::linalg_svdvals(x);  // as many that are not zero as there are dimensions
  CHECK(number(lengths[k - 1]) > 1);
  CHECK(number(lengths.slice(0, 0, k).square().sum()) == Approx(500).epsilon(1e-12));
  if (rotation == "none") CHECK(x.slice(1, k).equal(at::zeros({500, 6 - k}, f64)));
}

TEST_CASE("The angle on a circle is uniform", "[source][sphere]") {
  const std::int64_t n = 40000;
  const Tensor x = draw(*sphere({{"dim", 2}}), n), angle = at::atan2(x.select(1, 1), x.select(1, 0));
  // A Fourier mean has the standard error sqrt(1/2 / n) = 0.0035; five of them.
  for (int m = 1; m <= 4; ++m) {
    CHECK(std::abs(number((m * angle).cos().mean())) < 5 * 0.0035);
    CHECK(std::abs(number((m * angle).sin().mean())) < 5 * 0.0035);
  }
}

TEST_CASE("A sphere's moments are 0 and the projection onto its space over k", "[source][sphere]") {
  const auto source = sphere({{"k", 3}, {"dim", 5}, {"rotation", "random"}});
  const auto moments = weir::facet<weir::Moments>(*source);
  REQUIRE(moments);
  CHECK(moments->mean.equal(at::zeros({5}, f64)));
  const Tensor p = 3 * moments->covariance, x = draw(*source, 20);
  CHECK(at::allclose(p.mm(p), p, 1e-12, 1e-12));
  CHECK(number(p.trace()) == Approx(3).epsilon(1e-12));
  CHECK(at::allclose(x.mm(p), x, 1e-12, 1e-12));
}

TEST_CASE("The frame is of the node's own numbers, the same in both precisions", "[source][sphere]") {
  const json params{{"dim", 7}, {"rotation", "random"}};
  const auto covariance = [](const Source& source) {
    return weir::facet<weir::Moments>(source)->covariance.to(at::kDouble);
  };
  const Tensor one = covariance(*sphere(params));
  CHECK(one.equal(covariance(*sphere(params))));
  CHECK(at::allclose(one, covariance(*sphere(params, f32)), 1e-6, 1e-7));
  CHECK_FALSE(at::allclose(one, covariance(*sphere(params, f64, 1)), 1e-2, 1e-2));
  CHECK_FALSE(at::allclose(one, covariance(*sphere(params, f64, 0, "other")), 1e-2, 1e-2));
}

TEST_CASE("A sphere that does not fit is refused", "[source][sphere]") {
  const auto source = make<Source>("source/sphere", {{"k", 4}, {"dim", 3}});
  const weir::Faults faults = plan(*source);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "a sphere of 4 coordinates does not fit into 3: k is at most dim");
}

TEST_CASE("A sample of a law is a finite set of so many of its points, drawn once", "[source][sample]") {
  GivenSource law(row_of({5, -5}), at::eye(2, f64));
  const auto set = make<Source>("source/sample", {{"count", 300}});
  bind(*set, "of", law);
  run(*set);
  CHECK(*set->size() == 300);
  CHECK(set->shape() == weir::Shape{2});
  const Tensor all = set->items(at::arange(300, at::kLong));
  CHECK(all.equal(set->items(at::arange(300, at::kLong))));
  // The mean of 300 points is known to 0.058; five of those.
  CHECK(number((all.mean(0) - row_of({5, -5})).abs().max()) < 0.29);
  CHECK_FALSE(set->classes());
}

TEST_CASE("A sample of a set has distinct items, with their classes, and no more than there are",
          "[source][sample]") {
  ItemSet whole(at::arange(10, f64).view({10, 1}), at::arange(10, at::kLong).remainder(3), 3);
  const auto made = [&](int count) {
    auto set = make<Source>("source/sample", {{"count", count}});
    bind(*set, "of", whole);
    return set;
  };
  const auto set = made(7);
  run(*set);
  const Tensor items = set->items(at::arange(7, at::kLong)).flatten().to(at::kLong);
  CHECK(std::get<0>(at::_unique(items)).numel() == 7);
  CHECK(set->labels().equal(items.remainder(3)));
  CHECK(*set->classes() == 3);
  const weir::Faults faults = plan(*made(11));
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "11 distinct items are asked of 'set', which has 10");
}

// tests/plugins/source/gaussian.test.cpp -- the normal distribution.
#include <cmath>
#include <numbers>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/normal_law.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Shape;
using weir::Source;
using weir::Tensor;

TEST_CASE("A Gaussian's log density is the closed form", "[source][gaussian]") {
  const auto standard = make<Source>("source/gaussian", {{"dim", 2}});
  run(*standard);
  CHECK(number(weir::facet<weir::LogDensity>(*standard)->at(at::zeros({1, 2}, f64))) ==
        Approx(-std::log(2 * std::numbers::pi)));
  CHECK(weir::facet<weir::NormalLaw>(*standard)->standard());

  // N((1, -1), [[2, 0.5], [0.5, 1]]) at (2, 1): det = 1.75, d = (1, 2), d^T C^-1 d = (1*1 - 2*0.5*2 + 2*4) / 1.75 = 4
  const auto general =
      make<Source>("source/gaussian", {{"mean", {1, -1}}, {"covariance", {{2, 0.5}, {0.5, 1}}}});
  run(*general);
  const double wanted = -0.5 * 4 - std::log(2 * std::numbers::pi) - 0.5 * std::log(1.75);
  CHECK(number(weir::facet<weir::LogDensity>(*general)->at(row_of({2, 1}).view({1, 2}))) ==
        Approx(wanted).epsilon(1e-13));
  CHECK_FALSE(weir::facet<weir::NormalLaw>(*general)->standard());
}

TEST_CASE("A Gaussian's normal law has the spread of its samples, in float32 too", "[source][gaussian]") {
  const bool narrow = GENERATE(false, true);
  const auto law_of = [&](const json& params) {
    const auto source = make<Source>("source/gaussian", params, narrow ? f32 : f64);
    run(*source);
    return *weir::facet<weir::NormalLaw>(*source);
  };
  const weir::NormalLaw scaled = law_of({{"mean", {1, 2}}, {"scale", 0.3}});
  CHECK(scaled.mean.equal(row_of({1, 2})));
  // 0.3 is no number of float32: what is added to the samples is the nearest one.
  const double spread = narrow ? double(0.3F) : 0.3;
  CHECK(scaled.load().equal(row_of({spread, 0, 0, spread}).view({2, 2})));
  CHECK_FALSE(scaled.standard());
  // [[4, 2], [2, 5]] = L L^T with L = [[2, 0], [1, 2]]
  CHECK(law_of({{"covariance", {{4, 2}, {2, 5}}}}).load().allclose(row_of({2, 0, 1, 2}).view({2, 2}), 1e-15));
  CHECK(law_of({{"covariance", {{1, 0}, {0, 1}}}}).standard());
  CHECK_FALSE(law_of({{"mean", {0, 1}}}).standard());
}

TEST_CASE("A Gaussian is a mixture of one where its coordinates are independent", "[source][gaussian]") {
  const auto law_of = [](const json& params, const at::TensorOptions& options = f64) {
    const auto source = make<Source>("source/gaussian", params, options);
    run(*source);
    return weir::facet<weir::MixtureLaw>(*source);
  };
  const auto scaled = law_of({{"mean", {1, 2}}, {"scale", 3}});
  REQUIRE(scaled);
  CHECK(scaled->weight.equal(row_of({1})));
  CHECK(scaled->mean.equal(row_of({1, 2}).view({1, 2})));
  CHECK(scaled->variance.equal(row_of({9, 9}).view({1, 2})));
  const auto diagonal = law_of({{"covariance", {{4, 0}, {0, 9}}}});
  REQUIRE(diagonal);
  CHECK(diagonal->variance.equal(row_of({4, 9}).view({1, 2})));
  CHECK_FALSE(law_of({{"covariance", {{4, 1}, {1, 9}}}}));
  const auto narrow = law_of({{"dim", 1}, {"scale", 0.3}}, f32);  // 0.3 is no number of float32
  REQUIRE(narrow);
  CHECK(number(narrow->variance) == double(0.3F) * double(0.3F));
  const auto images = law_of({{"shape", {1, 2, 3}}});
  REQUIRE(images);
  CHECK(images->mean.sizes() == at::IntArrayRef({1, 6}));
}

TEST_CASE("A Gaussian takes its item's shape from dim, shape, mean or covariance", "[source][gaussian]") {
  const auto [params, shape] =
      GENERATE(table<json, Shape>({{{{"dim", 5}}, {5}},
                                   {{{"shape", {1, 4, 3}}}, {1, 4, 3}},
                                   {{{"mean", {0.5, 1, 2}}, {"scale", 2}}, {3}},
                                   {{{"covariance", {{2, 0}, {0, 1}}}, {"mean", {7}}}, {2}}}));
  const auto source = make<Source>("source/gaussian", params);
  run(*source);
  weir::Rng rng(1, "shape", f64);
  CHECK(source->shape() == shape);
  CHECK(source->sample(6, rng).sizes() == weir::rows_of(6, shape));
}

TEST_CASE("A Gaussian says what is wrong with its parameters, with the value", "[source][gaussian]") {
  const auto [params, key, message] = GENERATE(table<json, std::string, std::string>(
      {{json::object(), "", "a Gaussian needs dim, shape, mean or covariance"},
       {{{"covariance", {{1, 2}, {2, 1}}}},
        "covariance",
        "covariance must be positive definite; its smallest eigenvalue is -1"},
       {{{"covariance", {{1, 0.5}, {0.2, 1}}}}, "covariance", "covariance must be symmetric"},
       {{{"dim", 3}, {"covariance", {{1, 0}, {0, 1}}}},
        "covariance",
        "covariance is 2 x 2, but an item has 3 coordinates"},
       {{{"dim", 3}, {"mean", {1, 2}}}, "mean", "mean has 2 numbers, but an item has 3 coordinates"},
       {{{"covariance", {{1, 0}, {0, 1}}}, {"scale", 2}},
        "scale",
        "scale and covariance both give the spread"},
       {{{"dim", 2}, {"shape", {2}}}, "shape", "dim and shape both say how large an item is"},
       {{{"shape", {1.5}}}, "shape", "the sizes of a shape are whole numbers, not 1.5"}}));
  const auto source = make<Source>("source/gaussian", params);

  const weir::Faults faults = plan(*source);

  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == message);
  CHECK(faults[0].place.file == key);
}

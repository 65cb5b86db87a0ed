// tests/plugins/coupling/affine.test.cpp -- rotations and maps between Gaussians.
#include <numbers>

#include <weir/kinds/facets/affine_map.hpp>
#include <weir/kinds/flow/coupling.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Coupling;
using weir::Tensor;

namespace {

constexpr double right_angle = std::numbers::pi / 2;

struct Made {
  Made(json params, std::vector<std::int64_t> item)
      : source(make<weir::Source>("source/gaussian", {{"shape", item}})) {
    run(*source);
    params["draw"] = "fresh";
    pairs = make<Coupling>("coupling/affine", params);
    bind(*pairs, "source", *source);
  }
  std::unique_ptr<weir::Source> source;
  std::unique_ptr<Coupling> pairs;
};

}  // namespace

TEST_CASE("A rotation turns every coordinate plane, or the first alone", "[coupling][affine]") {
  const Tensor x = row_of({1, 2, 3, 4, 5});
  const Made all({{"angle", right_angle}}, {5}), first({{"angle", right_angle}, {"planes", "first"}}, {5});
  run(*all.pairs);
  run(*first.pairs);
  CHECK(at::mv(weir::facet<weir::AffineMap>(*all.pairs)->matrix, x).allclose(row_of({-2, 1, -4, 3, 5})));
  CHECK(at::mv(weir::facet<weir::AffineMap>(*first.pairs)->matrix, x).allclose(row_of({-2, 1, 3, 4, 5})));
}

TEST_CASE("Every pair lies on X1 = A X0 + b, whatever the items' shape", "[coupling][affine]") {
  const Made made({{"angle", 1.0}, {"shift", {5}}}, {1, 2, 3});
  run(*made.pairs);
  weir::Rng rng(1, "pairs", f64);

  const weir::Batch batch = made.pairs->draw(7, rng);

  const auto map = *weir::facet<weir::AffineMap>(*made.pairs);
  CHECK(batch.x1().sizes() == at::IntArrayRef({7, 1, 2, 3}));
  CHECK(batch.x1().view({7, 6}).allclose(batch.x0().view({7, 6}).mm(map.matrix.t()) + map.shift));
  CHECK(map.shift.equal(at::full({6}, 5, f64)));
}

TEST_CASE("With a covariance the map is H R, and without a rotation the optimal one", "[coupling][affine]") {
  const json m = {{2, 0.5}, {0.5, 1}};
  const Tensor covariance = row_of({2, 0.5, 0.5, 1}).view({2, 2});
  const double angle = GENERATE(0.0, 2.0);
  const Made made({{"covariance", m}, {"angle", angle}, {"shift", {5, 4}}}, {2});
  run(*made.pairs);
  const Tensor a = weir::facet<weir::AffineMap>(*made.pairs)->matrix;
  CHECK(a.mm(a.t()).allclose(covariance, 1e-13));
  if (angle == 0) {  // symmetric and positive definite: the gradient of a convex function (Brenier)
    CHECK(a.allclose(a.t(), 1e-13));
    CHECK(at::linalg_eigvalsh(a).min().item<double>() > 0);
  }
}

TEST_CASE("A written matrix is the map", "[coupling][affine]") {
  const Made made({{"matrix", {{0, 2}, {3, 4}}}}, {2});
  run(*made.pairs);
  CHECK(weir::facet<weir::AffineMap>(*made.pairs)->matrix.equal(row_of({0, 2, 3, 4}).view({2, 2})));
  CHECK(weir::facet<weir::AffineMap>(*made.pairs)->shift.equal(at::zeros({2}, f64)));
}

TEST_CASE("An affine coupling says what is wrong with its parameters", "[coupling][affine]") {
  const auto [params, item, message] = GENERATE(table<json, std::vector<std::int64_t>, std::string>(
      {{{{"matrix", {{1, 0}, {0, 1}}}, {"angle", 1.0}},
        {2},
        "matrix is the whole of A; angle and covariance would make another"},
       {{{"matrix", {{1, 0}, {0, 1}}}}, {3}, "matrix is 2 x 2, but an item has 3 coordinates"},
       {{{"angle", 1.0}}, {1}, "a rotation needs items of at least 2 coordinates; the source's have 1"},
       {{{"covariance", {{1, 2}, {2, 1}}}},
        {2},
        "covariance must be positive definite; its smallest eigenvalue is -1"},
       {{{"shift", {1, 2}}}, {3}, "shift has 2 numbers, but an item has 3 coordinates"}}));
  const Made made(params, item);
  const weir::Faults faults = plan(*made.pairs);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == message);
}

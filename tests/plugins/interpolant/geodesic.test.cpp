// tests/plugins/interpolant/geodesic.test.cpp -- great circles beside SciPy's, and their speed.
#include <cmath>

#include <weir/kinds/flow/interpolant.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

weir::Interpolant::Point between(const Tensor& x0, const Tensor& x1, const Tensor& t) {
  const auto path = make<weir::Interpolant>("interpolant/geodesic");
  const auto noise = make<weir::Noise>("noise/zero");
  bind(*path, "noise", *noise);
  weir::Batch batch;
  batch.points = {x0, x1};
  return path->at(batch, t, at::zeros_like(x0));
}

}  // namespace

// scipy.spatial.geometric_slerp([0.6, 0, 0.8], [-0.48, 0.64, 0.6], [0.1, 0.5, 0.9]), SciPy 1.17.1
TEST_CASE("Great circles are those of SciPy's geometric_slerp", "[interpolant][geodesic]") {
  const Tensor x0 = row_of({0.6, 0, 0.8}).expand({3, 3}), x1 = row_of({-0.48, 0.64, 0.6}).expand({3, 3});
  const Tensor known = row_of({0.5110307024850358, 0.08955373970176747, 0.854884640652222,
                               0.07771916402262607, 0.41450220812067184, 0.9067235802639697,
                               -0.3786001748386821, 0.6167424077454521, 0.6901381818885706})
                           .view({3, 3});
  CHECK(at::allclose(between(x0, x1, row_of({0.1, 0.5, 0.9})).xt, known, 1e-13, 1e-14));
}

TEST_CASE("On the unit sphere points stay on it, with a tangent velocity whose length is the angle",
          "[interpolant][geodesic]") {
  weir::Rng rng(3, "points", f64);
  const auto drawn = [&] {
    const Tensor z = rng.normal({50, 2, 3});
    return z / z.flatten(1).norm(2, {1}).view({50, 1, 1});
  };
  const Tensor x0 = drawn(), x1 = drawn();
  const auto point = between(x0, x1, rng.uniform({50}));
  const Tensor x = point.xt.flatten(1), u = point.ut.flatten(1);
  CHECK(at::allclose(x.norm(2, {1}), at::ones({50}, f64), 1e-13, 0));
  CHECK((x * u).sum(1).abs().max().item<double>() < 1e-13);
  CHECK(at::allclose(u.norm(2, {1}), (x0 * x1).flatten(1).sum(1).acos(), 1e-9, 0));
}

TEST_CASE("A point that is both ends stays, and opposite points have a path within the ball",
          "[interpolant][geodesic]") {
  const Tensor x = row_of({0.6, 0.8}).view({1, 2});
  const auto still = between(x, x, row_of({0.3}));
  CHECK(at::allclose(still.xt, x, 1e-14, 0));
  CHECK(still.ut.abs().max().item<double>() < 1e-14);
  const auto across = between(x, -x, row_of({0.5}));
  CHECK(across.xt.norm().item<double>() < 1 + 1e-12);  // NaN is not
  CHECK(across.ut.norm().item<double>() == Approx(std::acos(-1)));
}

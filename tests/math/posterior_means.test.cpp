// tests/math/posterior_means.test.cpp -- means over a finite set against plain loops.
#include <cmath>

#include <weir/math/numeric/posterior_means.hpp>
#include <weir/rng.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using weir::FiniteSet;
using weir::Rng;
using weir::Tensor;

const at::TensorOptions f64 = at::TensorOptions(at::kDouble);

// One row at a time, with the differences formed: no products, no blocks.
Tensor by_loop(const Tensor& x, const std::vector<Tensor>& c, const Tensor& variance,
               const std::vector<Tensor>& p, const Tensor& weight, std::size_t which) {
  std::vector<Tensor> rows;
  for (std::int64_t b = 0; b < x.size(0); ++b) {
    Tensor m = at::zeros_like(p[0]);
    for (std::size_t j = 0; j < p.size(); ++j) m = m + c[j][b] * p[j];
    const Tensor logits = weight.log() - (x[b] - m).square().sum(1) / (2 * variance[b]);
    rows.push_back(at::softmax(logits, 0).unsqueeze(0).mm(p[which]).squeeze(0));
  }
  return at::stack(rows);
}

}  // namespace

TEST_CASE("Posterior means are softmax averages, also across blocks and far from the origin",
          "[math][posterior_means]") {
  Rng rng(21, "set", f64);
  // Above 2048 members and rows each is worked through in blocks.
  const auto [n, b] = GENERATE(table<std::int64_t, std::int64_t>({{7, 5}, {2500, 3}, {3, 2500}}));
  const double shift = GENERATE(0.0, 1000.0);
  const std::vector<Tensor> p = {rng.normal({n, 2}) + shift, rng.normal({n, 2}) - 2 * shift};
  const std::vector<Tensor> c = {rng.uniform({b}), rng.uniform({b}) + 0.5};
  const Tensor x = rng.normal({b, 2}) + c[0].unsqueeze(1) * shift - c[1].unsqueeze(1) * 2 * shift;
  const Tensor variance = rng.uniform({b}) + 0.1;
  const Tensor weight = rng.uniform({n}) + 0.01;

  const std::vector<Tensor> means = FiniteSet(p, weight).posterior_means(x, c, variance);

  // Differences of numbers near 10^3 leave 10^6 * 1e-16 of a squared distance near 1.
  const double tolerance = shift == 0 ? 1e-10 : 1e-6;
  for (std::size_t j = 0; j < 2; ++j)
    CHECK(at::allclose(means[j], by_loop(x, c, variance, p, weight, j), tolerance, tolerance));
}

TEST_CASE("Without noise the mean is the nearest member, at any distance", "[math][posterior_means]") {
  const double variance = GENERATE(0.0, 1e-300, 1e-12);
  const Tensor members = at::tensor({-1.0, 0.5, 4.0}, f64).view({3, 1});
  const Tensor x = at::tensor({-1e6, -0.3, 0.5, 2.2, 2.3, 1e6}, f64).view({6, 1});
  const Tensor means =
      FiniteSet({members}).posterior_means(x, {at::ones({6}, f64)}, at::full({6}, variance, f64))[0];
  const Tensor expected = at::tensor({-1.0, -1.0, 0.5, 0.5, 4.0, 4.0}, f64).view({6, 1});
  CHECK(at::allclose(means, expected, 1e-15, 1e-15));
}

TEST_CASE("With ever more noise the mean is the mean of the set", "[math][posterior_means]") {
  const Tensor members = at::tensor({-1.0, 0.5, 4.0}, f64).view({3, 1});
  const Tensor means = FiniteSet({members}).posterior_means(at::zeros({1, 1}, f64), {at::ones({1}, f64)},
                                                            at::full({1}, 1e9, f64))[0];
  CHECK(means.item<double>() == Approx(3.5 / 3).epsilon(1e-7));
}

TEST_CASE("A member of weight zero is never met, even where it is the nearest", "[math][posterior_means]") {
  const Tensor members = at::tensor({0.0, 10.0}, f64).view({2, 1});
  const FiniteSet set({members}, at::tensor({0.0, 1.0}, f64));
  CHECK(set.size() == 1);
  CHECK(set.posterior_means(at::zeros({1, 1}, f64), {at::ones({1}, f64)}, at::full({1}, 1e-6, f64))[0]
            .item<double>() == 10);
  CHECK_THROWS_WITH(FiniteSet({members}, at::zeros({2}, f64)), "a mean over an empty set of points");
}

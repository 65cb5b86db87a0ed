// tests/plugins/source/wrapped.test.cpp -- points on the flat torus.
#include <cmath>
#include <numbers>

#include "../field/given.hpp"
#include "samples.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using std::numbers::pi;
using weir::Tensor;

namespace {

struct Torus {
  std::unique_ptr<weir::Source> line, wrapped;
  Torus(const std::string& id, const json& of, const json& params = json::object(),
        const at::TensorOptions& options = f64)
      : line(ran_source(id, of, options)), wrapped(make<weir::Source>("source/wrapped", params, options)) {
    bind(*wrapped, "of", *line);
    run(*wrapped);
  }
};

// The wrapped normal law by its Fourier series: with rho = exp(-s^2 / 2), p = (1 + 2 sum_n rho^(n^2) cos(n (y - m))) / (2 pi).
double series(double y, double m, double s) {
  double sum = 1;
  for (int n = 1; n < 60; ++n) sum += 2 * std::exp(-0.5 * s * s * n * n) * std::cos(n * (y - m));
  return sum / (2 * pi);
}

}  // namespace

TEST_CASE("Wrapped points are those of the source modulo the period", "[source][wrapped]") {
  const Torus torus("source/gaussian", {{"dim", 2}, {"scale", 5}});
  const Tensor x = drawn_from(*torus.line, 2000), y = drawn_from(*torus.wrapped, 2000);
  CHECK(number(y.min()) >= 0);
  CHECK(number(y.max()) < 2 * pi);
  const Tensor turns = (x - y) / (2 * pi);
  CHECK(at::allclose(turns, turns.round(), 0, 1e-12));
  const Torus about("source/gaussian", {{"dim", 2}, {"scale", 5}}, {{"low", -1}, {"period", 2}});
  const Tensor z = drawn_from(*about.wrapped, 2000);
  CHECK(number(z.min()) >= -1);
  CHECK(number(z.max()) < 1);
  CHECK(at::allclose((x - z) / 2, ((x - z) / 2).round(), 0, 1e-12));
}

TEST_CASE("A small negative number in float32 is not wrapped to the period itself", "[source][wrapped]") {
  const Torus torus("source/gaussian", {{"dim", 1}, {"scale", 1e-9}}, json::object(), f32);
  const Tensor y = drawn_from(*torus.wrapped, 1000, 3, f32);
  CHECK((y < float(2 * pi)).all().item<bool>());
}

TEST_CASE("The density of a wrapped normal law is its Fourier series, narrow or wide", "[source][wrapped]") {
  const double s = GENERATE(0.2, 1.0, 3.0, 50.0);
  const Torus torus("source/gaussian", {{"mean", {7, -1}}, {"scale", s}});
  for (const double y : {0.01, 0.7, 3.0, 6.2}) {
    const double expected = series(y, 7, s) * series(2 * y / 3, -1, s);
    if (expected < 1e-9) continue;  // below which the series is round-off
    CHECK(std::exp(log_density_at(*torus.wrapped, {y, 2 * y / 3})) == Approx(expected).epsilon(1e-6));
  }
  CHECK(log_density_at(*torus.wrapped, {-0.1, 1}) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("The density of a wrapped mixture integrates to 1 over the torus, and has its samples",
          "[source][wrapped]") {
  const auto seed = GENERATE(1, 2, 3);
  const Torus torus("source/mixture", {{"means", {{-3}, {1}}}, {"weights", {1, 2}}, {"scale", 0.8}});
  // A sum over an even grid of a periodic function: exact beyond its Fourier coefficients, of which the 200th is 0.
  const Tensor grid = at::arange(200, f64) * (2 * pi / 200);
  const Tensor p =
      weir::facet<weir::LogDensity>(*torus.wrapped)->at(grid.unsqueeze(1)).exp() * (2 * pi / 200);
  CHECK(number(p.sum()) == Approx(1).epsilon(1e-12));
  const auto cdf = [](double y) {
    double sum = 0;
    for (int j = -3; j <= 3; ++j)
      for (const auto& [m, w] : {std::pair{-3.0, 1.0 / 3}, std::pair{1.0, 2.0 / 3}})
        sum += w * (normal_cdf((y + 2 * pi * j - m) / 0.8) - normal_cdf((2 * pi * j - m) / 0.8));
    return sum;
  };
  CHECK(kolmogorov(drawn_from(*torus.wrapped, 4000, seed), cdf) < 2.2);
  CHECK(off_moments(*torus.wrapped, seed) < 4);
}

TEST_CASE("Moments of a wrapped normal law are those of its Fourier series", "[source][wrapped]") {
  const double s = 0.9, m = 5.5;
  const Torus torus("source/gaussian", {{"mean", {m, 1}}, {"scale", s}});
  // Of y in (0, 2 pi): y = pi - 2 sum sin(n y) / n, y^2 = 4 pi^2 / 3 + 4 sum cos(n y) / n^2 - 4 pi sum sin(n y) / n, and the
  // means of sin(n y) and cos(n y) are rho^(n^2) times those of n m.
  double first = pi, second = 4 * pi * pi / 3;
  for (int n = 1; n < 60; ++n) {
    const double rho = std::exp(-0.5 * s * s * n * n), sine = rho * std::sin(n * m) / n;
    first -= 2 * sine;
    second += 4 * rho * std::cos(n * m) / (n * n) - 4 * pi * sine;
  }
  const weir::Moments moments = *weir::facet<weir::Moments>(*torus.wrapped);
  CHECK(number(moments.mean[0]) == Approx(first).epsilon(1e-12));
  CHECK(number(moments.covariance[0][0]) == Approx(second - first * first).epsilon(1e-12));
  CHECK(std::abs(number(moments.covariance[0][1])) < 1e-12);
  for (const int seed : {1, 2, 3}) CHECK(off_moments(*torus.wrapped, seed) < 4);
}

TEST_CASE("Wrapping keeps classes and sets, and promises no law of what is no mixture", "[source][wrapped]") {
  const Torus labelled("source/mixture", {{"set", "eight_gaussians"}, {"labelled", true}});
  CHECK(labelled.wrapped->classes() == 8);
  CHECK(drawn_with_labels(*labelled.wrapped, 50).label.equal(drawn_with_labels(*labelled.line, 50).label));
  const Torus board("source/mixture", {{"set", "checkerboard"}});
  CHECK_FALSE(weir::facet<weir::LogDensity>(*board.wrapped));
  CHECK_FALSE(weir::facet<weir::Moments>(*board.wrapped));

  ItemSet set(row_of({-1, 7, 3}).view({3, 1}), at::tensor({0, 1, 1}, at::kLong), 2);
  const auto wrapped = make<weir::Source>("source/wrapped", json::object());
  bind(*wrapped, "of", set);
  run(*wrapped);
  CHECK(*wrapped->size() == 3);
  CHECK(at::allclose(wrapped->items(at::arange(3, at::kLong)).flatten(), row_of({2 * pi - 1, 7 - 2 * pi, 3}),
                     1e-14, 0));
  CHECK(wrapped->labels().equal(set.labels()));
}

TEST_CASE("Meta's FlatTorus wraps the same way", "[source][wrapped]") {
  // flow_matching 11568d3: FlatTorus().projx(torch.tensor([-7., -.5, 0., 6.5, 20.], dtype=torch.float64)), which is x % (2 pi)
  ItemSet set(row_of({-7, -0.5, 0, 6.5, 20}).view({5, 1}));
  const auto wrapped = make<weir::Source>("source/wrapped", json::object());
  bind(*wrapped, "of", set);
  run(*wrapped);
  CHECK(at::allclose(
      wrapped->items(at::arange(5, at::kLong)).flatten(),
      row_of({5.5663706143591725, 5.783185307179586, 0, 0.21681469282041377, 1.1504440784612413}), 1e-13,
      1e-13));
}

TEST_CASE("A period is above 0", "[source][wrapped]") { CHECK_FALSE(allows("source/wrapped", "period", 0)); }

// tests/plugins/field/sphere.test.cpp -- the exact velocity towards a sphere against integrals over the sphere and its exact lines.
#include <cmath>
#include <numbers>

#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/field.hpp>

#include "../integrator/flow.hpp"
#include "given.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// field/sphere towards source/sphere.
struct Towards {
  Towards(int k, int dim, const std::string& rotation = "none", Path given = Path())
      : path(std::move(given)),
        base(at::zeros({dim}, f64), at::eye(dim, f64)),
        target(make<weir::Source>("source/sphere", {{"k", k}, {"dim", dim}, {"rotation", rotation}})),
        field(make<weir::Field>("field/sphere")) {
    run(*target);
    bind(*field, "source", base);
    bind(*field, "target", *target);
    bind(*field, "interpolant", *path.interpolant);
    run(*field);
  }
  Tensor operator()(const Tensor& x, const Tensor& t) const { return field->velocity({}, x, t); }
  // E[x1 | x_t = r e_1] along e_1, where t r / (1 - t)^2 is kappa.
  double mean_length(double kappa) const {
    const double t = 0.5, r = kappa * (1 - t) * (1 - t) / t;
    Tensor x = at::zeros({1, base.shape()[0]}, f64);
    x[0][0] = r;
    return r + (1 - t) * number((*this)(x, at::full({1}, t, f64))[0][0]);
  }

  Path path;
  GivenSource base;
  std::unique_ptr<weir::Source> target;
  std::unique_ptr<weir::Field> field;
};

// The mean of cos a under exp(kappa cos a) sin^(k-2) a on (0, pi), by the midpoint rule. For an even k the integrand is smooth and
// periodic, and the rule exact; for k = 3 it errs by its step squared.
double by_quadrature(int k, double kappa) {
  const int n = 400000;
  double weight = 0, mean = 0;
  for (int i = 0; i < n; ++i) {
    const double a = std::numbers::pi * (i + 0.5) / n;
    const double w = std::exp(kappa * (std::cos(a) - 1)) * std::pow(std::sin(a), k - 2);
    weight += w;
    mean += w * std::cos(a);
  }
  return mean / weight;
}

}  // namespace

TEST_CASE("The mean on a sphere, given a noisy point, is that of an integral over the sphere",
          "[field][sphere]") {
  for (const int k : {2, 3, 4, 7, 10}) {
    const Towards sphere(k, k);
    for (const double kappa : {1e-3, 0.7, 5.0, 49.0, 53.0, 80.0, 3000.0}) {
      INFO(k << " " << kappa);
      CHECK(sphere.mean_length(kappa) == Approx(by_quadrature(k, kappa)).epsilon(1e-8));
    }
  }
}

TEST_CASE("Of one coordinate it is tanh, and of two more it is 1 / A - k / kappa", "[field][sphere]") {
  const Towards one(1, 1), three(3, 3), thirty(30, 30), more(32, 32);
  for (const double kappa : {0.4, 3.0, 40.0, 60.0, 500.0}) {
    INFO(kappa);
    CHECK(one.mean_length(kappa) == Approx(std::tanh(kappa)).epsilon(1e-13));
    CHECK(three.mean_length(kappa) == Approx(1 / std::tanh(kappa) - 1 / kappa).epsilon(1e-12));
    // The recurrence loses what A loses of 30 / kappa, a factor of (30 / kappa)^2 in its smallest values.
    CHECK(more.mean_length(kappa) ==
          Approx(1 / thirty.mean_length(kappa) - 30 / kappa).epsilon(1e-9).margin(1e-9));
  }
}

TEST_CASE("Coordinates normal to the sphere contract as 1 - t, and those along it come to distance 1",
          "[field][sphere]") {
  const Towards sphere(3, 8, "random");
  const Tensor start = weir::Rng(5, "start", f64).normal({20, 8});
  Flow flow(
      "integrator/dopri5", {{"until", 0.99}, {"rtol", 1e-9}, {"atol", 1e-10}},
      [&](const Tensor& x, const Tensor& t) { return sphere(x, t); }, start);
  REQUIRE(flow.faults.empty());
  const Tensor end = flow.run()["end"];
  const Tensor p = 3 * weir::facet<weir::Moments>(*sphere.target)->covariance, n = at::eye(8, f64) - p;
  CHECK(at::allclose(end.mm(n), 0.01 * start.mm(n), 1e-6, 1e-9));
  // The length of 0.99 x1 + 0.01 x0 is 0.99 with a spread of 0.01: the mean of 20 is known to 0.0022, five of those.
  CHECK(std::abs(number(end.mm(p).norm(2, {1}).mean()) - 0.99) < 0.011);
}

TEST_CASE("Row by row and in float32 the velocity is the same", "[field][sphere]") {
  const Towards sphere(3, 5);
  const Tensor x = weir::Rng(5, "x", f64).normal({6, 5}), t = row_of({0, 0.2, 0.4, 0.6, 0.8, 0.95});
  const Tensor v = sphere(x, t), single = sphere(x.to(at::kFloat), t.to(at::kFloat));
  CHECK(single.scalar_type() == at::kFloat);
  // Of float32's 6e-8 of x the denominator 1 - t makes 20 times as much.
  CHECK(at::allclose(single.to(at::kDouble), v, 1e-4, 1e-4));
  for (std::int64_t i = 0; i < 6; ++i)
    CHECK(at::allclose(sphere(x.narrow(0, i, 1), t.narrow(0, i, 1)), v.narrow(0, i, 1), 1e-13, 1e-13));
}

TEST_CASE("At the centre nothing is known of the point, and the velocity is 0 there", "[field][sphere]") {
  const Towards sphere(2, 4);
  CHECK(sphere(at::zeros({2, 4}, f64), row_of({0, 0.6})).abs().max().item<double>() == 0);
}

TEST_CASE("A field towards a finite set in a plane does not see the coordinates normal to the plane",
          "[field][sphere][empirical]") {
  weir::Rng rng(7, "plane", f64);
  const Tensor items = rng.normal({9, 2}), x = rng.normal({40, 6});
  const Tensor t = rng.uniform({40}) * 0.95;
  const auto towards = [&](const Tensor& set, const Tensor& points) {
    GivenSource base(at::zeros({set.size(1)}, f64), at::eye(set.size(1), f64)), target(set);
    const Path path;
    const auto field = make<weir::Field>("field/empirical");
    bind(*field, "source", base);
    bind(*field, "target", target);
    bind(*field, "interpolant", *path.interpolant);
    run(*field);
    return field->velocity({}, points, t);
  };
  const Tensor whole = towards(at::cat({items, at::zeros({9, 4}, f64)}, 1), x);
  CHECK(at::allclose(whole.slice(1, 0, 2), towards(items, x.slice(1, 0, 2)), 1e-12, 1e-12));
  CHECK(at::allclose(whole.slice(1, 2), -x.slice(1, 2) / (1 - t).unsqueeze(1), 1e-12, 1e-12));
}

TEST_CASE("field/sphere says what it is not known for", "[field][sphere]") {
  GivenSource base(at::zeros({2}, f64), at::eye(2, f64)), wide(at::zeros({2}, f64), 2 * at::eye(2, f64));
  const auto circle = make<weir::Source>("source/sphere", {{"dim", 2}}, f64, 0, "circle");
  run(*circle);
  const Path path;
  const auto faults_of = [&](weir::Source& source, weir::Source& target) {
    const auto field = make<weir::Field>("field/sphere");
    bind(*field, "source", source);
    bind(*field, "target", target);
    bind(*field, "interpolant", *path.interpolant);
    const weir::Faults faults = plan(*field);
    return faults.empty() ? std::string() : faults.front().message;
  };
  CHECK(faults_of(base, *circle).empty());
  CHECK(faults_of(wide, *circle) ==
        "field/sphere is known for a standard normal source only, and 'law' is another law");
  CHECK(faults_of(base, wide) ==
        "field/sphere needs a target that is uniform on a sphere of radius 1 about 0, and 'law' is another "
        "law");

  // A law that has the circle's covariance, and its points elsewhere: 0.4 1.25 = 0.6 0.8333 = 1/2.
  const auto far =
      make<weir::Source>("source/mixture",
                         {{"means", {{1.118034, 0}, {-1.118034, 0}, {0, 0.912871}, {0, -0.912871}}},
                          {"weights", {0.2, 0.2, 0.3, 0.3}},
                          {"scale", 1e-7}},
                         f32, 0, "corners");
  run(*far);
  const auto field = make<weir::Field>("field/sphere", json::object(), f32);
  bind(*field, "source", base);
  bind(*field, "target", *far);
  bind(*field, "interpolant", *path.interpolant);
  REQUIRE(plan(*field).empty());
  QuietRun quiet;
  CHECK_THROWS_WITH(
      field->run(quiet),
      "field/sphere needs a target that is uniform on a sphere of radius 1 about 0, and 'corners' "
      "is another law");

  const Towards sphere(2, 2);
  CHECK_THROWS_WITH(
      sphere(at::full({1, 2}, 2.0, f64), at::ones({1}, f64)),
      "field/sphere is infinite at t = 1 without noise there; follow it until an earlier time, or "
      "with an integrator that does not evaluate it at t = 1 (euler)");
}

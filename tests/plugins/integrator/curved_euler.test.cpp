// tests/plugins/integrator/curved_euler.test.cpp -- steps along a curved path: exact where they are said to be, and of order 1 elsewhere.
#include <cmath>
#include <numbers>

#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/noise.hpp>

#include "flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

constexpr double quarter = std::numbers::pi / 2;

// x_t = cos(pi t / 2) x0 + sin(pi t / 2) x1
class Curved final : public weir::TwoPoint {
 public:
  Tensor alpha(const Tensor& t) const override { return (quarter * t).cos(); }
  Tensor beta(const Tensor& t) const override { return (quarter * t).sin(); }
  Tensor dalpha(const Tensor& t) const override { return -quarter * (quarter * t).sin(); }
  Tensor dbeta(const Tensor& t) const override { return quarter * (quarter * t).cos(); }
};

// x_t = (1 - t^2) x0 + t^2 x1, whose velocity is 0 at t = 0.
class Slow final : public weir::TwoPoint {
 public:
  Tensor alpha(const Tensor& t) const override { return 1 - t.square(); }
  Tensor beta(const Tensor& t) const override { return t.square(); }
  Tensor dalpha(const Tensor& t) const override { return -2 * t; }
  Tensor dbeta(const Tensor& t) const override { return 2 * t; }
};

template <class Way>
struct Along {
  Along(const nlohmann::json& params, Given::Function velocity, const Tensor& start,
        const std::string& noise_id = "noise/zero", const std::string& id = "integrator/curved_euler")
      : noise(make<weir::Noise>(noise_id)),
        field(std::move(velocity)),
        points(start),
        integrator(make<weir::Integrator>(id, params)) {
    bind(way, "noise", *noise);
    if (integrator->port("interpolant")) bind(*integrator, "interpolant", way);
    bind(*integrator, "field", field);
    bind(*integrator, "start", points, "value");
    faults = plan(*integrator);
  }
  Tensor end() {
    integrator->run(quiet);
    return value_of(*integrator, "end");
  }

  Way way;
  std::unique_ptr<weir::Noise> noise;
  Given field;
  Values points;
  std::unique_ptr<weir::Integrator> integrator;
  weir::Faults faults;
  QuietRun quiet;
};

// From N(0, 1) to N(2, 1/4) on the curved path: x_t ~ N(2 b, q), q = a^2 + b^2 / 4, and v = 2 b' + q' / (2 q) (x - 2 b).
Tensor between_normals(const Tensor& x, const Tensor& t) {
  const Tensor s = t.unsqueeze(1), a = (quarter * s).cos(), b = (quarter * s).sin();
  const Tensor q = a.square() + b.square() / 4, half_slope = -0.75 * quarter * a * b;
  return 2 * quarter * a + half_slope / q * (x - 2 * b);
}
// Where it leads from x0: 2 b + sqrt(q) x0.
Tensor carried(const Tensor& x0, double t) {
  const double a = std::cos(quarter * t), b = std::sin(quarter * t);
  return 2 * b + std::sqrt(a * a + b * b / 4) * x0;
}
const Tensor& starts() {
  static const Tensor x = column({-1.3, 0.2, 2});
  return x;
}

}  // namespace

TEST_CASE("A point's own path is followed without error at any steps, forward and back", "[integrator]") {
  // The velocity towards one point m from wherever one is: x0 = (x - b m) / a, v = a' x0 + b' m.
  const double m = 3;
  const auto towards = [m](const Tensor& x, const Tensor& t) {
    const Tensor s = t.unsqueeze(1), a = (quarter * s).cos(), b = (quarter * s).sin();
    return -quarter * b * (x - b * m) / a + quarter * a * m;
  };
  const int steps = GENERATE(1, 3, 7);
  CHECK((Along<Curved>({{"steps", steps}}, towards, starts()).end() - m).abs().max().item<double>() < 1e-13);
  const double a = std::cos(quarter * 0.8), b = std::sin(quarter * 0.8);
  const Tensor later = a * starts() + b * m;
  CHECK((Along<Curved>({{"steps", steps}, {"until", 0.8}}, towards, starts()).end() - later)
            .abs()
            .max()
            .item<double>() < 1e-13);
  CHECK((Along<Curved>({{"steps", steps}, {"from", 0.8}, {"until", 0}}, towards, later).end() - starts())
            .abs()
            .max()
            .item<double>() < 1e-13);
  // Euler's own steps are not: one of them ends at x0 + pi/2 m.
  CHECK((Along<Curved>({{"steps", 1}}, towards, starts(), "noise/zero", "integrator/euler").end() - m)
            .abs()
            .min()
            .item<double>() > 0.1);
}

TEST_CASE("Between two normal laws on a curved path curved_euler has order 1, forward and back",
          "[integrator]") {
  const auto error = [&](double from, double until, int steps) {
    return (Along<Curved>({{"steps", steps}, {"from", from}, {"until", until}}, between_normals,
                          carried(starts(), from))
                .end() -
            carried(starts(), until))
        .norm()
        .item<double>();
  };
  for (const auto& [from, until] : {std::pair(0.0, 1.0), std::pair(1.0, 0.0)})
    CHECK(std::log2(error(from, until, 320) / error(from, until, 640)) == Approx(1).margin(0.1));
}

TEST_CASE("On the straight path curved_euler's steps are Euler's", "[integrator]") {
  const auto slope = [](const Tensor& x, const Tensor& t) { return x.square() * (3 * t).cos().unsqueeze(1); };
  const auto path = make<weir::Interpolant>("interpolant/linear");
  const auto noise = make<weir::Noise>("noise/zero");
  bind(*path, "noise", *noise);
  Given field(slope);
  Values points(starts());
  const auto curved = make<weir::Integrator>("integrator/curved_euler", {{"steps", 9}});
  bind(*curved, "interpolant", *path);
  bind(*curved, "field", field);
  bind(*curved, "start", points, "value");
  run(*curved);
  Flow euler("integrator/euler", {{"steps", 9}}, slope, starts());
  euler.run();
  CHECK((value_of(*curved, "end") - euler["end"]).abs().max().item<double>() < 1e-13);
}

TEST_CASE("A path with noise is refused, and a time at which the ends are not known ends the run",
          "[integrator]") {
  const Along<Curved> noisy({{"steps", 4}}, between_normals, starts(), "noise/constant");
  REQUIRE(noisy.faults.size() == 1);
  CHECK(noisy.faults[0].place.file == "interpolant");
  CHECK(noisy.faults[0].message == "a velocity does not tell both ends of a path that has noise of its own");
  Along<Slow> slow(
      {{"steps", 4}}, [](const Tensor& x, const Tensor&) { return at::zeros_like(x); }, starts());
  REQUIRE(slow.faults.empty());
  CHECK_THROWS_WITH(
      slow.end(),
      "at t = 0 place and velocity do not tell the two ends of this path: alpha beta' - alpha' beta is 0; "
      "start elsewhere, with `from` or `times`");
}

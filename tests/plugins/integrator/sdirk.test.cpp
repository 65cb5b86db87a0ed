// tests/plugins/integrator/sdirk.test.cpp -- implicit steps: their stability function, stiff fields, and what cannot be solved.
#include <cmath>

#include "flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

constexpr double g3 = 0.43586652150845899942;

// x' = x^2 cos 3t
Tensor smooth(const Tensor& x, const Tensor& t) { return x.square() * (3 * t).cos().unsqueeze(1); }
// x' = -2000 (x - cos t) - sin t:  x = cos t + (x0 - 1) exp(-2000 t). Explicit steps of 1/40 grow by some 50 each.
Tensor stiff(const Tensor& x, const Tensor& t) {
  const Tensor s = t.unsqueeze(1);
  return -2000 * (x - s.cos()) - s.sin();
}

Flow along(const nlohmann::json& params, Given::Function velocity, const Tensor& start) {
  return {"integrator/sdirk", params, std::move(velocity), start};
}

}  // namespace

TEST_CASE("sdirk has order 2 or 3 where the field depends on t and on x", "[integrator]") {
  const int order = GENERATE(2, 3);
  const Tensor start = column({1, -2, 0.5});
  const auto error = [&](int steps) {
    return (along({{"steps", steps}, {"order", order}}, smooth, start).run()["end"] -
            start / (1 - start * std::sin(3.0) / 3))
        .norm()
        .item<double>();
  };
  CHECK(std::log2(error(160) / error(320)) == Approx(order).margin(0.1));
}

// (1 + (1 - 2 g) z) / (1 - g z)^2 for order 2, g = 1 - 1/sqrt 2, and for order 3 the rational function with the denominator
// (1 - g z)^3 whose series agrees with exp(z) up to z^2 and which vanishes at infinity.
TEST_CASE("A step of sdirk on x' = lambda x is its stability function, which vanishes where it is stiff",
          "[integrator]") {
  const int order = GENERATE(2, 3);
  const auto step = [&](double z) {
    return along(
               {{"steps", 1}, {"order", order}}, [z](const Tensor& x, const Tensor&) { return z * x; },
               column({1}))
        .run()["end"]
        .item<double>();
  };
  const auto expected = [&](double z) {
    const double g = order == 2 ? 1 - std::sqrt(0.5) : g3;
    const double first = 1 - order * g, second = order == 2 ? 0 : 0.5 - 3 * g + 3 * g * g;
    return (1 + first * z + second * z * z) / std::pow(1 - g * z, order);
  };
  for (const double z : {-0.3, -4.0, -1000.0, 0.5}) {
    INFO("order " << order << ", z = " << z);
    CHECK(step(z) == Approx(expected(z)).epsilon(1e-10).margin(1e-12));
  }
  CHECK(std::abs(step(-1e6)) < 1e-5);
}

TEST_CASE("A stiff field is followed in steps at which explicit methods leave the numbers", "[integrator]") {
  const int order = GENERATE(2, 3);
  const Tensor start = column({1, 3});
  const Tensor end = along({{"steps", 40}, {"order", order}}, stiff, start).run()["end"];
  // h^2 and h^3 of a solution whose derivatives are at most 1; what is left of x0 - 1 is below that.
  CHECK((end - std::cos(1.0)).abs().max().item<double>() < (order == 2 ? 1e-4 : 1e-5));
  Flow explicit_steps("integrator/rk4", {{"steps", 40}}, stiff, start);
  explicit_steps.run();
  CHECK_FALSE((explicit_steps["end"] - std::cos(1.0)).abs().max().item<double>() < 1e6);
}

TEST_CASE("Rows of several coordinates are solved with their whole Jacobian, each at its own cost",
          "[integrator]") {
  // A turn at the rate 1 + 4t, and beside it a stiff coordinate.
  const auto turning = [](const Tensor& x, const Tensor& t) {
    const Tensor s = 1 + 4 * t, still = t.cos();
    return at::stack({-s * x.select(1, 1), s * x.select(1, 0), -300 * (x.select(1, 2) - still) - t.sin()}, 1);
  };
  const Tensor start = at::tensor({1.0, 0.0, 1.0, 0.0, 2.0, 1.0}, f64).view({2, 3});
  Flow flow = along({{"steps", 400}}, turning, start);
  flow.run();
  const double c = std::cos(3.0), s = std::sin(3.0), e = std::cos(1.0);
  CHECK((flow["end"] - at::tensor({c, s, e, -2 * s, 2 * c, e}, f64).view({2, 3})).abs().max().item<double>() <
        1e-5);
  CHECK(flow["nfe"].equal(
      at::tensor({2400, 2400}, at::kLong)));  // a linear field: two iterations for each of three stages

  const auto cubic = [](const Tensor& x, const Tensor&) { return -x.pow(3); };
  Flow together = along({{"steps", 5}}, cubic, column({0, 3}));
  together.run();
  for (const double x : {0.0, 3.0}) {
    Flow alone = along({{"steps", 5}}, cubic, column({x}));
    alone.run();
    const std::int64_t row = x > 0 ? 1 : 0;
    CHECK(together["end"][row].equal(alone["end"][0]));
    CHECK(together["nfe"][row].equal(alone["nfe"][0]));
  }
  CHECK(together["nfe"][1].item<std::int64_t>() > together["nfe"][0].item<std::int64_t>());
}

TEST_CASE("A stage that Newton's method does not solve ends as NaN, with a word on it; other rows arrive",
          "[integrator]") {
  // y = 40 + g y^2 has no solution.
  Flow flow = along(
      {{"steps", 1}, {"iterations", 8}}, [](const Tensor& x, const Tensor&) { return x.square(); },
      column({40, -1}));
  flow.run();
  CHECK(flow["end"].isfinite().flatten().equal(at::tensor({0, 1}).to(at::kBool)));
  REQUIRE(flow.quiet.warnings.size() == 1);
  CHECK_THAT(flow.quiet.warnings[0],
             Catch::StartsWith("1 of 2 points end as NaN or infinity, the first after t = 0") &&
                 Catch::Contains("take smaller steps, or raise iterations"));
}

TEST_CASE("What sdirk cannot solve is refused", "[integrator]") {
  const Flow wide = along({{"steps", 4}}, smooth, at::zeros({2, 300}, f64));
  REQUIRE(wide.faults.size() == 1);
  CHECK(wide.faults[0].message ==
        "an implicit step solves a system of the 300 numbers of a point, and takes 256 at most");
  const Flow fine = along({{"steps", 4}, {"tolerance", 1e-9}}, smooth, column({1}).to(at::kFloat));
  REQUIRE(fine.faults.size() == 1);
  CHECK(fine.faults[0].message == "tolerance is 1e-09, below what float32 can tell of a number");
  Flow blind = along(
      {{"steps", 4}}, [](const Tensor& x, const Tensor&) { return x.detach() * 2; }, column({1}));
  CHECK_THROWS_WITH(blind.run(), Catch::Contains("autograd does not see how its velocity depends on x"));
}

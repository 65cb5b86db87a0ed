// tests/plugins/integrator/stochastic.test.cpp -- stochastic flows against normal laws, and the noise that they are driven by.
#include <cmath>

#include "normals.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

}  // namespace

TEST_CASE("A stochastic flow has the marginals of the path, noise of the path included, for three diffusions",
          "[integrator]") {
  const std::string id = GENERATE("integrator/euler_maruyama", "integrator/stochastic_heun");
  const double diffusion = GENERATE(0.3, 1.0, 3.0);
  const auto law =
      GENERATE(Normals{"noise/zero", 0}, Normals{"noise/brownian", 0.8}, Normals{"noise/constant", 0.5});
  INFO(id << ", diffusion " << diffusion << ", " << law.noise);
  const std::int64_t n = 20000;
  // The path's own start: with constant noise, x_0 ~ N(0, 1 + sigma^2).
  const Tensor start = starts(n) * std::sqrt(law.variance(0));
  const Noisy flow(id, {{"steps", 200}, {"diffusion", diffusion}}, law, start);
  REQUIRE(flow.faults.empty());
  const double q = law.variance(1), mean = flow.end().mean().item<double>(),
               variance = flow.end().var().item<double>();
  // Five standard errors, and what steps of 1/200 leave: less than 1 % for Heun's method, and for Euler's with diffusion below 2.
  const double left = diffusion > 2 && id == "integrator/euler_maruyama" ? 0.03 : 0.01;
  CHECK(std::abs(mean - 2) < 5 * std::sqrt(q / double(n)) + left * std::sqrt(q));
  CHECK(std::abs(variance / q - 1) < 5 * std::sqrt(2 / double(n)) + left);
}

TEST_CASE("Backward, a stochastic flow leads from the data to the noise", "[integrator]") {
  const std::string id = GENERATE("integrator/euler_maruyama", "integrator/stochastic_heun");
  const std::int64_t n = 20000;
  const Noisy flow(id, {{"steps", 200}, {"from", 1}, {"until", 0}}, {"noise/zero", 0}, 2 + starts(n) / 2);
  CHECK(std::abs(flow.end().mean().item<double>()) < 5 * std::sqrt(1 / double(n)) + 0.01);
  CHECK(std::abs(flow.end().var().item<double>() - 1) < 5 * std::sqrt(2 / double(n)) + 0.01);
}

TEST_CASE("Rows have noise of their own, in chunks too, and the same in every run of a seed",
          "[integrator]") {
  const Normals law{"noise/zero", 0};
  const Tensor same = at::zeros({7, 1}, f64);
  const Noisy one("integrator/euler_maruyama", {{"steps", 10}, {"chunk", 3}}, law, same);
  const Noisy two("integrator/euler_maruyama", {{"steps", 10}, {"chunk", 1024}}, law, same);
  CHECK(one.end().equal(two.end()));
  CHECK(std::get<0>(at::unique_dim(one.end(), 0)).size(0) == 7);
}

TEST_CASE("Along one Brownian path both methods converge with order 1", "[integrator]") {
  const std::string id = GENERATE("integrator/euler_maruyama", "integrator/stochastic_heun");
  const auto ends = [&](int steps) {
    return Noisy(id, {{"steps", steps}, {"increments", 1024}}, {"noise/zero", 0}, starts(500)).end();
  };
  const Tensor fine = ends(1024);
  const auto error = [&](int steps) { return (ends(steps) - fine).square().mean().sqrt().item<double>(); };
  // Of the distance to the finest grid, 1/16 - 1/1024 over 1/32 - 1/1024 is left out: 2.03.
  CHECK(std::log2(error(16) / error(32)) > 0.8);
}

TEST_CASE("Without diffusion a stochastic flow is the flow", "[integrator]") {
  const Normals law{"noise/zero", 0};
  const Tensor start = starts(50);
  const Noisy drifting("integrator/euler_maruyama", {{"steps", 20}, {"diffusion", 0}}, law, start);
  Flow euler(
      "integrator/euler", {{"steps", 20}},
      [law](const Tensor& x, const Tensor& t) { return law.velocity(x, t); }, start);
  euler.run();
  CHECK(drifting.end().equal(euler["end"]));
}

TEST_CASE("Increments that steps cannot sum up are refused", "[integrator]") {
  const Noisy flow("integrator/euler_maruyama", {{"steps", 10}, {"increments", 25}}, {"noise/zero", 0},
                   starts(3));
  REQUIRE(flow.faults.size() == 1);
  CHECK(flow.faults[0].message == "10 steps cannot sum up 25 increments: not a multiple");
}

TEST_CASE("A stochastic flow from another law than the noise's says so", "[integrator]") {
  const auto warnings = [](double scale, double diffusion, const Normals& law) {
    return Noisy("integrator/euler_maruyama", {{"steps", 5}, {"diffusion", diffusion}}, law,
                 scale * starts(2000))
        .quiet.warnings;
  };
  CHECK(warnings(1, 1, {"noise/zero", 0}).empty());
  CHECK(warnings(std::sqrt(1.25), 1, {"noise/constant", 0.5}).empty());  // of the path's own start
  CHECK(warnings(3, 0, {"noise/zero", 0}).empty());                      // the flow itself starts anywhere
  REQUIRE(warnings(3, 1, {"noise/zero", 0}).size() == 1);
  CHECK_THAT(warnings(3, 1, {"noise/zero", 0})[0],
             Catch::StartsWith("the mean square of the start's coordinates is ") &&
                 Catch::Contains(", and of N(0, I) on this path 1: "));
}

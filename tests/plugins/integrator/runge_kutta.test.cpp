// tests/plugins/integrator/runge_kutta.test.cpp -- explicit methods of given steps: their orders, another program's steps, and ways back.
#include <cmath>

#include "flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

// x' = x^2 cos 3t, neither linear nor autonomous
Tensor slope(const Tensor& x, const Tensor& t) { return x.square() * (3 * t).cos().unsqueeze(1); }
const std::vector<double> starts{1, -2, 0.5};

Tensor followed(const std::string& id, int steps) {
  Flow flow(id, {{"steps", steps}}, slope, column(starts));
  REQUIRE(flow.faults.empty());
  return flow.run()["end"];
}

}  // namespace

TEST_CASE("ralston, heun3 and rk4_38 have their orders where the field depends on t and on x",
          "[integrator]") {
  for (const auto& [id, order] : {std::pair("integrator/ralston", 2), std::pair("integrator/heun3", 3),
                                  std::pair("integrator/rk4_38", 4)}) {
    INFO(id);
    // x' = x^2 cos t, of which 160 steps show the leading term of the error at every order:  x(1) = x0 / (1 - x0 sin 1)
    const Tensor start = column({0.4, -1, 0.2});
    const auto error = [&, id = id](int steps) {
      Flow flow(
          id, {{"steps", steps}},
          [](const Tensor& x, const Tensor& t) { return x.square() * t.cos().unsqueeze(1); }, start);
      return (flow.run()["end"] - start / (1 - start * std::sin(1.0))).norm().item<double>();
    };
    CHECK(std::log2(error(160) / error(320)) == Approx(order).margin(0.1));
  }
}

// torchdiffeq 0.2.5, torch 2.11, float64: odeint(lambda t, x: x**2 * torch.cos(3 * t), torch.tensor([1, -2, .5]),
// torch.tensor([0., 1.]), method=..., options=dict(step_size=.25))[-1]
TEST_CASE("heun3 and rk4_38 take torchdiffeq's steps: its heun3 and its rk4", "[integrator]") {
  CHECK((followed("integrator/heun3", 4) -
         column({1.0532676323123213, -1.7746121523618816, 0.5121369386839545}))
            .abs()
            .max()
            .item<double>() < 1e-14);
  CHECK((followed("integrator/rk4_38", 4) -
         column({1.049012304341975, -1.8181798234432354, 0.5120514178111083}))
            .abs()
            .max()
            .item<double>() < 1e-14);
}

TEST_CASE(
    "A step of ralston is exact for a velocity t^2, as of no other method of two stages, and off by h^4 / 36 "
    "for t^3",
    "[integrator]") {
  const auto from_0_to_1 = [](int power) {
    return Flow(
               "integrator/ralston", {{"steps", 1}},
               [power](const Tensor& x, const Tensor& t) { return t.pow(power).unsqueeze(1).expand_as(x); },
               column({0}))
        .run()["end"]
        .item<double>();
  };
  CHECK(from_0_to_1(2) == Approx(1.0 / 3).epsilon(1e-14));
  CHECK(from_0_to_1(3) == Approx(1.0 / 4 - 1.0 / 36).epsilon(1e-14));
}

TEST_CASE("What went forward by ralston, heun3, rk4_38, dopri8 or sdirk comes back", "[integrator]") {
  const std::string id = GENERATE("integrator/ralston", "integrator/heun3", "integrator/rk4_38",
                                  "integrator/dopri8", "integrator/sdirk");
  INFO(id);
  nlohmann::json params = nlohmann::json::object();
  if (id == "integrator/dopri8")
    params = {{"rtol", 1e-9}, {"atol", 1e-9}};
  else
    params["steps"] = 400;
  Flow there(id, params, slope, column(starts));
  there.run();
  params.update({{"from", 1}, {"until", 0}});
  Flow back(id, params, slope, there["end"]);
  REQUIRE(back.faults.empty());
  back.run();
  // Both ways' errors: that of order 2 at h = 1/400 is some 1e-4, of the others below 1e-6.
  CHECK((back["end"] - column(starts)).abs().max().item<double>() <
        (id == "integrator/ralston" ? 2e-4 : 1e-6));
}

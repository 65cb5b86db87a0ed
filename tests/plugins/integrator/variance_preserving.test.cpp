// tests/plugins/integrator/variance_preserving.test.cpp -- a stochastic flow that begins where its path's derivative is infinite.
#include <cmath>

#include "../interpolant/along.hpp"
#include "flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("Back from the end of a path that preserves variance the noise keeps a standard normal law",
          "[integrator][variance_preserving]") {
  // Between two standard normal laws the velocity is 0. On interpolant/linear_vp D = 1 at every t, also at t = 1: the flow back is
  // an Ornstein-Uhlenbeck process, whose variance of 1 Euler-Maruyama with h = 1/200 keeps to h / 2.
  const std::int64_t n = 20000;
  for (const std::uint64_t seed : {3, 4, 5}) {
    Along along("interpolant/linear_vp");
    Given still([](const Tensor& x, const Tensor&) { return at::zeros_like(x); });
    const Tensor start = weir::Rng(seed, "start", f64).normal({n, 1});
    Values points(start);
    const auto flow =
        make<weir::Integrator>("integrator/euler_maruyama", {{"steps", 200}, {"from", 1}, {"until", 0}});
    bind(*flow, "interpolant", *along.path);
    bind(*flow, "field", still);
    bind(*flow, "start", points, "value");
    REQUIRE(plan(*flow).empty());
    QuietRun quiet;
    flow->run(quiet);
    const Tensor end = value_of(*flow, "end");
    CHECK(number(end.mean()) == Approx(0).margin(4 / std::sqrt(double(n))));
    CHECK(number(end.var()) == Approx(1).margin(0.0025 + 4 * std::sqrt(2 / double(n))));
    CHECK_FALSE(end.equal(start));
  }
}

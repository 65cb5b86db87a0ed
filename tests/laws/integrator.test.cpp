// tests/laws/integrator.test.cpp -- laws of every registered integrator.
#include <cmath>

#include <weir/kinds/integrator.hpp>

#include "../plugins/values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Integrator;
using weir::Tensor;

// x' = x^2 cos 3t, x(0) = x0:  x(t) = x0 / (1 - x0 sin(3t) / 3). Neither linear nor autonomous: a wrong node of a
// Runge-Kutta tableau shows.
Tensor slope(const Tensor& x, double t) { return x.square() * std::cos(3 * t); }
Tensor solution(const Tensor& x0, double t) { return x0 / (1 - x0 * std::sin(3 * t) / 3); }

double error(const Integrator& integrator, int steps) {
  const Tensor x0 = row_of({2}).unsqueeze(1);
  Tensor x = x0;
  for (int k = 0; k < steps; ++k) x = integrator.step(slope, x, double(k) / steps, 1.0 / steps);
  return number((x - solution(x0, 1)).abs().max());
}

// v = t x, without parameters.
class Growth final : public weir::Field {
 public:
  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    return x * t.unsqueeze(1);
  }
  weir::Params init(const weir::Shape&, weir::Rng&) const override { return {}; }
};

}  // namespace

TEST_CASE("Every integrator has the order that it declares, on a field that depends on x and t",
          "[laws][integrator]") {
  for (const std::string& id : plugins_of("integrator")) {
    INFO(id);
    const auto integrator = make<Integrator>(id, {{"steps", 1}});
    // Steps small enough for the leading term, large enough to stay above round-off at order 4.
    const double coarse = error(*integrator, 160), fine = error(*integrator, 320);
    CHECK(std::log2(coarse / fine) == Approx(integrator->order()).margin(0.25));
  }
}

TEST_CASE("Every integrator asks the field as often as it declares, inside its step", "[laws][integrator]") {
  for (const std::string& id : plugins_of("integrator")) {
    INFO(id);
    const auto integrator = make<Integrator>(id, {{"steps", 1}});
    std::vector<double> asked;
    const auto v = [&](const Tensor& x, double t) {
      asked.push_back(t);
      return at::full_like(x, 2);
    };
    const Tensor x = integrator->step(v, row_of({1, 2}), 0.5, 0.25);
    CHECK(static_cast<int>(asked.size()) == integrator->evaluations());
    for (const double t : asked) CHECK((t >= 0.5 && t <= 0.75));
    CHECK(
        at::allclose(x, row_of({1.5, 2.5}), 1e-15, 1e-15));  // a constant velocity is followed without error
  }
}

TEST_CASE("Every integrator's run gives ends, saved times and the number of evaluations",
          "[laws][integrator]") {
  for (const std::string& id : plugins_of("integrator")) {
    INFO(id);
    Growth field;
    Values start(row_of({1, -2, 0.5}).unsqueeze(1));
    const auto with = [&](const nlohmann::json& params) {
      auto integrator = make<Integrator>(id, params);
      bind(*integrator, "field", field);
      bind(*integrator, "start", start, "value");
      run(*integrator);
      return integrator;
    };
    const auto integrator = with({{"steps", 6}, {"save", 3}});
    const Tensor end = value_of(*integrator, "end"), trajectory = value_of(*integrator, "trajectory");

    CHECK(value_of(*integrator, "nfe").item<std::int64_t>() == 6 * integrator->evaluations());
    CHECK(at::allclose(value_of(*integrator, "time"), row_of({0, 0.5, 1})));
    CHECK(trajectory.sizes() == at::IntArrayRef({3, 3, 1}));
    CHECK(trajectory[0].equal(value_of(start, "value")));
    CHECK(trajectory[2].equal(end));
    CHECK(value_of(*with({{"steps", 6}, {"chunk", 2}}), "end").equal(end));  // rows do not know of each other
    // x(1) = x(0) exp(1/2); Euler's six steps are 10 % off.
    CHECK(at::allclose(end, value_of(start, "value") * std::exp(0.5), 0.1, 0));
  }
}

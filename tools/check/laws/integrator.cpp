// tools/check/laws/integrator.cpp -- laws of every integrator.
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/flow/integrator.hpp>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

// x' = x^2 cos 3t, x(0) = x0:  x(t) = x0 / (1 - x0 sin(3t) / 3). Neither linear nor autonomous: a wrong node of a
// Runge-Kutta tableau shows.
Tensor slope(const Tensor& x, double t) { return x.square() * std::cos(3 * t); }
Tensor solution(const Tensor& x0, double t) { return x0 / (1 - x0 * std::sin(3 * t) / 3); }

std::shared_ptr<const World> on_the_line(const Subject& subject, const at::TensorOptions& options = f64) {
  return World::of(subject, {1}, options);
}

// To be asked for single steps.
std::shared_ptr<Integrator> made(const Subject& subject, const at::TensorOptions& options = f64) {
  return on_the_line(subject, options)->run<Integrator>(subject, {.params = {{"steps", 1}, {"save", 0}}});
}

Tensor followed(const Integrator& integrator, Tensor x, int steps) {
  for (int k = 0; k < steps; ++k) x = integrator.step(slope, x, double(k) / steps, 1.0 / steps);
  return x;
}

double error(const Integrator& integrator, int steps) {
  const Tensor x0 = row_of({2}).unsqueeze(1);
  return number((followed(integrator, x0, steps) - solution(x0, 1)).abs().max());
}

// v = t x, without parameters.
class Growth final : public Field {
 public:
  Tensor velocity(const Params&, const Tensor& x, const Tensor& t, const Context&) const override {
    return x * t.unsqueeze(1);
  }
  Params init(const Shape&, Rng&) const override { return {}; }
};

std::shared_ptr<Values> three_points() { return std::make_shared<Values>(row_of({1, -2, 0.5}).unsqueeze(1)); }

Setup along(std::shared_ptr<Field> field, std::shared_ptr<Node> start, const nlohmann::json& params) {
  return {.params = params, .given = {{"field", std::move(field)}, {"start", std::move(start), "value"}}};
}

void has_its_order(const Subject& subject) {
  const auto integrator = made(subject);
  // Steps small enough for the leading term, large enough to stay above round-off at order 4.
  const double coarse = error(*integrator, 160), fine = error(*integrator, 320);
  const double order = std::log2(coarse / fine);
  require(std::abs(order - integrator->order()) <= 0.25,
          fmt::format("order {} as declared: half the step, {} times smaller an error", integrator->order(),
                      1 << std::min(integrator->order(), 20)),
          fmt::format("order {:.2f} on x' = x^2 cos 3t (errors {:.3g} and {:.3g})", order, coarse, fine),
          "correct order(), or the times and weights of step()");
}

void asks_as_often_as_it_says(const Subject& subject) {
  const auto integrator = made(subject);
  std::vector<double> asked;
  const auto v = [&](const Tensor& x, double t) {
    asked.push_back(t);
    return at::full_like(x, 2);
  };
  const Tensor x = integrator->step(v, row_of({1, 2}), 0.5, 0.25);
  require(static_cast<int>(asked.size()) == integrator->evaluations(),
          fmt::format("a step asks the field {} times, as evaluations() says", integrator->evaluations()),
          fmt::format("{} times", asked.size()), "correct evaluations(), or step()");
  for (const double t : asked)
    require(t >= 0.5 && t <= 0.75, "a step from t = 0.5 to 0.75 asks the field at times between",
            fmt::format("t = {}", t), "correct the times of step(): a field may end at t = 1");
  require_close(x, row_of({1.5, 2.5}), 1e-15, 1e-15, "a constant velocity is followed without error",
                "the weights of step() add up to one: correct them");
}

void gives_its_outputs(const Subject& subject) {
  const auto start = three_points();
  const auto world = on_the_line(subject);
  const auto with = [&](const nlohmann::json& params) {
    return world->run<Integrator>(subject, along(std::make_shared<Growth>(), start, params));
  };
  const auto integrator = with({{"steps", 6}, {"save", 3}, {"chunk", 1024}});
  const Tensor end = value_of(*integrator, "end"), trajectory = value_of(*integrator, "trajectory");
  const std::string remedy = "leave plan and run to the base class, and see to step()";
  const auto nfe = value_of(*integrator, "nfe").item<std::int64_t>();
  require(nfe == 6 * integrator->evaluations(), "6 steps take 6 evaluations() of the field",
          fmt::format("nfe {}", nfe), remedy);
  require_close(value_of(*integrator, "time"), row_of({0, 0.5, 1}), 1e-6, 0, "saved times are evenly spread",
                remedy);
  require(trajectory.sizes() == at::IntArrayRef({3, 3, 1}), "the trajectory is [time, pair, item...]",
          text_of(trajectory.sizes()), remedy);
  require_same(trajectory[0], value_of(*start, "value"), "the trajectory starts at the start", remedy);
  require_same(trajectory[2], end, "the trajectory ends at the end", remedy);
  require_same(value_of(*with({{"steps", 6}, {"save", 0}, {"chunk", 2}}), "end"), end,
               "points integrated two by two end where they do together",
               "rows do not know of each other: no statistics over the batch in step()");
  // x(1) = x(0) exp(1/2); Euler's six steps are 10 % off.
  require_close(end, value_of(*start, "value") * std::exp(0.5), 0.1, 0, "x' = t x ends near x exp(1/2)",
                remedy);
}

// Takes no points at all.
class Choosy final : public Field {
 public:
  Tensor velocity(const Params&, const Tensor& x, const Tensor&, const Context&) const override { return x; }
  Params init(const Shape&, Rng&) const override { return {}; }
  void plan_for(const Shape&, Plan& plan) const override { plan.fault("", "not for such points"); }
};

void asks_its_field_at_plan(const Subject& subject) {
  const auto integrator = on_the_line(subject)->bound<Integrator>(
      subject, along(std::make_shared<Choosy>(), three_points(), {{"steps", 6}}));
  const Faults faults = plan(*integrator);
  require(faults.size() == 1 && faults[0].message == "not for such points",
          "what a field finds wrong with its points is told at plan", fmt::format("{} faults", faults.size()),
          "leave plan to the base class, or call it");
}

void is_the_same_in_float32(const Subject& subject) {
  const Tensor x0 = row_of({0.5, -1}).unsqueeze(1);
  const Tensor one = followed(*made(subject, f32), x0.to(at::kFloat), 10);
  const std::string remedy = "take device and dtype from x, and keep constants in double";
  require(one.scalar_type() == at::kFloat, "float32 points stay float32", text_of(one.scalar_type()), remedy);
  require_close(one, followed(*made(subject), x0, 10), 10 * float32_round_off, 10 * float32_round_off,
                "10 steps in float32 end where they do in float64, to float32's accuracy", remedy);
}

}  // namespace

std::vector<Law> integrator_laws() {
  return {{"order", has_its_order},
          {"evaluations", asks_as_often_as_it_says},
          {"outputs", gives_its_outputs},
          {"plan", asks_its_field_at_plan},
          {"float32", is_the_same_in_float32}};
}

}  // namespace weir::conformance

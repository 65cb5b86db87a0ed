// tools/check/laws/one_step.cpp -- laws of integrators of given steps that carry nothing from one to the next.
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/flow/one_step.hpp>

#include <check/bench/broken.hpp>
#include "flows.hpp"
#include "laws.hpp"

namespace weir::conformance {
namespace {

// To be asked for single steps.
std::shared_ptr<OneStep> made(const Subject& subject) {
  return as_base<OneStep>(
      on_the_line(subject)->run<Integrator>(subject, {.params = on_its_grid(subject, {{"steps", 1}})}),
      "one_step.hpp");
}

double error(const OneStep& integrator, int steps) {
  const Tensor x0 = row_of({2}).unsqueeze(1);
  Tensor x = x0;
  for (int k = 0; k < steps; ++k) x = integrator.step(slope, x, double(k) / steps, 1.0 / steps);
  return number((x - solution(x0, 0, 1)).abs().max());
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
  const auto v = [&](const Tensor& x, const Tensor& t) {
    asked.push_back(t[0].item<double>());
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

}  // namespace

std::vector<Law> one_step_laws() {
  return {{"order", has_its_order}, {"evaluations", asks_as_often_as_it_says}};
}

}  // namespace weir::conformance

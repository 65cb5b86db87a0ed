// tools/check/laws/integrator/one_step.cpp -- laws of integrators of given steps that carry nothing from one to the next.
#include <fmt/format.h>

#include <weir/kinds/flow/one_step.hpp>

#include <check/bench/broken.hpp>
#include <check/laws/laws.hpp>
#include "flows.hpp"

namespace weir::conformance {
namespace {

// To be asked for single steps.
std::shared_ptr<OneStep> made(const Subject& subject) {
  return as_base<OneStep>(
      on_the_line(subject)->run<Integrator>(subject, {.params = on_its_grid(subject, {{"steps", 1}})}),
      "one_step.hpp");
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

std::vector<Law> one_step_laws() { return {{"evaluations", asks_as_often_as_it_says}}; }

}  // namespace weir::conformance

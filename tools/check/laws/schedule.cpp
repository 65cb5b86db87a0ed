// tools/check/laws/schedule.cpp -- laws of every schedule.
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/learn/schedule.hpp>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

std::shared_ptr<Schedule> made(const Subject& subject) { return World::of(subject)->run<Schedule>(subject); }

std::string at_step(std::int64_t step, std::int64_t steps) {
  return fmt::format(" at step {} of {}", step, steps);
}

void is_a_scale(const Subject& subject) {
  const auto schedule = made(subject);
  for (const std::int64_t steps : {1, 2, 3, 10, 1000, 10000}) {
    for (std::int64_t step = 1; step <= steps; ++step) {
      const double scale = schedule->scale(step, steps);
      require(std::isfinite(scale) && scale >= 0,
              "a scale is finite and not negative, at each step from 1 to the last",
              fmt::format("{:g}", scale) + at_step(step, steps),
              "steps count from 1, and the last is `steps` itself: correct scale at the ends");
    }
  }
}

void depends_on_the_step_alone(const Subject& subject) {
  constexpr std::int64_t steps = 50;
  const auto schedule = made(subject), other = made(subject);
  std::vector<double> upwards;
  for (std::int64_t step = 1; step <= steps; ++step) {
    upwards.push_back(schedule->scale(step, steps));
    schedule->scale(1, 7);
  }
  for (std::int64_t step = steps; step >= 1; --step) {
    const double first = upwards[static_cast<std::size_t>(step - 1)];
    for (const double scale : {schedule->scale(step, steps), other->scale(step, steps)})
      require(scale == first, "the same step of as many steps has the same scale",
              fmt::format("{:.17g} and then {:.17g}", first, scale) + at_step(step, steps),
              "compute scale from its two arguments alone, and keep nothing: a resumed training asks from "
              "its middle on");
  }
}

void moves_something(const Subject& subject) {
  constexpr std::int64_t steps = 100000;
  const auto schedule = made(subject);
  for (std::int64_t step = 1; step <= steps; ++step)
    if (schedule->scale(step, steps) > 0) return;
  throw Broken("a training has a step whose scale is above 0", fmt::format("0 at each of {} steps", steps),
               "give the share of the learning rate, 1 for all of it");
}

}  // namespace

std::vector<Law> schedule_laws() {
  return {{"range", is_a_scale}, {"pure", depends_on_the_step_alone}, {"moves", moves_something}};
}

}  // namespace weir::conformance

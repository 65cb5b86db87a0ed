// tools/check/laws/integrator/stepped.cpp -- laws of integrators of given steps.
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/flow/stepped.hpp>

#include <check/bench/broken.hpp>
#include <check/laws/laws.hpp>
#include "flows.hpp"

namespace weir::conformance {
namespace {

// Where gentle_slope leads from x at time 0.
Tensor gently_down(const Tensor& x, double until) { return x / (1 - x * std::sin(until)); }

// Steps of another size each: what a method of several steps carries over must know of both.
std::vector<double> alternating(int steps, double from, double until) {
  std::vector<double> times;
  for (int k = 0; k <= steps; ++k)
    times.push_back(from + (until - from) * (3 * (k / 2) + k % 2) / (3 * steps / 2));
  return times;
}

struct Way {
  const char* name;
  double from, until;
  bool equal;
};

std::shared_ptr<Stepped> followed(const Subject& subject, const Way& way, int steps) {
  nlohmann::json params = {{"from", way.from}, {"until", way.until}};
  if (way.equal)
    params["steps"] = steps;
  else
    params["times"] = alternating(steps, way.from, way.until);
  const Tensor start = gently_down(row_of({0.4, -1, 0.2}).unsqueeze(1), way.from);
  return as_base<Stepped>(
      on_the_line(subject)->run<Integrator>(
          subject, along(field_of(gentle_slope), std::make_shared<Values>(start), params)),
      "stepped.hpp");
}

void has_its_order(const Subject& subject) {
  if (!subject.takes("steps") || !subject.takes("times"))
    throw Skipped("it is not derived from that of stepped.hpp");
  Subject free = subject;  // of a grid of its own
  free.params.erase("steps");
  free.params.erase("times");
  for (const Way& way :
       {Way{"equal steps", 0, 1, true}, Way{"equal steps back", 1, 0, true},
        Way{"steps that alternate between h and 2 h", 0, 1, false}, Way{"such steps back", 1, 0, false}}) {
    const auto error = [&](int steps) {
      const auto integrator = followed(free, way, steps);
      const Tensor truth = gently_down(row_of({0.4, -1, 0.2}).unsqueeze(1), way.until);
      return std::pair(integrator->order(), number((value_of(*integrator, "end") - truth).norm()));
    };
    const auto [claimed, coarse] = error(80);
    if (claimed == 0) throw Skipped("it claims no order; if it has one, give it in order()");
    const double half = error(160).second, quarter = error(320).second;
    for (const auto& [more, less] : {std::pair(coarse, half), std::pair(half, quarter)}) {
      const double order = std::log2(more / less);
      require(std::abs(order - claimed) <= 0.25,
              fmt::format("order {} as declared: half the step, {} times smaller an error", claimed,
                          1 << std::min(claimed, 20)),
              fmt::format("order {:.2f} on x' = x^2 cos t by {} (errors {:.3g} and {:.3g})", order, way.name,
                          more, less),
              "correct order(), or the times and weights of a step and of what it takes from earlier ones");
    }
  }
}

}  // namespace

std::vector<Law> stepped_laws() { return {{"order", has_its_order}}; }

}  // namespace weir::conformance

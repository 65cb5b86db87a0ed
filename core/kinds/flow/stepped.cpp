// core/kinds/flow/stepped.cpp -- a grid of times and the loop over its steps.
#include <weir/kinds/flow/stepped.hpp>

#include <cmath>

#include <fmt/format.h>

namespace weir {
namespace {

constexpr double same_time = 1e-6;  // apart: written times are decimal, and as faults print them

}  // namespace

Stepped::~Stepped() = default;

std::int64_t Stepped::steps() const {
  return equal_steps() ? steps_() : static_cast<std::int64_t>(times_().size()) - 1;
}

double Stepped::time(std::int64_t k) const {
  if (!equal_steps()) return times_()[static_cast<std::size_t>(k)];
  if (k == steps_()) return until();  // which the formula may miss by a round-off
  return from() + (until() - from()) * (static_cast<double>(k) / static_cast<double>(steps_()));
}

double Stepped::size(std::int64_t k) const {
  return equal_steps() ? (until() - from()) / static_cast<double>(steps_()) : time(k + 1) - time(k);
}

std::int64_t Stepped::nearest(double t) const {
  if (equal_steps()) return std::llround((t - from()) / (until() - from()) * static_cast<double>(steps_()));
  std::int64_t best = 0;
  for (std::int64_t k = 1; k <= steps(); ++k)
    if (std::abs(time(k) - t) < std::abs(time(best) - t)) best = k;
  return best;
}

std::vector<double> Stepped::saved_times() const {
  if (saves_at_given_times()) return Integrator::saved_times();
  std::vector<double> times;
  const double spread = static_cast<double>(steps()) / static_cast<double>(saves() - 1);
  for (std::int64_t i = 0; i < saves(); ++i)
    times.push_back(time(std::llround(static_cast<double>(i) * spread)));
  return times;
}

void Stepped::plan_times(Plan& plan) const {
  const Numbers& times = times_();
  if (times.size() < 2)
    return plan.fault("times", "times has the start and the end of each step: at least two times");
  if (times.front() != from() || times.back() != until())
    plan.fault("times",
               fmt::format("times go from {} to {}, but the flow from {} to {}", times.front(), times.back(),
                           from(), until()),
               fmt::format("begin with {} and end with {}, or set `from` and `until`", from(), until()));
  const double direction = until() > from() ? 1 : -1;
  for (std::size_t k = 1; k < times.size(); ++k)
    if (direction * (times[k] - times[k - 1]) <= 0)
      plan.fault("times", fmt::format("times go in one direction, from {} to {}: {} comes after {}", from(),
                                      until(), times[k], times[k - 1]));
}

void Stepped::plan(Plan& plan) {
  if (!steps_.given() && !times_.given())
    return plan.fault("", "an integrator of given steps needs `steps` or `times`",
                      "write, for example, steps: 50");
  if (steps_.given() && times_.given())
    return plan.fault("times", "steps and times both say which steps are taken", "remove one of them");
  if (times_.given()) plan_times(plan);
  if (!plan.clean()) return;
  if (!saves_at_given_times() && saves() > steps() + 1)
    plan.fault("save",
               fmt::format("save is {} but a grid of {} steps has {} times; save must be 0 or from 2 to {}",
                           saves(), steps(), steps() + 1, steps() + 1));
  if (saves_at_given_times() && from() != until()) {
    for (const double t : saved_times()) {
      const std::int64_t k = std::min(std::max<std::int64_t>(nearest(t), 0), steps());
      if (std::abs(time(k) - t) > same_time)
        plan.fault(
            "save_at",
            fmt::format("save_at has {}, where no step ends: the nearest grid time is {:.6g}", t, time(k)),
            "take steps that end there, with `steps` or `times`, or an integrator with dense output "
            "(integrator/dopri5)");
    }
  }
  if (plan.clean()) Integrator::plan(plan);
}

Integrator::Path Stepped::walk(const Tensor& start, const std::vector<double>& saved,
                               std::int64_t evaluations, const Next& next, const Watch& watch) const {
  std::vector<std::int64_t> kept;
  for (const double t : saved) kept.push_back(nearest(t));
  Tensor x = start;
  // At how many points of the grid each row was a number: asked of the device once, at the end.
  Tensor finite = at::zeros({x.size(0)}, x.options().dtype(at::kLong));
  Path path;
  for (std::int64_t k = 0; k <= steps(); ++k) {
    finite += at::isfinite(x).flatten(1).all(1);
    while (path.saved.size() < kept.size() && kept[path.saved.size()] == k) path.saved.push_back(x);
    if (k == steps()) break;
    x = next(x, k);
    watch(k + 1, steps());
  }
  path.end = x;
  path.nfe = at::scalar_tensor(steps() * evaluations, at::kLong);
  const auto numbers = x.size(0) > 0 ? finite.min().item<std::int64_t>() : steps() + 1;
  if (numbers <= steps() && numbers > 0) path.lost_after = time(numbers - 1);
  return path;
}

}  // namespace weir

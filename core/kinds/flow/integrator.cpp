// core/kinds/flow/integrator.cpp -- the loop over steps that all fixed-step integrators share.
#include <weir/kinds/flow/integrator.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include <weir/kinds/flow/source.hpp>

namespace weir {
namespace {

// Points with a coordinate that is not finite.
std::int64_t n_lost(const Tensor& x) {
  return x.size(0) - at::isfinite(x).flatten(1).all(1).sum().item<std::int64_t>();
}

using Step = std::function<Tensor(const Tensor& x, std::int64_t k)>;

// The step, from 1, after which a point is first lost; 0 if one is at the start. The steps are gone again: to look after each one in
// the first place would make a device wait for the host.
std::int64_t first_lost(Tensor x, const Step& step, std::int64_t steps, const Run& run) {
  for (std::int64_t k = 0; k < steps; ++k) {
    if (n_lost(x) > 0) return k;
    if (run.stop_requested()) throw Stopped();
    x = step(x, k);
  }
  return steps;
}

}  // namespace

Integrator::~Integrator() = default;

void Integrator::plan(Plan& plan) {
  const Shape& start = start_.shape();
  if (start.size() < 2) {
    plan.fault("start", "an integrator's start needs points [n, ...]; this tensor has no item axis");
    return;
  }
  const Shape item(start.begin() + 1, start.end());
  field_->plan_for(item, plan);
  if (!plan.clean()) return;
  if (save_() == 1 || save_() > steps_() + 1) {
    plan.fault("save",
               fmt::format("save is {} but a grid of {} steps has {} times; save must be 0 or from 2 to {}",
                           save_(), steps_(), steps_() + 1, steps_() + 1));
    return;
  }
  end_.plan(start, dims_of("pair", item));
  nfe_.plan({}, {});
  if (save_() > 0) {
    Shape saved{save_()};
    saved.insert(saved.end(), start.begin(), start.end());
    std::vector<std::string> dims = dims_of("pair", item);
    dims.insert(dims.begin(), "time");
    trajectory_.plan(saved, std::move(dims));
    time_.plan({save_()}, {"time"});
  }
}

void Integrator::run(Run& run) {
  const Tensor start = start_().to(options());
  const std::int64_t n = start.size(0), steps = steps_(), saves = save_();
  const Shape item(start.sizes().begin() + 1, start.sizes().end());
  Rng rng = this->rng().at("init");
  const Params params = field_->init(item, rng);
  std::vector<std::int64_t> kept;  // grid index of each saved time
  for (std::int64_t i = 0; i < saves; ++i)
    kept.push_back(std::llround(double(i) * double(steps) / double(saves - 1)));

  std::vector<Tensor> ends, trajectories;
  std::int64_t lost = 0, lost_at = steps;
  const std::int64_t chunks = (n + chunk_() - 1) / chunk_();
  for (std::int64_t c = 0; c < chunks; ++c) {
    const Tensor from = start.narrow(0, c * chunk_(), std::min(chunk_(), n - c * chunk_()));
    Tensor x = from;
    const Velocity v = [&](const Tensor& at, double t) {
      return field_->velocity(params, at, at::full({at.size(0)}, t, at.options()));
    };
    const Step next = [&](const Tensor& at, std::int64_t k) {
      return step(v, at, double(k) / double(steps), 1.0 / double(steps));
    };
    std::vector<Tensor> saved;
    for (std::int64_t k = 0; k <= steps; ++k) {
      if (std::ranges::find(kept, k) != kept.end()) saved.push_back(x);
      if (k == steps) break;
      if (run.stop_requested()) throw Stopped();
      x = next(x, k);
      run.progress(c * steps + k + 1, chunks * steps, {});
    }
    if (const std::int64_t here = n_lost(x); here > 0) {
      lost += here;
      lost_at = std::min(lost_at, first_lost(from, next, lost_at, run));
    }
    ends.push_back(x);
    if (saves > 0) trajectories.push_back(at::stack(saved));
  }
  if (lost > 0)
    run.warn(fmt::format(
        "{} of {} points end as NaN or infinity, {}", lost, n,
        lost_at == 0 ? "and the start holds some already"
                     : fmt::format("the first from step {} of {} on, which begins at t = {:.6g}: take more "
                                   "steps, or see what the field is there",
                                   lost_at, steps, double(lost_at - 1) / double(steps))));
  end_.set(at::cat(ends));
  nfe_.set(at::scalar_tensor(steps * evaluations(), at::kLong));
  if (saves > 0) {
    trajectory_.set(at::cat(trajectories, 1));
    std::vector<double> times;
    for (const std::int64_t k : kept) times.push_back(double(k) / double(steps));
    time_.set(at::tensor(times, at::kDouble));
  }
}

}  // namespace weir

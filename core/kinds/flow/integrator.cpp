// core/kinds/flow/integrator.cpp -- the loop over steps that all fixed-step integrators share.
#include <weir/kinds/flow/integrator.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/flow/source.hpp>

namespace weir {

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
  const std::int64_t chunks = (n + chunk_() - 1) / chunk_();
  for (std::int64_t c = 0; c < chunks; ++c) {
    Tensor x = start.narrow(0, c * chunk_(), std::min(chunk_(), n - c * chunk_()));
    const Velocity v = [&](const Tensor& at, double t) {
      return field_->velocity(params, at, at::full({at.size(0)}, t, at.options()));
    };
    std::vector<Tensor> saved;
    for (std::int64_t k = 0; k <= steps; ++k) {
      if (std::ranges::find(kept, k) != kept.end()) saved.push_back(x);
      if (k == steps) break;
      if (run.stop_requested()) throw Stopped();
      x = step(v, x, double(k) / double(steps), 1.0 / double(steps));
      run.progress(c * steps + k + 1, chunks * steps, {});
    }
    ends.push_back(x);
    if (saves > 0) trajectories.push_back(at::stack(saved));
  }
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

// plugins/metric/straightness.cpp -- how straight a flow's paths are, and what they cost.
//
//   S  = E int_0^1 | (Z_1 - Z_0) - v(Z_t, t) |^2 dt          zero if and only if every path is a line at constant speed
//   PE = E int_0^1 | v(Z_t, t) |^2 dt                        path energy;   S = PE - E |Z_1 - Z_0|^2
//
//   and how fast the velocity changes along them, which is what the error of Euler's method in T steps is bounded by
//
//   gamma_1 = int_0^1 E | d/dt v(Z_t, t) |^2 dt
//   gamma_2 = max over i of the mean of E | d/dt v(Z_t, t) |^2 over ((i - 1) / T, i / T), T = `intervals`
//
//   Midpoint rule, h = 1/steps:  v_k = v(Z_k + h/2 v(Z_k, t_k), t_k + h/2),  Z_(k+1) = Z_k + h v_k,  int = h sum_k. The identity
//   between S, PE and the displacement then holds for the discrete path too, to round-off. d/dt v at t_k is (v_k - v_(k-1)) / h, at the
//   ends that of the neighbour, and its square is integrated by the trapezoidal rule: gamma_1 <= gamma_2 <= T gamma_1 holds exactly.
//
//   npe = | PE - W | / W,  W a squared 2-Wasserstein distance of the two ends' laws that is given: 0 of the optimal transport's flow
//
// Source   Liu, Gong, Liu, arXiv 2209.03003, eq. 7 (S); Tong et al., arXiv 2302.00482 (PE, normalised in table 2); identity: Pooladian et al., 2304.14772;
//          Bansal et al., arXiv 2410.14949 (gamma_1 and gamma_2: S may vanish while the velocity oscillates without bound).
// Oracle   lines, contractions, flows between normal laws and waves in closed form, with order 2 measured; S = PE - displacement and
//          gamma_1 <= gamma_2 <= T gamma_1 to round-off; straight fields and rotations by hand, npe too
// Peers    torchcfm runner squared_L2 (path energy alone; npe is in its paper, not in its code); rectified-flow none
// Shapes   start [n, item...]; straightness, path_energy, displacement, gamma_1, gamma_2, npe are numbers, each with _se over the points and
//          _n; w2_squared a number
// Limits   error of order h^2. The error of gamma_2 is that of the interval that was the largest. That of npe is PE's: W is taken as exact,
//          and metric/w2's, of two samples, is not: it lies above that of their laws, metric/frechet's of normal laws close to it.
#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

#include "estimate.hpp"

namespace {

using weir::Estimate;
using weir::Tensor;

// int over each of equal intervals of | dv/dt |^2, from velocities at the middle of equal steps, handed on one after another.
class Acceleration {
 public:
  Acceleration(std::int64_t points, std::int64_t steps, std::int64_t intervals,
               const at::TensorOptions& options)
      : each_(steps / intervals),
        h_(1.0 / static_cast<double>(steps)),
        integrals_(at::zeros({points, intervals}, options.dtype(at::kDouble))) {}

  // v_k, k = 0, 1, ..., steps - 1.
  void add(const Tensor& velocity) {
    if (before_.defined()) {
      square_ = ((velocity - before_) / h_).flatten(1).to(at::kDouble).square().sum(1);
      if (k_ == 1) add_at(0);
      add_at(k_);
    }
    before_ = velocity;
    ++k_;
  }
  // [point, interval]: the mean over each interval.
  Tensor means() {
    add_at(k_);  // t = 1
    return integrals_ * static_cast<double>(integrals_.size(1));
  }

 private:
  // The last square at t_k, half of it to either side.
  void add_at(std::int64_t k) {
    if (k > 0) integrals_.select(1, (k - 1) / each_).add_(square_, h_ / 2);
    if (k < each_ * integrals_.size(1)) integrals_.select(1, k / each_).add_(square_, h_ / 2);
  }

  std::int64_t each_, k_ = 0;
  double h_;
  Tensor integrals_, before_, square_;
};

class Straightness final : public weir::Metric {
  weir::Port<weir::Field> field_{this, "field", "velocity field to follow"};
  weir::Port<Tensor> start_{this, "start", "points at t = 0"};
  weir::Ports<Tensor> context_{
      this, "context", "what the field is told beside x and t, one row for each point: {label: pairs.label}"};
  weir::Port<Tensor> w2_squared_{this, "w2_squared", weir::optional,
                                 "W of npe, which is there only with it: metric/w2's w2_squared between the "
                                 "laws of both ends"};
  weir::Param<std::int64_t> steps_{this, "steps", 100, weir::at_least(1), "number of equal steps"};
  weir::Param<std::int64_t> intervals_{
      this, "intervals", weir::absent, weir::at_least(1),
      "T, equal intervals of (0, 1), which divides steps: gamma_1 and gamma_2 are there only with it"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 1024, weir::at_least(1), "points followed together"};
  Estimate straightness_{this, "straightness",
                         "mean squared deviation of the velocity from the path's own chord"};
  Estimate energy_{this, "path_energy", "mean squared speed"};
  Estimate displacement_{this, "displacement", "mean squared distance between start and end"};
  Estimate gamma_1_{this, "gamma_1", "mean square of the velocity's derivative along the path"};
  Estimate gamma_2_{this, "gamma_2",
                    "the same over the interval of time where it is largest, a mean over the interval"};
  Estimate npe_{this, "npe",
                "normalised path energy: how far path_energy is from w2_squared, as a share of that"};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape& start = start_.shape();
    if (start.size() < 2 || (start.front() >= 0 && start.front() < 2)) {
      return plan.fault("start", "straightness needs at least 2 points [n, item...]");
    }
    if (intervals_.given() && (steps_() % intervals_() != 0 || steps_() < 2)) {
      return plan.fault("intervals",
                        fmt::format("{} intervals do not divide {} steps, of which at least 2 are needed",
                                    intervals_(), steps_()),
                        fmt::format("write, for example, steps: {}", 20 * intervals_()));
    }
    field_->plan_for(weir::domain_of(start, context_, plan), plan);
    straightness_.plan();
    energy_.plan();
    displacement_.plan();
    if (w2_squared_.bound()) {
      if (!w2_squared_.shape().empty())
        return plan.fault("w2_squared",
                          fmt::format("W is one number, this is [{}]", fmt::join(w2_squared_.shape(), ", ")));
      npe_.plan();
    }
    if (!intervals_.given()) return;
    gamma_1_.plan();
    gamma_2_.plan();
  }

  void run(weir::Run& run) override {
    const at::NoGradGuard no_grad;
    const Tensor start = start_().to(options());
    const weir::Context context = weir::context_of(context_, options());
    weir::Rng rng = this->rng().at("init");
    const weir::Params params = field_->init(weir::domain_of(start, context), rng);
    const std::int64_t n = start.size(0);
    const double h = 1.0 / static_cast<double>(steps_());
    const auto energy_of = [](const Tensor& x) {
      return x.reshape({x.size(0), -1}).to(at::kDouble).square().sum(1);
    };
    std::vector<Tensor> straightness, energy, displacement, accelerations;
    for (std::int64_t first = 0; first < n; first += chunk_()) {
      const Tensor z0 = start.narrow(0, first, std::min(chunk_(), n - first));
      const weir::Context told = weir::rows_of(context, first, z0.size(0));
      const auto v = [&](const Tensor& x, double t) {
        return field_->velocity(params, x, at::full({x.size(0)}, t, x.options()), told);
      };
      // Twice along the same path: the chord is known only at its end, and no velocity needs to be kept.
      Tensor chord, deviation = at::zeros({z0.size(0)}, z0.options().dtype(at::kDouble)),
                    spent = at::zeros_like(deviation);
      std::optional<Acceleration> acceleration;
      if (intervals_.given()) acceleration.emplace(z0.size(0), steps_(), intervals_(), z0.options());
      for (const bool again : {false, true}) {
        Tensor z = z0;
        for (std::int64_t k = 0; k < steps_(); ++k) {
          if (run.stop_requested()) throw weir::Stopped();
          const double t = static_cast<double>(k) * h;
          const Tensor speed = v(z + h / 2 * v(z, t), t + h / 2);
          if (again) deviation.add_(energy_of(chord - speed), h);
          if (again) spent.add_(energy_of(speed), h);
          if (again && acceleration) acceleration->add(speed);
          z = z + h * speed;
        }
        chord = z - z0;
      }
      straightness.push_back(deviation);
      energy.push_back(spent);
      displacement.push_back(energy_of(chord));
      if (acceleration) accelerations.push_back(acceleration->means());
      run.progress(first + z0.size(0), n, {});
    }
    straightness_.set(at::cat(straightness));
    energy_.set(at::cat(energy));
    displacement_.set(at::cat(displacement));
    if (w2_squared_.bound()) give_npe(at::cat(energy));
    if (accelerations.empty()) return;
    const Tensor by_interval = at::cat(accelerations);  // [point, interval]
    gamma_1_.set(by_interval.mean(1));
    gamma_2_.set(by_interval.select(1, by_interval.mean(0).argmax().item<std::int64_t>()));
  }

 private:
  void give_npe(const Tensor& energy) {
    const auto distance = w2_squared_().item<double>();
    if (!(distance > 0))
      throw std::runtime_error(fmt::format(
          "npe is a share of w2_squared, which is {}: it must be above 0, and is where the ends' laws differ",
          distance));
    const Tensor excess = energy / distance - 1;  // of each point
    npe_.set(std::abs(excess.mean().item<double>()),
             excess.std().item<double>() / std::sqrt(static_cast<double>(excess.size(0))), excess.size(0));
  }
};

}  // namespace

WEIR_PLUGIN(Straightness, "Straightness and energy of a flow's paths")

// plugins/metric/straightness.cpp -- how straight a flow's paths are, and what they cost.
//
//   S  = E int_0^1 | (Z_1 - Z_0) - v(Z_t, t) |^2 dt          zero if and only if every path is a line at constant speed
//   PE = E int_0^1 | v(Z_t, t) |^2 dt                        path energy;   S = PE - E |Z_1 - Z_0|^2
//
//   Midpoint rule, h = 1/steps:  v_k = v(Z_k + h/2 v(Z_k, t_k), t_k + h/2),  Z_(k+1) = Z_k + h v_k,  int = h sum_k. The identity
//   between S, PE and the displacement then holds for the discrete path too, to round-off.
//
// Source   Liu, Gong, Liu, arXiv 2209.03003, eq. 7 (S); Tong et al., arXiv 2302.00482 (PE); identity: Pooladian et al., 2304.14772.
// Shapes   start [n, item...]; straightness, path_energy, displacement are numbers, each with _se over the points and _n
// Limits   error of order h^2
#include <cmath>

#include <ATen/core/grad_mode.h>

#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

struct Estimate {
  Estimate(weir::Node* node, const std::string& name, const std::string& what)
      : mean(node, name, "1", what),
        se(node, name + "_se", "1", "standard error of " + name),
        n(node, name + "_n", "1", "number of points", "int64") {}

  void plan() {
    mean.plan({}, {});
    se.plan({}, {});
    n.plan({}, {});
  }
  void set(const Tensor& values) {
    mean.set(values.mean());
    se.set(values.std() / std::sqrt(static_cast<double>(values.size(0))));
    n.set(at::scalar_tensor(values.size(0), at::kLong));
  }

  weir::Output<Tensor> mean, se, n;
};

class Straightness final : public weir::Metric {
  weir::Port<weir::Field> field_{this, "field", "velocity field to follow"};
  weir::Port<Tensor> start_{this, "start", "points at t = 0"};
  weir::Ports<Tensor> context_{
      this, "context", "what the field is told beside x and t, one row for each point: {label: pairs.label}"};
  weir::Param<std::int64_t> steps_{this, "steps", 100, weir::at_least(1), "number of equal steps"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 1024, weir::at_least(1), "points followed together"};
  Estimate straightness_{this, "straightness",
                         "mean squared deviation of the velocity from the path's own chord"};
  Estimate energy_{this, "path_energy", "mean squared speed"};
  Estimate displacement_{this, "displacement", "mean squared distance between start and end"};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape& start = start_.shape();
    if (start.size() < 2 || (start.front() >= 0 && start.front() < 2)) {
      return plan.fault("start", "straightness needs at least 2 points [n, item...]");
    }
    field_->plan_for(weir::domain_of(start, context_, plan), plan);
    straightness_.plan();
    energy_.plan();
    displacement_.plan();
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
    std::vector<Tensor> straightness, energy, displacement;
    for (std::int64_t first = 0; first < n; first += chunk_()) {
      const Tensor z0 = start.narrow(0, first, std::min(chunk_(), n - first));
      const weir::Context told = weir::rows_of(context, first, z0.size(0));
      const auto v = [&](const Tensor& x, double t) {
        return field_->velocity(params, x, at::full({x.size(0)}, t, x.options()), told);
      };
      // Twice along the same path: the chord is known only at its end, and no velocity needs to be kept.
      Tensor chord, deviation = at::zeros({z0.size(0)}, z0.options().dtype(at::kDouble)),
                    spent = at::zeros_like(deviation);
      for (const bool again : {false, true}) {
        Tensor z = z0;
        for (std::int64_t k = 0; k < steps_(); ++k) {
          if (run.stop_requested()) throw weir::Stopped();
          const double t = static_cast<double>(k) * h;
          const Tensor speed = v(z + h / 2 * v(z, t), t + h / 2);
          if (again) deviation.add_(energy_of(chord - speed), h);
          if (again) spent.add_(energy_of(speed), h);
          z = z + h * speed;
        }
        chord = z - z0;
      }
      straightness.push_back(deviation);
      energy.push_back(spent);
      displacement.push_back(energy_of(chord));
      run.progress(first + z0.size(0), n, {});
    }
    straightness_.set(at::cat(straightness));
    energy_.set(at::cat(energy));
    displacement_.set(at::cat(displacement));
  }
};

}  // namespace

WEIR_PLUGIN(Straightness, "Straightness and energy of a flow's paths")

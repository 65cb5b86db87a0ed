// plugins/metric/path_energy.cpp -- how fast and how smoothly the paths of pairs run.
//
//   x_k = x_t at t = k h, h = 1 / steps, without noise;     means over the pairs
//
//   energy        sum_k E | x_(k+1) - x_k |^2 / h                            -> int E |x'|^2 dt
//   acceleration  sum_k E | x_(k+1) - 2 x_k + x_(k-1) |^2 / h^3              -> int E |x''|^2 dt of smooth paths; of paths with kinks it
//                                                                               grows as 1 / h
//   kink          largest root of E | x_(k+1) - 2 x_k + x_(k-1) |^2 / h^2    -> 0 of smooth paths, the largest jump of x' of others
//
// Source   Benamou, Brenier, Numer. Math. 84 (2000) 375-393 (energy); the energy of bending that splines make least: de Boor, A practical
//          guide to splines, 1978, chapter V.
// Oracle   speeds of straight pieces by hand; the energy of a natural spline in closed form, within 0.5 %.
// Peers    torchcfm squared_L2 (runner; the energy alone, of a flow)
// Shapes   outputs are numbers
// Limits   of these pairs, without an error: their paths may depend on each other. Steps that are no multiple of the pieces see less of a kink.
//          The path is asked in float64, also in a run in float32: one with parameters has to take points of another dtype than theirs.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class PathEnergy final : public weir::Metric {
  weir::Port<weir::Coupling> coupling_{this, "coupling", "pairs whose paths are measured"};
  weir::Port<weir::Interpolant> interpolant_{this, "interpolant", weir::by_default("linear"),
                                             "path between the points of a pair, without its noise"};
  weir::Param<std::int64_t> steps_{this, "steps", 128, weir::at_least(2), "equal steps of time"};
  weir::Param<std::int64_t> pairs_{this, "pairs", 1024, weir::at_least(1),
                                   "pairs to draw, where they are not fixed"};
  weir::Output<Tensor> energy_{this, "energy", "1", "mean squared speed", "float64"};
  weir::Output<Tensor> acceleration_{this, "acceleration", "1", "mean squared acceleration", "float64"};
  weir::Output<Tensor> kink_{this, "kink", "1",
                             "root mean square change of the velocity from one step to the next, where it is "
                             "largest",
                             "float64"};

 public:
  void plan(weir::Plan& plan) override {
    weir::plan_path(plan, *interpolant_, *coupling_);
    for (auto* output : {&energy_, &acceleration_, &kink_}) output->plan({}, {});
  }

  void run(weir::Run& run) override {
    weir::Rng rng = this->rng().at("pairs");
    weir::Batch pairs = coupling_->size() ? coupling_->all() : coupling_->draw(pairs_(), rng);
    // Round-off of a place counts steps^4 times in the acceleration.
    for (Tensor& points : pairs.points) points = points.to(at::kDouble);
    const Tensor& x0 = pairs.x0();
    const Tensor none = at::zeros_like(x0);
    const double h = 1 / static_cast<double>(steps_());
    double energy = 0, acceleration = 0, kink = 0;
    Tensor before, step_before;
    for (std::int64_t k = 0; k <= steps_(); ++k) {
      if (run.stop_requested()) throw weir::Stopped();
      const double now = static_cast<double>(k) / static_cast<double>(steps_());
      const Tensor x = interpolant_->at(pairs, at::full({x0.size(0)}, now, x0.options()), none).xt;
      if (!at::isfinite(x).all().item<bool>())
        throw std::runtime_error(
            fmt::format("points of the path at time {} are not finite: it has no energy", now));
      if (before.defined()) {
        const Tensor step = x - before;
        energy += mean_square(x, before) / h;
        if (step_before.defined()) {
          const double bend = mean_square(step, step_before);
          acceleration += bend / (h * h * h);
          kink = std::max(kink, std::sqrt(bend) / h);
        }
        step_before = step;
      }
      before = x;
      run.progress(k, steps_(), {});
    }
    const auto number = [](double value) { return at::scalar_tensor(value, at::kDouble); };
    energy_.set(number(energy));
    acceleration_.set(number(acceleration));
    kink_.set(number(kink));
  }

 private:
  static double mean_square(const Tensor& x, const Tensor& y) {
    return weir::paired_squared_distances(x, y).mean().item<double>();
  }
};

}  // namespace

WEIR_PLUGIN(PathEnergy, "Speed, acceleration and kinks of the paths of pairs")

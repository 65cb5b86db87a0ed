// plugins/metric/path.cpp -- where pairs are on their path at one time, and how fast.
//
//   points_i = x_t of pair i    velocity_i = u_t    speed = (1/n) sum_i | u_t of pair i |^2
//
// Of a path with noise z ~ N(0, I) is drawn for each pair. The law of x_t is judged as any points are, by metric/w1 or metric/mode_mass, and
// two paths of the same pairs by metric/distance.
//
// Source   Albergo, Boffi, Vanden-Eijnden, arXiv 2303.08797: the stochastic interpolant of a coupling.
// Oracle   two pairs by hand.
// Peers    torchcfm ConditionalFlowMatcher.sample_location_and_conditional_flow; flow_matching ProbPath.sample: of a batch, not recorded
// Shapes   points, velocity [pair, item...]; speed a number
// Limits   fixed pairs, of as many points as the path takes
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Path final : public weir::Metric {
  weir::Port<weir::Coupling> coupling_{this, "coupling", "fixed pairs"};
  weir::Port<weir::Interpolant> interpolant_{this, "interpolant", weir::by_default("linear"),
                                             "path between the points of a pair"};
  weir::Param<double> at_{this, "at", 0.5, weir::between(0, 1), "time t"};
  weir::Output<Tensor> points_{this, "points", "1", "x_t of each pair"};
  weir::Output<Tensor> velocity_{this, "velocity", "1", "u_t of each pair"};
  weir::Output<Tensor> speed_{this, "speed", "1", "mean square of the velocity"};
  weir::Output<Tensor> speed_se_{this, "speed_se", "1",
                                 "standard error of speed over the pairs; NaN for a single one"};
  weir::Output<Tensor> speed_n_{this, "speed_n", "1", "number of pairs", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    const auto n = coupling_->size();
    if (!n)
      return plan.fault(
          "coupling",
          fmt::format("a path is followed for fixed pairs; coupling '{}' draws new ones each time",
                      coupling_->path()),
          *coupling_, "draw", "its pairs are said here to be drawn fresh");
    weir::plan_path(plan, *interpolant_, *coupling_);
    for (auto* output : {&points_, &velocity_})
      output->plan(weir::rows_of(*n, coupling_->shape()), weir::dims_of("pair", coupling_->shape()));
    for (auto* output : {&speed_, &speed_se_, &speed_n_}) output->plan({}, {});
  }

  void run(weir::Run&) override {
    const weir::Batch pairs = coupling_->all();
    const Tensor t = at::full({pairs.size()}, at_(), pairs.x0().options());
    weir::Rng noise = rng().at("noise");
    const weir::Interpolant::Point point = interpolant_->at(pairs, t, noise.normal(pairs.x0().sizes()));
    points_.set(point.xt);
    velocity_.set(point.ut);
    const Tensor squares = point.ut.flatten(1).square().sum(1, false, at::kDouble);
    speed_.set(squares.mean());
    speed_se_.set(squares.std() / std::sqrt(static_cast<double>(pairs.size())));
    speed_n_.set(at::scalar_tensor(pairs.size(), at::kLong));
  }
};

}  // namespace

WEIR_PLUGIN(Path, "Points and velocities of pairs on their path at one time")

// plugins/metric/marginals.cpp -- how far a moving law is from snapshots of it, each at its time.
//
//   w1_k = min over plans of (1/n) sum_i | x_i - y_p(i) |        w2_k^2 = min over plans of (1/n) sum_i | x_i - y_p(i) |^2
//
//   x    points of the law at time t_k: x_t of a coupling along an interpolant, or a flow's at its saved times (flow.trajectory)
//   y    the snapshot at t_k.   Of n and m points each is taken so often that both are their least common multiple: the plan stays exact
//
// Source   Villani, Optimal Transport, 2009, definition 6.1. Snapshots that were left out of a curve judge it: arXiv 2405.19679.
// Oracle   distances of points in order on a line, by hand; a curve that is known, asked within its part of the times.
// Peers    none: POT ot.emd2 at each time, by hand
// Shapes   points [snapshot, point, item...]; w1, w2 [snapshot]; mean_w1, mean_w2 are numbers
// Limits   distances of the samples, which are positive for equal laws too: compare with that of two samples. At most 4096 points in common.
//          A curve that is of part of the times says so (TimeSpan), and is asked where they are in it; coupling/given of its points does not.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/marginals.hpp>
#include <weir/kinds/facets/time_span.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/numeric/assignment.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr std::int64_t most_points = 4096;

class MarginalDistances final : public weir::Metric {
  weir::Port<weir::Source> snapshots_{this, "snapshots", weir::mandatory.needing<weir::Marginals>(),
                                      "what to compare with, and at which times"};
  weir::Port<weir::Coupling> coupling_{this, "coupling", weir::optional,
                                       "whose points along the interpolant are compared"};
  weir::Port<weir::Interpolant> interpolant_{this, "interpolant", weir::by_default("linear"),
                                             "path between the points of the coupling, without its noise"};
  weir::Port<Tensor> points_{this, "points", weir::optional,
                             "instead: points at each of the times, as a flow's trajectory with save_at"};
  weir::Param<std::int64_t> pairs_{this, "pairs", 1024, weir::between(1, most_points),
                                   "pairs to draw, where they are not fixed"};
  weir::Output<Tensor> w1_{this, "w1", "1", "1-Wasserstein distance from each snapshot", "float64"};
  weir::Output<Tensor> w2_{this, "w2", "1", "2-Wasserstein distance from each snapshot", "float64"};
  weir::Output<Tensor> mean_w1_{this, "mean_w1", "1", "mean of w1 over the snapshots", "float64"};
  weir::Output<Tensor> mean_w2_{this, "mean_w2", "1", "mean of w2 over the snapshots", "float64"};

 public:
  void plan(weir::Plan& plan) override {
    known_ = *weir::facet<weir::Marginals>(*snapshots_);
    const auto count = static_cast<std::int64_t>(known_.times.size());
    if (points_.bound() == coupling_.bound())
      return plan.fault("", "a moving law is that of a coupling along an interpolant, or of given points",
                        "write coupling: and interpolant:, or points: flow.trajectory");
    if (points_.bound()) {
      const weir::Shape& shape = points_.shape();
      if (shape.size() < 2 || shape.front() != count ||
          weir::Shape(shape.begin() + 2, shape.end()) != snapshots_->shape())
        return plan.fault("points",
                          fmt::format("each of the {} snapshots of [{}] needs points to compare with, "
                                      "[{}, point, {}], and these are [{}]",
                                      count, fmt::join(snapshots_->shape(), ", "), count,
                                      fmt::join(snapshots_->shape(), ", "), fmt::join(shape, ", ")),
                          "save a flow at the times of the snapshots");
    } else {
      if (coupling_->shape() != snapshots_->shape())
        return plan.fault("coupling", fmt::format("its points are [{}], and those of the snapshots [{}]",
                                                  fmt::join(coupling_->shape(), ", "),
                                                  fmt::join(snapshots_->shape(), ", ")));
      weir::plan_path(plan, *interpolant_, *coupling_);
      plan_span(plan);
    }
    const std::int64_t n = points_.bound() ? points_.shape()[1] : coupling_->size().value_or(pairs_());
    for (const std::int64_t size : known_.sizes)
      if (n > 0 && std::lcm(n, size) > most_points)
        return plan.fault(
            "snapshots",
            fmt::format("{} points and a snapshot of {} have more than {} in common", n, size, most_points),
            "take as many points as the snapshots have, or a multiple");
    for (auto* output : {&w1_, &w2_}) output->plan({count}, {"snapshot"});
    for (auto* output : {&mean_w1_, &mean_w2_}) output->plan({}, {});
  }

  void run(weir::Run& run) override {
    const auto count = static_cast<std::int64_t>(known_.times.size());
    weir::Batch pairs;
    if (!points_.bound()) {
      weir::Rng rng = this->rng().at("pairs");
      pairs = coupling_->size() ? coupling_->all() : coupling_->draw(pairs_(), rng);
    }
    const Tensor w1 = at::empty({count}, at::kDouble), w2 = at::empty_like(w1);
    const auto stop_if_asked = [&](std::int64_t, std::int64_t) {
      if (run.stop_requested()) throw weir::Stopped();
    };
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t first = known_.first(std::size_t(k)), size = known_.sizes[std::size_t(k)];
      const Tensor y = snapshots_->items(at::arange(first, first + size, options().dtype(at::kLong)));
      const Tensor x = points_.bound() ? points_()[k] : along(pairs, known_.times[std::size_t(k)]);
      if (!at::isfinite(x).all().item<bool>())
        throw std::runtime_error(fmt::format("points at time {} are not finite: they have no distance",
                                             known_.times[std::size_t(k)]));
      const std::int64_t common = std::lcm(x.size(0), size);
      const auto copies = [&](const Tensor& points) {
        return points.flatten(1).to(at::kDouble).repeat_interleave(common / points.size(0), 0);
      };
      const Tensor squares = weir::SquaredDistances(copies(y)).from(copies(x));
      const auto n = static_cast<double>(common);
      w1[k].fill_(weir::solve(squares.sqrt(), stop_if_asked).cost / n);
      w2[k].fill_(std::sqrt(weir::solve(squares, stop_if_asked).cost / n));
      run.progress(k + 1, count, {});
    }
    w1_.set(w1);
    w2_.set(w2);
    mean_w1_.set(w1.mean());
    mean_w2_.set(w2.mean());
  }

 private:
  // The coupling may begin later and end earlier than the snapshots that it was made of.
  void plan_span(weir::Plan& plan) {
    span_ = weir::facet<weir::TimeSpan>(*coupling_);
    if (!span_) return;
    const auto outside =
        std::ranges::find_if(known_.times, [&](double t) { return t < span_->first || t > span_->last; });
    if (outside != known_.times.end())
      plan.fault("snapshots",
                 fmt::format("the curve of '{}' is of the times {} to {}, and there is a snapshot at {}",
                             coupling_->path(), span_->first, span_->last, *outside),
                 "leave that snapshot out, or write ends: repeat at the coupling");
  }

  Tensor along(const weir::Batch& pairs, double when) const {
    const Tensor& x0 = pairs.x0();
    const double t = span_ ? (when - span_->first) / (span_->last - span_->first) : when;
    return interpolant_->at(pairs, at::full({x0.size(0)}, t, x0.options()), at::zeros_like(x0)).xt;
  }

  weir::Marginals known_;
  std::optional<weir::TimeSpan> span_;
};

}  // namespace

WEIR_PLUGIN(MarginalDistances, "Wasserstein distances of a moving law from snapshots, each at its time")

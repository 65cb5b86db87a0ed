// plugins/coupling/lane_riesenfeld.cpp -- a smooth curve of point sets near or through snapshots, by averaging neighbours again and again.
//
//   A_s(mu, nu) = 1/n sum_i delta((1 - s) x_i + s y_p(i)),   p the permutation of least  sum_i | x_i - y_p(i) |^2
//
//   scheme: b_spline     one refinement of mu_0 .. mu_(L-1):  write each twice, then `degree` times replace the sequence by the averages
//                        A_1/2 of its neighbours.  In a vector space the limit is the uniform B-spline of that degree
//   scheme: four_point   keep mu_i, and between mu_i and mu_(i+1) put  A_1/2(A_(-1/8)(mu_i, mu_(i-1)), A_(-1/8)(mu_(i+1), mu_(i+2))),
//                        which in a vector space is  -1/16 (mu_(i-1) + mu_(i+2)) + 9/16 (mu_i + mu_(i+1))
//
//   Times are averaged as the sets are. Each pair is a chain of points through the refined sets, each set matched to the one before.
//   spacing_r = largest W2(mu_i, mu_(i+1)) after r refinements;  contraction = largest spacing_(r+1) / spacing_r,  1/2 at most of b_spline
//
//   ends: repeat   the first and the last set are written so often more before each refinement that the curve begins and ends with them
//   ends: open     they are not: the curve is of the times span_0 .. span_1 within, which its own times 0 .. 1 stand for (facet TimeSpan)
//
// Source   Banerjee, Lee, Sharon, Moosmueller, arXiv 2405.19679; Lane, Riesenfeld, IEEE Trans. Pattern Anal. 2 (1980) 35-46; Dyn, Levin,
//          Gregory, Comput. Aided Geom. Des. 4 (1987) 257-268 (four points). What the paper does at the ends could not be read.
// Oracle   subdivision of numbers by the mask (1 + z)^(m + 1) / 2^m; the peaks 3/4 and 2/3 of B-splines; cubics, which four points have
//          exactly; the widest W2 by all 5040 pairings; quantiles in sixths, where 3 points meet 2.
// Peers    none
// Shapes   x0, x1 [pair, item...]; points [marginal, pair, item...]; times [marginal]; spacing [refinement]; span [2]
// Limits   fixed by nature: `draw` is not asked for. Sets of n and m points have as many copies of each as make both their least common
//          multiple, at most 4096, which is exact. A_(-1/8) goes on beyond an optimal plan, where it need not be optimal. Needs a path through
//          many points: interpolant/spline, degree: 1 for the straight lines between the refined sets.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/marginals.hpp>
#include <weir/kinds/facets/time_span.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/math/numeric/assignment.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr std::int64_t most_points = 4096;

struct Snapshot {
  double time;
  Tensor points;  // undefined where times alone are asked for
};
using Snapshots = std::vector<Snapshot>;

class LaneRiesenfeld final : public weir::Coupling {
  weir::Port<weir::Source> snapshots_{this, "snapshots", weir::mandatory.needing<weir::Marginals>(),
                                      "points at several times, a finite set"};
  weir::Param<std::string> scheme_{this, "scheme", "b_spline", weir::one_of({"b_spline", "four_point"}),
                                   "b_spline: near the snapshots, smooth; four_point: through them"};
  weir::Param<std::int64_t> degree_{this, "degree", weir::absent, weir::between(1, 5),
                                    "of b_spline: 1 straight lines, 2 quadratic, 3 cubic; 3 if not given"};
  weir::Param<std::int64_t> refinements_{this, "refinements", 4, weir::between(1, 6),
                                         "how often the number of sets is doubled"};
  weir::Param<std::string> ends_{
      this, "ends", "repeat", weir::one_of({"repeat", "open"}),
      "repeat: from the first snapshot to the last; open: from between to between"};
  weir::Output<Tensor> points_{this, "points", "1", "all points of the chains"};
  weir::Output<Tensor> times_{this, "times", "1", "time of each of them", "float64"};
  weir::Output<Tensor> span_{this, "span", "1", "which times of the snapshots the times 0 and 1 are",
                             "float64"};
  weir::Output<Tensor> spacing_{
      this, "spacing", "1", "largest 2-Wasserstein distance of neighbours, before and after each refinement",
      "float64"};
  weir::Output<Tensor> contraction_{this, "contraction", "1",
                                    "largest ratio of a spacing to the one before; 0 if nothing moves",
                                    "float64"};
  weir::Facet<weir::TimeSpan> time_span_{this, [this]() -> std::optional<weir::TimeSpan> {
                                           if (ends_() != "open" || ends_at_.empty()) return std::nullopt;
                                           return weir::TimeSpan{ends_at_[0], ends_at_[1]};
                                         }};

 public:
  void plan(weir::Plan& plan) override {
    known_ = *weir::facet<weir::Marginals>(*snapshots_);
    if (scheme_() == "four_point" && degree_.given())
      plan.fault("degree", "the four-point scheme has no degree", "leave it out, or write scheme: b_spline");
    count_ = 1;
    for (const std::int64_t size : known_.sizes) count_ = std::min(std::lcm(count_, size), most_points + 1);
    if (count_ > most_points)
      plan.fault("snapshots",
                 fmt::format("sets of [{}] points need more than {} copies to be of one size",
                             fmt::join(known_.sizes, ", "), most_points),
                 "draw as many points at each time, or twice as many");
    plan_times(plan);
    if (!plan.clean()) return;
    plan_outputs();
    weir::Shape every = weir::rows_of(count_, shape());
    every.insert(every.begin(), marginals());
    std::vector<std::string> dims = weir::dims_of("pair", shape());
    dims.insert(dims.begin(), "marginal");
    points_.plan(every, dims);
    times_.plan({marginals()}, {"marginal"});
    span_.plan({2}, {"end"});
    spacing_.plan({refinements_() + 1}, {"refinement"});
    contraction_.plan({}, {});
  }

  void run(weir::Run& run) override {
    Snapshots curve;
    for (std::size_t k = 0; k < known_.times.size(); ++k) {
      const std::int64_t first = known_.first(k), size = known_.sizes[k];
      const Tensor items = snapshots_->items(at::arange(first, first + size, options().dtype(at::kLong)));
      curve.push_back({known_.times[k], items.repeat_interleave(count_ / size, 0)});
    }
    Tensor spacing = at::zeros({refinements_() + 1}, at::kDouble);
    const auto stop_if_asked = [&](std::int64_t, std::int64_t) {
      if (run.stop_requested()) throw weir::Stopped();
    };
    for (std::int64_t r = 0;; ++r) {
      link(curve, spacing[r], stop_if_asked);
      run.progress(r, refinements_(), {});
      if (r == refinements_()) break;
      curve = refined(std::move(curve), stop_if_asked);
    }
    weir::Batch batch = batch_of({curve.front().points, {}, {}}, {curve.back().points, {}, {}});
    batch.points.clear();
    for (const Snapshot& set : curve) batch.points.push_back(set.points);
    batch.times = at::tensor(when_, at::kDouble);
    const auto device = options().device();
    times_.set(batch.times.to(device));
    points_.set(at::stack(batch.points));
    keep(std::move(batch));
    span_.set(at::tensor(ends_at_, at::kDouble).to(device));
    spacing_.set(spacing.to(device));
    const Tensor before = spacing.slice(0, 0, -1);
    contraction_.set(at::where(before > 0, spacing.slice(0, 1) / before, 0).max().to(device));
  }

  weir::Shape shape() const override { return snapshots_->shape(); }
  std::optional<std::int64_t> size() const override { return count_; }
  std::int64_t marginals() const override { return static_cast<std::int64_t>(when_.size()); }

 protected:
  weir::Batch pair(std::int64_t, weir::Rng&) const override {
    return all();
  }  // never asked: run makes the pairs

 private:
  std::int64_t degree() const { return degree_.given() ? degree_() : 3; }

  // The times of the refined sets, which say how many there are.
  void plan_times(weir::Plan& plan) {
    const bool open = ends_() == "open";
    const auto given = static_cast<std::int64_t>(known_.times.size());
    const std::int64_t least = !open                     ? 2
                               : scheme_() == "b_spline" ? std::max<std::int64_t>(2, degree() + 1)
                                                         : 6;  // 2 L - 5 sets are more than L
    if (given < least)
      return plan.fault("snapshots",
                        fmt::format("this curve needs at least {} snapshots, and there are {}", least, given),
                        open ? "write ends: repeat" : "");
    if (!open && (known_.times.front() != 0 || known_.times.back() != 1))
      return plan.fault("snapshots", fmt::format("times go from 0 to 1, and those of '{}' are [{}]",
                                                 snapshots_->path(), fmt::join(known_.times, ", ")));
    Snapshots curve;
    for (const double t : known_.times) curve.push_back({t, {}});
    for (std::int64_t r = 0; r < refinements_(); ++r) curve = refined(std::move(curve), {});
    ends_at_ = {curve.front().time, curve.back().time};
    when_.clear();
    for (const Snapshot& set : curve) when_.push_back((set.time - ends_at_[0]) / (ends_at_[1] - ends_at_[0]));
    if (std::ranges::adjacent_find(when_, std::greater_equal<>()) != when_.end())
      plan.fault(
          "snapshots",
          fmt::format("the times [{}] are too uneven for the four-point scheme: averaged, they do not ascend",
                      fmt::join(known_.times, ", ")),
          "write scheme: b_spline");
  }

  Snapshots refined(Snapshots sets, const weir::AssignmentProgress& stop) const {
    const bool spline = scheme_() == "b_spline";
    if (ends_() == "repeat") {
      const auto more = static_cast<std::size_t>(spline ? degree() / 2 : 1);
      const Snapshot first = sets.front(), last = sets.back();
      sets.insert(sets.begin(), more, first);
      sets.insert(sets.end(), more, last);
    }
    Snapshots next = spline ? splined(sets, stop) : between_four(sets, stop);
    if (spline && ends_() == "repeat" && degree() % 2 == 0) {  // there the ends come twice
      next.erase(next.begin());
      next.pop_back();
    }
    return next;
  }

  Snapshots splined(const Snapshots& sets, const weir::AssignmentProgress& stop) const {
    // Of each set written twice the averages of neighbours are the sets, and those between them.
    Snapshots next = {sets.front()};
    for (std::size_t i = 1; i < sets.size(); ++i) {
      next.push_back(average(sets[i - 1], sets[i], 0.5, stop));
      next.push_back(sets[i]);
    }
    for (std::int64_t round = 1; round < degree(); ++round) {
      for (std::size_t i = 0; i + 1 < next.size(); ++i) next[i] = average(next[i], next[i + 1], 0.5, stop);
      next.pop_back();
    }
    return next;
  }

  static Snapshots between_four(const Snapshots& sets, const weir::AssignmentProgress& stop) {
    Snapshots next = {sets[1]};
    for (std::size_t i = 1; i + 2 < sets.size(); ++i) {
      next.push_back(average(average(sets[i], sets[i - 1], -0.125, stop),
                             average(sets[i + 1], sets[i + 2], -0.125, stop), 0.5, stop));
      next.push_back(sets[i + 1]);
    }
    return next;
  }

  // A_s, and the same of the times.
  static Snapshot average(const Snapshot& a, const Snapshot& b, double s,
                          const weir::AssignmentProgress& stop) {
    const double time = (1 - s) * a.time + s * b.time;
    if (!a.points.defined()) return {time, {}};
    if (a.points.is_same(b.points)) return {time, a.points};
    return {time, (1 - s) * a.points + s * matched(a.points, b.points, stop)};
  }

  static Tensor matched(const Tensor& x, const Tensor& y, const weir::AssignmentProgress& stop) {
    return y.index_select(0, weir::match(x, y, stop).permutation.to(y.device()));
  }

  // Puts the points of each set in the order of their partners in the one before, and says how far neighbours are apart at most.
  static void link(Snapshots& sets, const Tensor& spacing, const weir::AssignmentProgress& stop) {
    double widest = 0;
    for (std::size_t k = 1; k < sets.size(); ++k) {
      const weir::Assignment best = weir::match(sets[k - 1].points, sets[k].points, stop);
      sets[k].points = sets[k].points.index_select(0, best.permutation.to(sets[k].points.device()));
      widest = std::max(widest, best.cost / double(best.permutation.size(0)));
    }
    spacing.fill_(std::sqrt(widest));
  }

  weir::Marginals known_;
  std::int64_t count_ = 0;
  std::vector<double> when_,
      ends_at_;  // times of the refined sets; the snapshots' times of the first and last
};

}  // namespace

WEIR_PLUGIN(LaneRiesenfeld, "A smooth curve of point sets by repeated averages along optimal plans")

// plugins/metric/nearest_neighbour.cpp -- whether samples lie nearer to the training set than to points that were held out of it.
//
//   t_i = min_j | s_i - x_j |      distance of sample i to the training set
//   h_i = min_j | s_i - y_j |      to as many held-out points               nearer    = share of t_i < h_i, a tie as half of one
//                                                                           ratio     = sum_i t_i / sum_i h_i
//   authentic = share of samples with t_i > min_(l != j) | x_j - x_l |,  j the nearest training point of sample i
//   copying   = share of couples of sample i and held-out point j with min_l | y_j - x_l | > t_i, a tie as half of one
//
// Samples of the law itself: nearer = copying = 1/2, ratio = 1 and authentic about 1/2. Copies of the training set: nearer = copying = 1,
// ratio = authentic = 0. Samples that are further off than held-out points are have copying below 1/2.
//
// Source   Meehan, Chaudhuri, Dasgupta, arXiv 2004.05675, section 3 (copying, their U / (n m)); Alaa et al., arXiv 2102.08921
//          (authenticity); nearer and ratio: the adversarial accuracy's half of Yale et al., Neurocomputing 416 (2020) 244-255.
// Oracle   by hand on a line; scipy 1.17 stats.mannwhitneyu (copying); 1/2 of points from one law; copies
// Peers    none of the flow libraries: users are told to look for the nearest neighbour themselves
// Shapes   samples [n, item...], train, held_out [m, item...]; train_distance, held_out_distance [sample]; the others are numbers
// Limits   errors are over samples, given the training set; that of copying over samples and held-out points. Of a memorising model the
//          samples depend on each other: many may be copies of one point.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/math/numeric/distance.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "estimate.hpp"

namespace {

using weir::Tensor;

class NearestNeighbour final : public weir::Metric {
  weir::Port<Tensor> samples_{this, "samples", "the points to judge"};
  weir::Port<Tensor> train_{this, "train", "points that the model was trained on"};
  weir::Port<Tensor> held_out_{this, "held_out", "as many points of the same law that it has not seen"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 1024, weir::at_least(1),
                                   "rows whose distances are held in memory together"};
  weir::Output<Tensor> train_distance_{this, "train_distance", "1",
                                       "distance of each sample to the nearest training point"};
  weir::Output<Tensor> held_out_distance_{this, "held_out_distance", "1",
                                          "distance of each sample to the nearest held-out point"};
  weir::Estimate nearer_{this, "nearer", "share of samples nearer to the training set", "number of samples"};
  weir::Estimate ratio_{this, "ratio",
                        "mean distance to the training set over that to the held-out points; NaN where every "
                        "sample is a held-out point",
                        "number of samples", "; NaN where ratio, or one that leaves a sample out, is"};
  weir::Estimate authentic_{this, "authentic",
                            "share of samples further from their training point than its own neighbour is",
                            "number of samples"};
  weir::Estimate copying_{this, "copying",
                          "share of couples in which the held-out point is further from the training set",
                          "samples or held-out points, whichever are fewer"};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape &samples = samples_.shape(), &train = train_.shape(), &held_out = held_out_.shape();
    if (samples.size() < 2 || samples.front() < 2)
      return plan.fault("samples", fmt::format("at least 2 samples [n, item...] are needed, these are [{}]",
                                               fmt::join(samples, ", ")));
    if (train.size() < 2 || train.front() < 2 ||
        !std::equal(train.begin() + 1, train.end(), samples.begin() + 1, samples.end()))
      return plan.fault("train", fmt::format("samples [{}] need two or more training points of their shape, "
                                             "these are [{}]",
                                             fmt::join(samples, ", "), fmt::join(train, ", ")));
    if (held_out != train)
      return plan.fault("held_out",
                        fmt::format("of two sets the larger is the nearer: training points are [{}], and "
                                    "those held out [{}]",
                                    fmt::join(train, ", "), fmt::join(held_out, ", ")),
                        "take as many of both");
    const std::int64_t rows = std::min(chunk_(), std::max(samples.front(), train.front()));
    weir::plan_memory(plan, "chunk", 2 * sizeof(double) * double(rows) * double(train.front()),
                      fmt::format("{} rows of the distances from {} points", rows, train.front()),
                      "take a smaller chunk");
    for (auto* output : {&train_distance_, &held_out_distance_}) output->plan({samples.front()}, {"sample"});
    for (weir::Estimate* estimate : {&nearer_, &ratio_, &authentic_, &copying_}) estimate->plan();
  }

  void run(weir::Run& run) override {
    const Tensor s = finite(samples_(), "samples"), x = finite(train_(), "training points"),
                 y = finite(held_out_(), "held-out points");
    const auto [t, own] = nearest(s, x, false, run);
    const Tensor h = nearest(s, y, false, run).first, apart = nearest(x, x, true, run).first,
                 unseen = nearest(y, x, false, run).first;
    const auto n = static_cast<double>(s.size(0));
    train_distance_.set(t);
    held_out_distance_.set(h);
    const auto share = [&](weir::Estimate& estimate, double value) {
      estimate.set(value, weir::share_se(value, n), s.size(0));
    };
    share(nearer_, above(h, t).mean().item<double>());
    share(authentic_, (t > apart.index_select(0, own)).to(at::kDouble).mean().item<double>());
    ratio_.set((t.sum() / h.sum()).item<double>(), weir::jackknife_se((t.sum() - t) / (h.sum() - h)),
               s.size(0));
    give_copying(t, unseen);
  }

 private:
  static Tensor finite(const Tensor& points, const char* what) {
    const Tensor rows = points.detach().flatten(1).to(at::kDouble);
    const auto good = at::isfinite(rows).all(1).sum().item<std::int64_t>();
    if (good < rows.size(0))
      throw std::runtime_error(fmt::format("{} of the {} {} are NaN or infinite: see where they come from",
                                           rows.size(0) - good, rows.size(0), what));
    return rows;
  }

  // 1 where a > b, 1/2 where they are equal.
  static Tensor above(const Tensor& a, const Tensor& b) {
    return (a > b).to(at::kDouble) + (a == b).to(at::kDouble) / 2;
  }

  // Distance of each row of `from` to the nearest of `to`, and which that is; not itself, where both are one set.
  std::pair<Tensor, Tensor> nearest(const Tensor& from, const Tensor& to, bool others, weir::Run& run) const {
    const weir::SquaredDistances squares_to(to);
    std::vector<Tensor> distances, indices;
    for (std::int64_t first = 0; first < from.size(0); first += chunk_()) {
      if (run.stop_requested()) throw weir::Stopped();
      const Tensor rows = from.narrow(0, first, std::min(chunk_(), from.size(0) - first));
      Tensor squares = squares_to.from(rows);
      if (others) squares.diagonal(first).fill_(std::numeric_limits<double>::infinity());
      const Tensor index = squares.argmin(1);
      // From the differences: a copy is at distance 0, not at the round-off of a product.
      distances.push_back(weir::paired_squared_distances(rows, to.index_select(0, index)).sqrt());
      indices.push_back(index);
    }
    return {at::cat(distances), at::cat(indices)};
  }

  // The statistic of Mann and Whitney, with the error of DeLong et al., Biometrics 44 (1988) 837-845.
  void give_copying(const Tensor& t, const Tensor& unseen) {
    const auto placements = [](const Tensor& of,
                               const Tensor& among) {  // share of `among` above each, ties as halves
      const Tensor sorted = std::get<0>(among.sort());
      const Tensor up_to = at::searchsorted(sorted, of, /*out_int32=*/false, /*right=*/true);
      const Tensor below = at::searchsorted(sorted, of, /*out_int32=*/false, /*right=*/false);
      const auto m = static_cast<double>(among.size(0));
      return 1 - (up_to + below).to(at::kDouble) / (2 * m);
    };
    const Tensor of_samples = placements(t, unseen), of_unseen = 1 - placements(unseen, t);
    const auto n = static_cast<double>(t.size(0)), m = static_cast<double>(unseen.size(0));
    const double share = of_samples.mean().item<double>();
    const double variance = of_samples.var().item<double>() / n + of_unseen.var().item<double>() / m;
    // Where every couple agrees, the placements do not vary: the error is then that of a share.
    const double se = share == 0 || share == 1 ? weir::share_se(share, std::min(n, m)) : std::sqrt(variance);
    copying_.set(share, se, std::min(t.size(0), unseen.size(0)));
  }
};

}  // namespace

WEIR_PLUGIN(NearestNeighbour, "Whether samples lie nearer to the training set than to held-out points")

// plugins/metric/c2st.cpp -- classifier two-sample test: how well points of two sets are told apart.
//
//   accuracy = share of held-out points whose side is that of most of their k nearest neighbours among the others, of both sides
//   z        = (accuracy - 1/2) 2 n^(1/2),   n held-out points of both sides together:  N(0, 1) at the widest, if the laws agree
//
// 1/2 if the laws agree, 1 if they are told apart at every point. As many points of each side are held out, the same rows of both: sets
// that are equal row by row give 1/2 itself.
//
// Source   Lopez-Paz, Oquab, arXiv 1610.06545, section 3 (C2ST-KNN; k the root of the number of training points).
// Oracle   by hand on a line; the binomial law if the laws agree; far sets; scipy 1.17 cKDTree's votes, for the same split
// Peers    none of the flow libraries; sbi sbibm c2st, of a network or a forest, with the accuracy of five folds
// Shapes   samples, points [n, item...]; outputs are numbers
// Limits   the error is over the held-out points, given the classifier. Neighbours see little of a small shift in many dimensions: give
//          features, metric/features. A vote in which both sides are in one place goes to whichever comes first.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/comparison.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "estimate.hpp"

namespace {

using weir::Tensor;

class C2st final : public weir::Comparison {
  weir::Param<std::int64_t> neighbours_{
      this, "neighbours", weir::absent, weir::at_least(1),
      "k, an odd number of neighbours (default: the root of the number of training points)"};
  weir::Param<double> held_out_{this, "held_out", 0.5, weir::between(0.01, 0.99),
                                "share of each side that is judged by the rest"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 1024, weir::at_least(1),
                                   "rows whose distances are held in memory together"};
  weir::Estimate accuracy_{this, "accuracy", "share of held-out points whose side is told",
                           "number of held-out points"};
  weir::Output<Tensor> z_{this, "z", "1",
                          "how far accuracy lies above 1/2, in standard deviations of fair coins"};

  std::int64_t held_ = 0, trained_ = 0, k_ = 0;  // rows of each side; neighbours

 public:
  void plan(weir::Plan& plan) override {
    const std::int64_t n = plan_sides(plan, 4);
    if (n == 0) return;
    held_ = std::clamp<std::int64_t>(std::llround(held_out_() * static_cast<double>(n)), 1, n - 1);
    trained_ = n - held_;
    k_ = neighbours_.given() ? neighbours_() : std::llround(std::sqrt(2.0 * static_cast<double>(trained_)));
    if (neighbours_.given() && k_ % 2 == 0)
      return plan.fault("neighbours", fmt::format("the votes of {} neighbours may be equal", k_),
                        fmt::format("write neighbours: {}", k_ + 1));
    if (k_ % 2 == 0) --k_;
    if (k_ > 2 * trained_)
      return plan.fault("neighbours",
                        fmt::format("there are {} training points of both sides, fewer than {} neighbours",
                                    2 * trained_, k_),
                        "take fewer neighbours, or hold out fewer points");
    const std::int64_t rows = std::min(chunk_(), 2 * held_);
    weir::plan_memory(plan, "chunk", 3 * sizeof(double) * double(rows) * 2 * double(trained_),
                      fmt::format("{} rows of the distances from {} points", rows, 2 * trained_),
                      "take a smaller chunk");
    accuracy_.plan();
    z_.plan({}, {});
  }

  void run(weir::Run& run) override {
    const std::pair<Tensor, Tensor> both = sides();
    weir::Rng rng = this->rng().at("split");
    const Tensor order = rng.permutation(both.first.size(0)).to(both.first.device());
    const auto rows = [&](std::int64_t first, std::int64_t count) {
      const Tensor index = order.narrow(0, first, count);
      return at::cat({both.first.index_select(0, index), both.second.index_select(0, index)});
    };
    const weir::SquaredDistances to(rows(held_, trained_));
    const Tensor judged = rows(0, held_);
    const std::int64_t n = judged.size(0);
    std::int64_t right = 0;
    for (std::int64_t first = 0; first < n; first += chunk_()) {
      if (run.stop_requested()) throw weir::Stopped();
      const std::int64_t count = std::min(chunk_(), n - first);
      const Tensor nearest =
          std::get<1>(to.from(judged.narrow(0, first, count)).topk(k_, 1, /*largest=*/false));
      const Tensor says_y = (nearest >= trained_).sum(1) > k_ / 2;
      const Tensor is_y = at::arange(first, first + count, nearest.options()) >= held_;
      right += (says_y == is_y).sum().item<std::int64_t>();
      run.progress(first + count, n, {});
    }
    const auto size = static_cast<double>(n);
    const double accuracy = static_cast<double>(right) / size;
    accuracy_.set(accuracy, weir::share_se(accuracy, size), n);
    z_.set(at::scalar_tensor((accuracy - 0.5) * 2 * std::sqrt(size), at::kDouble));
  }
};

}  // namespace

WEIR_PLUGIN(C2st, "Classifier two-sample test: how well points of two sets are told apart by neighbours")

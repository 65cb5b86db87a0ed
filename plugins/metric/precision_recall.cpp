// plugins/metric/precision_recall.cpp -- fidelity and diversity of samples, apart: precision, recall, density and coverage.
//
//   X the points, Y the samples, n of each;  B(x) the closed ball about x to its k-th nearest neighbour among the other points of its set
//
//   precision = share of the y in B(x) of some x             recall   = share of the x in B(y) of some y
//   density   = 1/(k n) sum_y #{ x : y in B(x) }             coverage = share of the x whose B(x) holds some y
//
// Density does not grow with one outlier's wide ball as precision does; coverage does not count on the samples' own balls as recall does.
// Rows share their balls, so that errors are much larger than those of n independent shares, up to tenfold where an outlier's ball decides:
// they are the jackknife's over blocks of rows, with the balls found anew, and of a share never below that of n independent ones.
//
// Source   Kynkaanniemi et al., arXiv 1904.06991, section 2 (precision, recall); Naeem et al., arXiv 2002.09797, section 3.
// Oracle   hand examples on a line; numpy's count with sorted distances; the mean coverage of equal laws, 1 - C(2n - 1 - k, n) / C(2n - 1, n)
//          or 1 - 2^-k for large n (Naeem et al., lemma 2)
// Peers    none of the flow libraries; clovaai prdc compute_prdc, whose balls are open
// Shapes   samples, points [n, item...]; outputs are numbers
// Limits   n^2 distances, `chunk` rows of them in memory at a time, compared for each block. All four fall for equal laws in more dimensions:
//          compare with a second sample of the target.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <weir/kinds/comparison.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "estimate.hpp"

namespace {

using weir::Tensor;

constexpr double infinity = std::numeric_limits<double>::infinity();

class PrecisionRecall final : public weir::Comparison {
  weir::Param<std::int64_t> neighbours_{this, "neighbours", 5, weir::at_least(1),
                                        "k, neighbours that a ball reaches to"};
  weir::Param<std::int64_t> blocks_{this, "blocks", weir::absent, weir::at_least(2),
                                    "blocks of rows, each left out once for the errors (default: 20, or half "
                                    "the points where there are fewer than 40)"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 1024, weir::at_least(1),
                                   "rows whose distances are held in memory together"};
  weir::Estimate precision_{this, "precision", "share of the samples within the points' balls",
                            "number of blocks"};
  weir::Estimate recall_{this, "recall", "share of the points within the samples' balls", "number of blocks"};
  weir::Estimate density_{this, "density", "balls of points that a sample lies in, over k",
                          "number of blocks"};
  weir::Estimate coverage_{this, "coverage", "share of the points whose ball holds a sample",
                           "number of blocks"};

  std::int64_t count_ = 0;  // of blocks

 public:
  void plan(weir::Plan& plan) override {
    const std::int64_t n = plan_sides(plan, 4);
    if (n == 0) return;
    count_ = blocks_.given() ? blocks_() : std::min(weir::most_blocks, n / 2);
    if (count_ > n)
      return plan.fault("blocks", fmt::format("{} points cannot be {} blocks", n, count_),
                        fmt::format("write blocks: {}", n));
    const std::int64_t kept = n - (n + count_ - 1) / count_;
    if (kept <= neighbours_())
      return plan.fault(
          "neighbours",
          fmt::format("a point needs {} others for its ball; without one of {} blocks there are {}",
                      neighbours_(), count_, std::max<std::int64_t>(0, kept - 1)),
          "take more points, or fewer neighbours");
    const std::int64_t rows = std::min(chunk_(), n);
    weir::plan_memory(plan, "chunk",
                      sizeof(double) * static_cast<double>(n) *
                          (3.0 * static_cast<double>(rows) + 2.0 * static_cast<double>(count_ + 1)),
                      fmt::format("{} rows of the distances of {} points", rows, n), "take a smaller chunk");
    for (weir::Estimate* estimate : {&precision_, &recall_, &density_, &coverage_}) estimate->plan();
  }

  void run(weir::Run& run) override {
    const auto [y, x] = sides();
    const std::int64_t n = x.size(0), g = count_;
    const Tensor around_x = radii(x, run), around_y = radii(y, run);
    // One more column than there are blocks: of all rows.
    const Tensor precise = at::zeros({g + 1, n}, x.options().dtype(at::kBool));
    const Tensor recalled = at::zeros_like(precise), covered = at::zeros_like(precise);
    std::vector<double> inside(static_cast<std::size_t>(g + 1), 0.0);
    const Tensor block = at::arange(n, x.options().dtype(at::kLong)).remainder(g);
    const weir::SquaredDistances to_y(y);
    for (std::int64_t first = 0; first < n; first += chunk_()) {
      if (run.stop_requested()) throw weir::Stopped();
      const std::int64_t count = std::min(chunk_(), n - first);
      const Tensor squares = to_y.from(x.narrow(0, first, count));
      for (std::int64_t b = 0; b <= g; ++b) {
        const Tensor kept_x = (block.narrow(0, first, count) != b).unsqueeze(1), kept_y = block != b;
        const Tensor in_x = (squares <= around_x.select(1, b).narrow(0, first, count).unsqueeze(1))
                                .logical_and_(kept_x)
                                .logical_and_(kept_y);
        const Tensor in_y = (squares <= around_y.select(1, b)).logical_and_(kept_y);
        precise[b].logical_or_(in_x.any(0));
        covered[b].narrow(0, first, count).copy_(in_x.any(1));
        recalled[b].narrow(0, first, count).copy_(in_y.any(1).logical_and(kept_x.squeeze(1)));
        inside[static_cast<std::size_t>(b)] += in_x.sum().item<double>();
      }
      run.progress(2 * n + first + count, 3 * n, {});
    }
    const Tensor sizes = at::cat({n - at::bincount(block, {}, g), at::full({1}, n, block.options())});
    const auto share = [&](const Tensor& rows) { return rows.sum(1).to(at::kDouble) / sizes; };
    give(precision_, share(precise), n);
    give(recall_, share(recalled), n);
    give(coverage_, share(covered), n);
    give(density_, at::tensor(inside, x.options()) / (sizes * neighbours_()), 0);
  }

 private:
  // Squared radius of the ball about each point, [n, blocks + 1]: without each block, and with all.
  Tensor radii(const Tensor& x, weir::Run& run) const {
    const std::int64_t n = x.size(0), g = count_, each = (n + g - 1) / g;
    const std::int64_t k = neighbours_(), most = std::min(k, each);
    const weir::SquaredDistances to(x);
    Tensor radii = at::empty({n, g + 1}, x.options());
    for (std::int64_t first = 0; first < n; first += chunk_()) {
      if (run.stop_requested()) throw weir::Stopped();
      const std::int64_t count = std::min(chunk_(), n - first);
      Tensor squares = to.from(x.narrow(0, first, count));
      squares.diagonal(first).fill_(infinity);
      // Row j g + b of the padded columns is of block b: the k nearest of each block hold those of any union of blocks.
      const Tensor padded = at::constant_pad_nd(squares, {0, each * g - n}, infinity);
      const Tensor nearest =
          std::get<0>(padded.view({count, each, g}).topk(most, 1, /*largest=*/false));  // [count, most, g]
      for (std::int64_t b = 0; b <= g; ++b) {
        Tensor others = nearest.clone();
        if (b < g) others.select(2, b).fill_(infinity);
        const Tensor sorted = std::get<0>(others.flatten(1).topk(k, 1, /*largest=*/false));
        radii.select(1, b).narrow(0, first, count).copy_(std::get<0>(sorted.max(1)));
      }
    }
    return radii;
  }

  // `found` is without each block, and of all; `n` rows of which it is a share, or 0.
  void give(weir::Estimate& estimate, const Tensor& found, std::int64_t n) const {
    const Tensor host = found.cpu().contiguous();
    const double* const numbers = host.const_data_ptr<double>();
    const weir::Blocks blocks(std::vector<double>(numbers, numbers + count_));
    const double whole = numbers[count_];
    const double least = n > 0 ? weir::share_se(whole, static_cast<double>(n)) : 0;
    estimate.set(whole, std::max(blocks.se(), least), count_);
  }
};

}  // namespace

WEIR_PLUGIN(PrecisionRecall, "Fidelity and diversity of samples: precision, recall, density and coverage")

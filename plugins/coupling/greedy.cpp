// plugins/coupling/greedy.cpp -- the nearest two points that are still free are paired, again and again.
//
//   (i_k, j_k) = argmin over free i, j  || x0_i - x1_j ||^2,   k = 1 .. n;  of equal ones that of least i, and then of least j
//
//   A permutation, as optimal transport's: no point comes twice or is left out. The first pairs are nearer than theirs, the last may be
//   far apart: of points on a line their distances sum up to n^log2(3/2) times the least sum at worst.
//
// Source   Reingold, Tarjan, SIAM J. Comput. 10 (1981) 676-681.
// Oracle   the least of what is left, looked for anew for each pair; a case by hand
// Peers    torchebm GreedyCoupling
// Shapes   x0, x1 [pair, item...]; y [pair, ...] as the target measures it
// Limits   2 n^2 numbers for n pairs, O(n^2 log n). Fresh draws: a matching within each, whose rows therefore depend on each other (one unit).
#include <fmt/format.h>

#include <weir/math/numeric/distance.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "paired_ends.hpp"

namespace {

using weir::Tensor;

class Greedy final : public weir::PairedEnds {
  weir::Output<Tensor> cost_{this, "cost", "1", "mean squared distance of the fixed pairs"};

 public:
  void plan(weir::Plan& plan) override {
    if (size())
      weir::plan_memory(
          plan, "draw", 4.0 * sizeof(double) * double(*size()) * double(*size()),
          fmt::format("greedy matching of {} pairs sorts the distances of each point to each other: it",
                      *size()),
          "take fewer pairs, or draw: fresh, which matches each batch");
    plan_ends(plan);
    if (size()) cost_.plan({}, {});
  }

  void run(weir::Run&) override {
    if (!size()) return;
    const Ends ends = drawn(*size(), this->rng().at("pairs"));
    keep_ends(matched(ends));
    cost_.set(weir::paired_squared_distances(all().x0(), all().x1()).mean().to(at::kCPU));
  }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override { return one_unit(matched(drawn(n, rng))); }

 private:
  static weir::Batch matched(const Ends& ends) {
    const Tensor costs = weir::SquaredDistances(ends.x1.x).from(ends.x0.x).to(at::kCPU);
    const std::int64_t n = costs.size(0);
    const Tensor order =
        at::argsort(costs.flatten(), /* stable */ true, std::int64_t{0}, /* descending */ false);
    const auto* next = order.const_data_ptr<std::int64_t>();
    Tensor partner = at::full({n}, -1, at::kLong);
    auto partners = partner.accessor<std::int64_t, 1>();
    std::vector<bool> taken(static_cast<std::size_t>(n));
    for (std::int64_t found = 0; found < n; ++next) {
      const std::int64_t i = *next / n, j = *next % n;
      if (partners[i] >= 0 || taken[static_cast<std::size_t>(j)]) continue;
      partners[i] = j, taken[static_cast<std::size_t>(j)] = true;
      ++found;
    }
    return paired(ends, at::arange(n, at::kLong), partner);
  }
};

}  // namespace

WEIR_PLUGIN(Greedy, "The nearest two free points are paired, again and again")

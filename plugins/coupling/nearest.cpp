// plugins/coupling/nearest.cpp -- each point of one end takes the nearest of k points of the other.
//
//   each: x1     x1_i ~ p1,   x0_i = argmin over c in { c_i1, ..., c_ik }  || c - x1_i ||^2,   c_ij ~ p0
//   each: x0     the same with the ends exchanged
//
//   Each point has k candidates of its own; with shared: true all of a draw have the same k, and may take one of them twice.
//
// Source   Li et al., arXiv 2505.18521: noise selection among k nearest (candidates: 4 in their code); it goes on from noise assignment,
//          Li et al., arXiv 2406.12303, which is coupling/ot, draw: fresh. shared: transport of which one marginal is not kept at all.
// Oracle   the largest of k normal numbers, whose moments are known, where the other end is far away; each distance, compared
// Peers    Immiscible Diffusion's KNN
// Shapes   x0, x1 [pair, item...]; y [pair, ...] as the target measures it
// Limits   not a matching: only the end of `each` has the law of its source (facet KeptMarginals), and a flow that starts at points of the
//          source starts elsewhere than its training's x0 if it is the other. Candidates of a finite set are drawn with replacement.
//          x0 knows of what a pair is told of its x1.
#include <algorithm>

#include <fmt/format.h>

#include <weir/kinds/facets/kept_marginals.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "paired_ends.hpp"

namespace {

using weir::Tensor;
using How = weir::KeptMarginals::How;

constexpr std::int64_t numbers_at_once = 1 << 20;

class Nearest final : public weir::PairedEnds {
  weir::Param<std::int64_t> candidates_{this, "candidates", 4, weir::at_least(1),
                                        "k, number of points of which the nearest is taken"};
  weir::Param<std::string> each_{this, "each", "x1", weir::one_of({"x0", "x1"}), "end whose points choose"};
  weir::Param<bool> shared_{this, "shared", false, "whether all points of a draw choose among the same k"};
  weir::Output<Tensor> cost_{this, "cost", "1", "mean squared distance of the fixed pairs"};
  weir::Facet<weir::KeptMarginals> kept_{
      this, [this]() -> std::optional<weir::KeptMarginals> {
        if (candidates_() == 1 && !shared_() && set_of(chosen_end()) == nullptr) return std::nullopt;
        weir::KeptMarginals kept;
        (each_() == "x1" ? kept.x0 : kept.x1) = candidates_() == 1 ? How::on_average : How::changed;
        return kept;
      }};

 public:
  void plan(weir::Plan& plan) override {
    if (size()) {
      double points = double(candidates_());
      if (!shared_()) points *= double(*size());
      for (const std::int64_t length : source_->shape()) points *= double(length);
      weir::plan_memory(plan, "candidates", double(options().dtype().itemsize()) * points,
                        fmt::format("choosing {} pairs draws all candidates at once: it", *size()),
                        "take fewer pairs or candidates, or draw: fresh");
    }
    plan_ends(plan);
    if (size()) cost_.plan({}, {});
  }

  void run(weir::Run& run) override {
    if (!size()) return;
    Coupling::run(run);
    if (y_.planned()) y_.set(all().context.at("y"));
    cost_.set(weir::paired_squared_distances(all().x0(), all().x1()).mean().to(at::kCPU));
  }

  bool dependent_rows() const override { return shared_() && !size(); }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    const bool target_chooses = each_() == "x1";
    const weir::Source &from = target_chooses ? *target_ : *source_,
                       &among = target_chooses ? *source_ : *target_;
    const Points choosing = points_of(from, n, rng.at(target_chooses ? "target" : "source"));
    const Points offered =
        any_of(among, candidates_() * (shared_() ? 1 : n), rng.at(target_chooses ? "source" : "target"));
    const Points taken = offered.rows(shared_() ? nearest_of_all(choosing.x, offered.x)
                                                : nearest_of_own(choosing.x, offered.x));
    weir::Batch batch = target_chooses ? batch_of(taken, choosing) : batch_of(choosing, taken);
    if (const Tensor y = measured(batch.x1(), rng); y.defined()) batch.context["y"] = y;
    return one_unit(std::move(batch));
  }

 private:
  int chosen_end() const { return each_() == "x1" ? 0 : 1; }

  static Points any_of(const weir::Source& source, std::int64_t n, weir::Rng rng) {
    if (!source.size()) {
      const weir::Source::Drawn drawn = source.draw(n, rng);
      return {.x = drawn.x, .label = drawn.label, .item = {}};
    }
    const Tensor index = rng.integers(*source.size(), {n}), labels = source.labels();
    return {source.items(index), labels.defined() ? labels.index_select(0, index) : Tensor(), index};
  }

  Tensor nearest_of_own(const Tensor& x, const Tensor& offered) const {
    const std::int64_t n = x.size(0), k = candidates_();
    const std::int64_t step =
        std::max<std::int64_t>(1, numbers_at_once / std::max<std::int64_t>(1, offered[0].numel() * k));
    std::vector<Tensor> nearest;
    for (std::int64_t first = 0; first < n; first += step) {
      const std::int64_t count = std::min(step, n - first);
      const Tensor distances = weir::paired_squared_distances(
          x.narrow(0, first, count).repeat_interleave(k, 0), offered.narrow(0, first * k, count * k));
      nearest.push_back(distances.view({count, k}).argmin(1) +
                        k * at::arange(first, first + count, distances.options().dtype(at::kLong)));
    }
    return at::cat(nearest);
  }

  static Tensor nearest_of_all(const Tensor& x, const Tensor& offered) {
    const weir::SquaredDistances to(offered);
    const std::int64_t n = x.size(0), step = std::max<std::int64_t>(1, numbers_at_once / offered.size(0));
    std::vector<Tensor> nearest;
    for (std::int64_t first = 0; first < n; first += step)
      nearest.push_back(to.from(x.narrow(0, first, std::min(step, n - first))).argmin(1));
    return at::cat(nearest);
  }
};

}  // namespace

WEIR_PLUGIN(Nearest, "Each point of one end takes the nearest of several of the other")

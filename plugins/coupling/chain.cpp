// plugins/coupling/chain.cpp -- a point of each of several sources, one after another in time.
//
//   (x^1, ..., x^K) at times 0 = s_1 < ... < s_K = 1
//
//   pairing: independent   x^1, ..., x^K drawn on their own
//   pairing: ot            x^(k+1) is the partner of x^k: argmin over permutations p_k  sum_i || x^k_i - x^(k+1)_p(i) ||^2
//
// The sources are given one by one, or as the snapshots of one source, which knows their times (source/snapshots).
//
// The first source is where the flow begins, the last where it ends; pairs are named by their ends, x0 and x1, and have the points
// between as well. With pairing: ot the links are each optimal, which does not make first and last an optimal pair.
//
// Source   flow matching through several marginals: Rohbeck et al., Modeling complex system dynamics with flow matching across time
//          and conditions, ICLR 2025. The assignment is that of coupling/ot.
// Oracle   on a line each link keeps the order of the points, whatever finds the assignment; a spline through chains of means 0, 10 and 1
//          is at 10 at t = 1/2, within three standard errors.
// Peers    torchcfm OTPlanSampler.sample_trajectory (each link sampled from its plan with replacement)
// Shapes   x0, x1 [pair, item...]; points [marginal, pair, item...]; times [marginal]
// Limits   needs a path that takes so many points: interpolant/spline. pairing: ot holds N^2 numbers for N pairs, and its fresh rows
//          depend on each other. Couplings that pair another's points anew (shuffled, rematched) keep the ends alone.
#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/marginals.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/math/numeric/assignment.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Chain final : public weir::DrawnCoupling {
  weir::Ports<weir::Source> sources_{this, "sources", "where the points come from, in the order of time"};
  weir::Port<weir::Source> snapshots_{this, "snapshots", weir::optional.needing<weir::Marginals>(),
                                      "instead: one source of points at several times"};
  weir::Param<weir::Numbers> times_{this, "times", weir::absent,
                                    "time of each source, from 0 to 1; evenly spread if not given"};
  weir::Param<std::string> pairing_{this, "pairing", "independent", weir::one_of({"independent", "ot"}),
                                    "how each point finds the one after it"};
  weir::Output<Tensor> points_{this, "points", "1",
                               "all points of the pairs; there only with draw: {fixed: N}"};
  weir::Output<Tensor> at_{this, "times", "1", "time of each; there only with draw: {fixed: N}", "float64"};

 public:
  void plan(weir::Plan& plan) override {
    snapshots_.bound() ? plan_snapshots(plan) : plan_each(plan);
    if (!plan.clean()) return;
    if (const auto n = size(); n && pairing_() == "ot")
      weir::plan_memory(
          plan, "draw", weir::match_bytes(*n),
          fmt::format("matching {} pairs holds the distance of each point to each other: it", *n),
          "take fewer pairs, or draw: fresh, which matches each batch");
    plan_outputs();
    if (const auto n = size()) {
      weir::Shape every = weir::rows_of(*n, shape());
      every.insert(every.begin(), marginals());
      std::vector<std::string> dims = weir::dims_of("pair", shape());
      dims.insert(dims.begin(), "marginal");
      points_.plan(every, dims);
      at_.plan({marginals()}, {"marginal"});
    }
  }

  void run(weir::Run& run) override {
    const auto n = size();
    if (!n) return;
    const std::int64_t links = marginals() - 1;
    keep(linked(*n, rng().at("pairs"), [&](std::int64_t link, std::int64_t done, std::int64_t total) {
      if (run.stop_requested()) throw weir::Stopped();
      run.progress(link * total + done, links * total, {});
    }));
    const weir::Batch pairs = all();
    points_.set(at::stack(pairs.points));
    at_.set(pairs.times.to(pairs.x0().device()));
  }

  weir::Shape shape() const override {
    if (snapshots_.bound()) return snapshots_->shape();
    const auto sources = sources_();
    return sources.empty() ? weir::Shape{} : sources.front().second->shape();
  }
  std::int64_t marginals() const override {
    return static_cast<std::int64_t>(snapshots_.bound() ? known_.times.size() : sources_().size());
  }
  bool dependent_rows() const override { return pairing_() == "ot" && !size(); }
  const weir::Source* set_of(int end) const override {
    if (snapshots_.bound()) return snapshots_.get();
    const auto sources = sources_();
    if (sources.empty()) return nullptr;
    return finite(end == 0 ? *sources.front().second : *sources.back().second);
  }
  std::map<std::string, weir::Domain::Entry> context() const override {
    const auto sources = sources_();
    return sources.empty() ? std::map<std::string, weir::Domain::Entry>{} : labels_of(*sources.back().second);
  }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override { return linked(n, rng, {}); }

 private:
  using Progress = std::function<void(std::int64_t link, std::int64_t done, std::int64_t total)>;

  weir::Batch linked(std::int64_t n, const weir::Rng& rng, const Progress& progress) const {
    const auto sources = sources_();
    std::vector<Points> chain;
    for (std::int64_t k = 0; k < marginals(); ++k) {
      const weir::Rng draws = rng.at("marginal", k);
      Points next = snapshots_.bound() ? points_at(std::size_t(k), n, draws)
                                       : points_of(*sources[std::size_t(k)].second, n, draws);
      if (k > 0 && pairing_() == "ot") {
        const auto told = [&](std::int64_t done, std::int64_t total) {
          if (progress) progress(k - 1, done, total);
        };
        next = next.rows(weir::match(chain.back().x, next.x, told).permutation.to(next.x.device()));
      }
      chain.push_back(std::move(next));
    }
    weir::Batch batch = batch_of(chain.front(), chain.back());
    for (std::size_t k = 1; k + 1 < chain.size(); ++k) {
      const auto before_last = [](auto& list) { return list.end() - 1; };
      batch.points.insert(before_last(batch.points), chain[k].x);
      batch.items.insert(before_last(batch.items), chain[k].item);
    }
    batch.times = times();
    if (dependent_rows()) batch.unit = at::zeros_like(batch.unit);
    return batch;
  }

  // n points of snapshot k: distinct ones when the pairs are fixed.
  Points points_at(std::size_t k, std::int64_t n, weir::Rng rng) const {
    const std::int64_t all = known_.sizes[k];
    const Tensor index =
        known_.first(k) + (size() ? rng.permutation(all).narrow(0, 0, n) : rng.integers(all, {n}));
    return {.x = snapshots_->items(index), .label = {}, .item = index};
  }

  Tensor times() const {
    if (snapshots_.bound()) return at::tensor(known_.times, at::kDouble);
    if (times_.given()) return at::tensor(times_(), at::kDouble);
    return at::linspace(0, 1, marginals(), at::kDouble);
  }

  void plan_each(weir::Plan& plan) {
    const auto sources = sources_();
    if (sources.size() < 2)
      return plan.fault("sources",
                        fmt::format("a chain needs at least two sources, and {} given",
                                    sources.empty() ? "none is" : "one is"),
                        "write sources: {start: base, middle: half, end: data}, in the order of time");
    for (const auto& [name, source] : sources) {
      if (source->shape() == shape()) continue;
      plan.fault(
          "sources",
          fmt::format("all points of a chain need one shape: those of {} are [{}], those of {} are [{}]",
                      sources.front().first, fmt::join(shape(), ", "), name,
                      fmt::join(source->shape(), ", ")));
    }
    plan_count(plan, sources);
    plan_times(plan);
  }

  void plan_snapshots(weir::Plan& plan) {
    if (!sources_().empty())
      return plan.fault("snapshots", "a chain is of several sources, or of the snapshots of one",
                        "leave out sources");
    if (times_.given())
      return plan.fault("times", fmt::format("the snapshots of '{}' have their times", snapshots_->path()),
                        "leave out times");
    known_ = *weir::facet<weir::Marginals>(*snapshots_);
    if (known_.times.size() < 2 || known_.times.front() != 0 || known_.times.back() != 1)
      return plan.fault("snapshots",
                        fmt::format("the times of a chain go from 0 to 1, and those of '{}' are [{}]",
                                    snapshots_->path(), fmt::join(known_.times, ", ")));
    const auto n = size();
    if (n && *n < 1) plan_count(plan, {});
    const auto least = std::ranges::min_element(known_.sizes);
    if (n && *n > *least)
      plan.fault("draw",
                 fmt::format("{} fixed pairs need as many distinct items, but the snapshot of '{}' at {} "
                             "holds {}",
                             *n, snapshots_->path(), known_.times[std::size_t(least - known_.sizes.begin())],
                             *least),
                 fmt::format("at most {{fixed: {}}}", *least));
  }

  void plan_times(weir::Plan& plan) {
    if (!times_.given()) return;
    const weir::Numbers& given = times_();
    if (given.size() != sources_().size())
      return plan.fault("times", fmt::format("each source has a time: there are {} times and {} sources",
                                             given.size(), sources_().size()));
    bool ascend = given.front() == 0 && given.back() == 1;
    for (std::size_t k = 1; k < given.size(); ++k) ascend = ascend && given[k] > given[k - 1];
    if (!ascend)
      plan.fault("times", fmt::format("times ascend from 0 to 1, and these are [{}]", fmt::join(given, ", ")),
                 "divide them by the last, after taking the first from all");
  }

  weir::Marginals known_;  // of the snapshots, if they are bound
};

}  // namespace

WEIR_PLUGIN(Chain,
            "A point of each of several sources in the order of time, independent or by optimal transport")

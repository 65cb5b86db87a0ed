// plugins/coupling/sinkhorn.cpp -- entropic optimal transport between two sets of n points, balanced or relaxed.
//
//   P = argmin over P >= 0   <P, C> / s + epsilon KL(P | a a^T) + rho0 KL(P 1 | a) + rho1 KL(P^T 1 | a)
//
//   C_ij = || x0_i - x1_j ||^2,  a = 1/n at each point;  scale: none s = 1, or mean, median, max of C
//   rho = infinity where it is not given: that marginal is kept. Of a flow from Brownian motion of variance sigma^2 t to the Schroedinger
//   bridge's: epsilon = 2 sigma^2, scale: none.
//
//   pairs: rows          each x0_i once, with an x1_j drawn from row i: p(j | i) = P_ij / (P 1)_i
//   pairs: plan          n pairs (i, j) drawn from P, with replacement
//   pairs: barycentric   each x0_i once, with the mean of its row,  sum_j p(j | i) x1_j
//
//   gap = <P, C> - sum_i a min_j (C_ij - g_j) - sum_j a g_j >= 0:  how far at most <P, C> lies above that of optimal transport
//
// Source   Cuturi, arXiv 1306.0895; Chizat, Peyre, Schmitzer, Vialard, arXiv 1607.05816 (relaxed); Tong et al., arXiv 2307.03672 (simulation-
//          free Schroedinger bridges); Eyring et al., arXiv 2311.15100 (unbalanced flows); Seguy et al., arXiv 1711.02283 (barycentric).
// Oracle   POT 0.9.7's plans (core/math/numeric/sinkhorn), optimal transport's cost as epsilon falls, all pairs alike as it grows, the
//          covariance of the entropic plan between normal laws (Janati et al., arXiv 2006.02572)
// Peers    torchcfm OTPlanSampler(method="sinkhorn"): scale: none, pairs: plan; normalize_cost=True: scale: max; method="unbalanced": rho0
//          and rho1 its reg_m; torchebm SinkhornCoupling: pairs: rows (its unbalanced plan has the entropy for KL(P | a a^T)); POT
//          ot.sinkhorn, ot.unbalanced.sinkhorn_unbalanced
// Shapes   x0, x1 [pair, item...]; y [pair, ...] as the target measures it
// Limits   n^2 numbers for n pairs. Fresh draws: a plan within each, whose rows therefore depend on each other (one unit). x1 of rows, and
//          both ends of plan, are their sources' laws on average; of a relaxed plan and of means they are others: facet KeptMarginals.
//          A plan that does not reach `tolerance` is a warning of fixed pairs and the end of a run with fresh ones. A batch of n is n
//          pairs of the relaxed plan over its mass: how much of the mass there is, is the output `mass` alone.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include <weir/kinds/facets/kept_marginals.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/math/numeric/sinkhorn.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "paired_ends.hpp"

namespace {

using weir::Tensor;
using How = weir::KeptMarginals::How;

constexpr std::int64_t rows_at_once = 256;

class Sinkhorn final : public weir::PairedEnds {
  weir::Param<double> epsilon_{this, "epsilon", 0.05, weir::positive,
                               "weight of the entropy, in units of the scale"};
  weir::Param<std::string> scale_{this, "scale", "mean", weir::one_of({"none", "mean", "median", "max"}),
                                  "what of the costs is 1: none, for those of squared distances themselves"};
  weir::Param<std::string> pairs_{this, "pairs", "rows", weir::one_of({"rows", "plan", "barycentric"}),
                                  "how pairs are made of the plan"};
  weir::Param<double> rho0_{
      this, "rho0", weir::absent, weir::positive,
      "weight of what the plan's x0 marginal misses, in units of the scale; kept if not given"};
  weir::Param<double> rho1_{
      this, "rho1", weir::absent, weir::positive,
      "weight of what the plan's x1 marginal misses, in units of the scale; kept if not given"};
  weir::Param<double> tolerance_{this, "tolerance", 1e-4, weir::positive,
                                 "share of the mass by which the marginals may miss what they should be"};
  weir::Param<std::int64_t> iterations_{this, "iterations", 5000, weir::at_least(1), "iterations at most"};
  weir::Output<Tensor> cost_{this, "cost", "1", "mean squared distance of the fixed pairs"};
  weir::Output<Tensor> transport_cost_{
      this, "transport_cost", "1",
      "<P, C> over the mass of P: what cost is on average of pairs drawn from P"};
  weir::Output<Tensor> gap_{
      this, "gap", "1",
      "how far at most transport_cost lies above that of optimal transport; of kept marginals"};
  weir::Output<Tensor> entropy_{this, "entropy", "nat",
                                "-sum P log P: log n of a permutation, 2 log n of all pairs alike"};
  weir::Output<Tensor> mass_{this, "mass", "1", "sum of P: 1 if a marginal is kept"};
  weir::Output<Tensor> marginal_error_{this, "marginal_error", "1",
                                       "share of the mass by which the marginals miss what they should be"};
  weir::Output<Tensor> iterations_taken_{this, "iterations_taken", "1", "iterations until that", "int64"};
  weir::Facet<weir::KeptMarginals> kept_{
      this, [this]() -> std::optional<weir::KeptMarginals> {
        const bool relaxed = rho0_.given() || rho1_.given();
        const How drawn = relaxed ? How::changed : How::on_average;
        if (pairs_() == "plan") return weir::KeptMarginals{drawn, drawn};
        return weir::KeptMarginals{How::exactly, pairs_() == "rows" ? drawn : How::changed};
      }};

 public:
  void plan(weir::Plan& plan) override {
    if (pairs_() == "barycentric" && !PairedEnds::context().empty())
      plan.fault(
          "pairs",
          fmt::format("a mean of several targets has no {} of its own", PairedEnds::context().begin()->first),
          "write pairs: rows");
    if (size())
      weir::plan_memory(
          plan, "draw", sizeof(double) * double(*size()) * double(*size()),
          fmt::format("entropic transport of {} pairs holds the distance of each point to each other: it",
                      *size()),
          "take fewer pairs, or draw: fresh, which matches each batch");
    plan_ends(plan);
    if (!size()) return;
    for (auto* output : {&cost_, &transport_cost_, &entropy_, &mass_, &marginal_error_, &iterations_taken_})
      output->plan({}, {});
    if (balanced()) gap_.plan({}, {});
  }

  void run(weir::Run& run) override {
    if (!size()) return;
    weir::Rng rng = this->rng().at("pairs");
    const Ends ends = drawn(*size(), rng);
    if (state_.empty()) {
      state_ = made(ends, rng, run);
      run.checkpoint([this] { return state_; }, true);
    }
    keep_ends(batch(ends, state_));
    cost_.set(weir::paired_squared_distances(all().x0(), all().x1()).mean().to(at::kCPU));
    for (auto* output : {&transport_cost_, &entropy_, &mass_, &marginal_error_, &iterations_taken_, &gap_})
      if (output->planned()) output->set(state_.at(output->schema().name));
  }

  bool stateful() const override { return true; }
  weir::State save() const override { return state_; }
  void load(const weir::State& state) override { state_ = state; }

  const weir::Source* set_of(int end) const override {
    return end == 1 && pairs_() == "barycentric" ? nullptr : PairedEnds::set_of(end);
  }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    const Ends ends = drawn(n, rng);
    const Solved solved = solve(ends, {});
    if (!solved.plan.converged) throw std::runtime_error(unconverged(solved.plan));
    return one_unit(batch(ends, chosen(ends, solved, rng)));
  }

 private:
  struct Solved {
    Tensor costs;
    weir::EntropicPlan plan;
  };

  bool balanced() const { return !rho0_.given() && !rho1_.given(); }

  double scale_of(const Tensor& costs) const {
    if (scale_() == "none") return 1;
    const Tensor s = scale_() == "mean"     ? costs.mean()
                     : scale_() == "median" ? costs.flatten().median()
                                            : costs.max();
    // All points are one: whatever the scale, the costs are 0.
    return s.item<double>() > 0 ? s.item<double>() : 1;
  }

  Solved solve(const Ends& ends, const weir::SinkhornProgress& progress) const {
    Solved solved{weir::SquaredDistances(ends.x1.x).from(ends.x0.x), {}};
    const double s = scale_of(solved.costs), infinity = std::numeric_limits<double>::infinity();
    solved.plan = weir::sinkhorn(solved.costs,
                                 {.epsilon = s * epsilon_(),
                                  .tolerance = tolerance_(),
                                  .iterations = iterations_(),
                                  .rho0 = rho0_.given() ? s * rho0_() : infinity,
                                  .rho1 = rho1_.given() ? s * rho1_() : infinity},
                                 {}, {}, progress);
    return solved;
  }

  // Everything that the fixed pairs and their outputs need beside the points.
  weir::State made(const Ends& ends, const weir::Rng& rng, weir::Run& run) const {
    const Solved solved = solve(ends, [&](std::int64_t done, std::int64_t total) {
      if (run.stop_requested()) throw weir::Stopped();
      run.progress(done, total, {});
    });
    const weir::EntropicPlan& found = solved.plan;
    if (!found.converged) run.warn(unconverged(found));
    weir::State state = chosen(ends, solved, rng);
    const auto put = [&](const weir::AnyOutput& output, double value) {
      state[output.schema().name] = at::scalar_tensor(value, at::kDouble);
    };
    put(transport_cost_, found.cost / found.mass);
    put(entropy_, found.entropy);
    put(mass_, found.mass);
    put(marginal_error_, found.error);
    const double bound = ((solved.costs - found.g).amin(1).mean() + found.g.mean()).item<double>();
    put(gap_, found.cost / found.mass - bound);
    state[iterations_taken_.schema().name] = at::scalar_tensor(found.iterations, at::kLong);
    return state;
  }

  std::string unconverged(const weir::EntropicPlan& found) const {
    return fmt::format(
        "after {} iterations the marginals of the entropic plan miss what they should be by {:.2g} of the "
        "mass, more than "
        "tolerance: {:.2g}; raise epsilon, iterations or tolerance",
        found.iterations, found.error, tolerance_());
  }

  // Which points the pairs are of, or the means.
  weir::State chosen(const Ends& ends, const Solved& solved, const weir::Rng& rng) const {
    const std::int64_t n = solved.costs.size(0);
    // Numbers of 53 bits whatever the points have: of 24 a plan of 4096 rows would have some columns that are never drawn.
    const at::TensorOptions exact = solved.costs.options();
    weir::Rng draws(rng.at("plan").key(), exact);
    const Tensor rows =
        pairs_() == "plan" ? drawn_rows(solved, draws) : at::arange(n, exact.dtype(at::kLong));
    const bool means = pairs_() == "barycentric";
    const Tensor u = means ? Tensor() : draws.uniform({n, 1}),
                 points = ends.x1.x.reshape({n, -1}).to(at::kDouble);
    std::vector<Tensor> parts;
    for (std::int64_t first = 0; first < n; first += rows_at_once) {
      const Tensor part = rows.narrow(0, first, std::min(rows_at_once, n - first));
      weir::EntropicPlan of = solved.plan;
      of.f = of.f.index_select(0, part), of.log_a = of.log_a.index_select(0, part);
      const Tensor p = at::softmax(of.log_rows(solved.costs.index_select(0, part), 0), 1);
      parts.push_back(means ? at::mm(p, points) : columns_at(p, u.narrow(0, first, part.size(0))));
    }
    if (means) return {{"means", at::cat(parts)}};
    return {{"rows", rows}, {"columns", at::cat(parts)}};
  }

  static Tensor drawn_rows(const Solved& solved, weir::Rng& draws) {
    const std::int64_t n = solved.costs.size(0);
    std::vector<Tensor> masses;
    for (std::int64_t first = 0; first < n; first += rows_at_once) {
      const Tensor costs = solved.costs.narrow(0, first, std::min(rows_at_once, n - first));
      masses.push_back(at::logsumexp(solved.plan.log_rows(costs, first), 1));
    }
    return columns_at(at::softmax(at::cat(masses), 0).unsqueeze(0), draws.uniform({1, n}));
  }

  // The columns that p [k, m] puts at the shares u [k, l] of its rows, one after another.
  static Tensor columns_at(const Tensor& p, const Tensor& u) {
    const Tensor reached = p.cumsum(1), sum = reached.narrow(1, p.size(1) - 1, 1);
    return at::searchsorted(reached, u * sum, false, /* the first that is above */ true)
        .clamp_max(p.size(1) - 1)
        .flatten();
  }

  weir::Batch batch(const Ends& ends, const weir::State& chosen) const {
    if (pairs_() != "barycentric") return paired(ends, chosen.at("rows"), chosen.at("columns"));
    const Tensor means = chosen.at("means").to(ends.x1.x.options()).reshape_as(ends.x1.x);
    return batch_of(ends.x0, {means, {}, {}});
  }

  weir::State state_;  // points are drawn again from their address
};

}  // namespace

WEIR_PLUGIN(Sinkhorn, "Entropic optimal transport pairing, balanced or with relaxed marginals")

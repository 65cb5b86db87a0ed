// plugins/coupling/rematched.cpp -- another coupling's points, paired anew by exact optimal transport.
//
//   (x0_i, x1_p(i)),  p = argmin over permutations  sum_i || x0_i - x1_p(i) ||^2
//
//   x0 keeps the other coupling's order, so that x1 is the OT partner of each of its x0: of pairs that a flow generated,
//   for instance. kept = share of pairs with p(i) = i: 1 if the other coupling is that of optimal transport already.
//
// Source   Reu, Dromigny, Bronstein, Vargas, arXiv 2510.18118, table 3: distance to the OT partner of generated pairs.
// Oracle   optimal pairs that were shuffled come back to the bit; points on a line are paired in order.
// Peers    none
// Shapes   x0, x1 [pair, item...]; permutation [pair]
// Limits   fixed pairs; one assignment of all N, N^2 numbers in memory; labels follow the targets
#include <fmt/format.h>

#include <weir/kinds/facets/time_span.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/math/numeric/assignment.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Rematched final : public weir::Coupling {
  weir::Port<weir::Coupling> coupling_{this, "coupling", "fixed pairs whose points are paired anew"};
  weir::Facet<weir::TimeSpan> span_{this, [this] { return weir::facet<weir::TimeSpan>(*coupling_); }};
  weir::Output<Tensor> permutation_{this, "permutation", "1", "pair from which each x0 has its target",
                                    "int64"};
  weir::Output<Tensor> kept_{this, "kept", "1", "share of pairs that keep their target"};
  weir::Output<Tensor> cost_{this, "cost", "1", "mean squared distance of the pairs"};
  weir::Output<Tensor> gap_{this, "gap", "1",
                            "how far at most the cost lies above the optimum, from the dual variables"};

 public:
  void plan(weir::Plan& plan) override {
    const auto n = size();
    if (!n) {
      return plan.fault(
          "coupling",
          fmt::format("only fixed pairs can be paired anew; coupling '{}' draws new ones each time",
                      coupling_->path()),
          *coupling_, "draw", "its pairs are said here to be drawn fresh");
    }
    weir::plan_memory(plan, "coupling", weir::match_bytes(*n),
                      fmt::format("matching {} pairs holds the distance of each point to each other: it", *n),
                      "take fewer pairs");
    plan_outputs();
    permutation_.plan({*n}, {"pair"});
    kept_.plan({}, {});
    cost_.plan({}, {});
    gap_.plan({}, {});
  }

  void run(weir::Run& run) override {
    const weir::Batch pairs = coupling_->all();
    const weir::Assignment best =
        weir::match(pairs.x0(), pairs.x1(), [&](std::int64_t done, std::int64_t total) {
          if (run.stop_requested()) throw weir::Stopped();
          run.progress(done, total, {});
        });
    const Tensor partner = best.permutation.to(pairs.x0().device());
    const auto per_pair = [&](double sum) {
      return at::scalar_tensor(sum / static_cast<double>(pairs.size()), at::kDouble);
    };
    keep(exchanged(pairs, partner));
    permutation_.set(partner);
    kept_.set((partner == at::arange(pairs.size(), partner.options())).to(at::kDouble).mean());
    cost_.set(per_pair(best.cost));
    gap_.set(per_pair(best.gap));
  }

  weir::Shape shape() const override { return coupling_->shape(); }
  const weir::Source* set_of(int end) const override { return coupling_->set_of(end); }
  std::map<std::string, weir::Domain::Entry> context() const override { return coupling_->context(); }
  std::optional<std::int64_t> size() const override { return coupling_->size(); }

 protected:
  weir::Batch pair(std::int64_t, weir::Rng&) const override {
    return all();
  }  // never asked: run makes the pairs
};

}  // namespace

WEIR_PLUGIN(Rematched, "Another coupling's points paired anew by exact optimal transport")

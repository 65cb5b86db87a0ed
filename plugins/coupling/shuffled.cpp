// plugins/coupling/shuffled.cpp -- another coupling's pairs with their targets exchanged: an adversarial pairing.
//
//   (x0_i, x1_p(i)),  p a uniformly random cycle through all N pairs: p(q_k) = q_(k+1 mod N), q a random permutation
//
//   A cycle has no fixed point, so no pair keeps its own partner: reaching the shuffled partner and reaching the original one
//   are different events for every pair. (A plain random permutation keeps one partner on average, whatever N.)
//
// Source   Reu, Dromigny, Bronstein, Vargas, arXiv 2510.18118, table 2: the OT coupling, shuffled. Cycles: Sattolo,
//          Inf. Process. Lett. 22 (1986) 315-317.
// Oracle   the permutation, walked from pair to pair, comes back after N steps and not before.
// Peers    none
// Shapes   x0, x1, ot [pair, item...]; permutation [pair]
// Limits   needs at least 2 fixed pairs; labels follow the targets
#include <fmt/format.h>

#include <weir/kinds/facets/time_span.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Shuffled final : public weir::Coupling {
  weir::Port<weir::Coupling> coupling_{this, "coupling", "fixed pairs whose targets are exchanged"};
  weir::Facet<weir::TimeSpan> span_{this, [this] { return weir::facet<weir::TimeSpan>(*coupling_); }};
  weir::Output<Tensor> ot_{this, "ot", "1", "target that each x0 had before"};
  weir::Output<Tensor> permutation_{this, "permutation", "1", "pair from which each x0 has its target",
                                    "int64"};

 public:
  void plan(weir::Plan& plan) override {
    const auto n = size();
    if (!n) {
      return plan.fault(
          "coupling",
          fmt::format("only fixed pairs can be shuffled; coupling '{}' draws new ones each time",
                      coupling_->path()),
          *coupling_, "draw", "its pairs are said here to be drawn fresh");
    }
    if (*n < 2) return plan.fault("coupling", "one pair has no other target to take; at least 2 are needed");
    plan_outputs();
    ot_.plan(weir::rows_of(*n, shape()), weir::dims_of("pair", shape()));
    permutation_.plan({*n}, {"pair"});
  }

  void run(weir::Run&) override {
    const weir::Batch pairs = coupling_->all();
    weir::Rng rng = this->rng().at("pairs");
    const Tensor order = rng.permutation(pairs.size());
    const Tensor partner = at::empty_like(order).index_copy(0, order, order.roll(-1));
    keep(exchanged(pairs, partner));
    ot_.set(pairs.x1());
    permutation_.set(partner);
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

WEIR_PLUGIN(Shuffled, "Fixed pairs of another coupling with their targets exchanged")

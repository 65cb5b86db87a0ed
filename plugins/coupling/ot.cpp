// plugins/coupling/ot.cpp -- exact optimal transport between two sets of points.
//
//   p = argmin over permutations  sum_i || x0_i - x1_p(i) ||^2         pairs (x0_i, x1_p(i))
//   gap = (cost of p - lower bound of its dual variables) / N >= 0     p is optimal to within the gap
//
// Source   Tong et al., arXiv 2302.00482; Pooladian et al., arXiv 2304.14772 (minibatch OT); Jonker, Volgenant 1987.
// Shapes   x0, x1 [pair, item...]
// Limits   fixed pairs: one assignment of all N, N^2 numbers in memory. Fresh: an assignment within each draw, whose rows therefore
//          depend on each other (one unit). Always a permutation: no pair is drawn twice or left out.
#include <weir/kinds/flow/coupling.hpp>
#include <weir/math/numeric/assignment.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Ot final : public weir::DrawnCoupling {
  weir::Port<weir::Source> source_{this, "source", "where x0 comes from"};
  weir::Port<weir::Source> target_{this, "target", "where x1 comes from"};
  weir::Output<Tensor> cost_{this, "cost", "1", "mean squared distance of the fixed pairs"};
  weir::Output<Tensor> gap_{this, "gap", "1",
                            "how far at most the cost lies above the optimum, from the dual variables"};

 public:
  void plan(weir::Plan& plan) override {
    plan_sources(plan, source_, &target_);
    plan_outputs();
    if (size()) {
      cost_.plan({}, {});
      gap_.plan({}, {});
    }
  }

  void run(weir::Run& run) override {
    const auto n = size();
    if (!n) return;
    const auto [x0, x1] = ends(*n, this->rng().at("pairs"));
    if (state_.empty()) {
      const weir::Assignment best = weir::match(x0.x, x1.x, [&](std::int64_t done, std::int64_t total) {
        if (run.stop_requested()) throw weir::Stopped();
        run.progress(done, total, {});
      });
      const auto per_pair = [&](double sum) {
        return at::scalar_tensor(sum / static_cast<double>(*n), at::kDouble);
      };
      state_ = {
          {"permutation", best.permutation}, {"cost", per_pair(best.cost)}, {"gap", per_pair(best.gap)}};
      run.checkpoint([this] { return state_; }, true);
    }
    keep(matched(x0, x1, state_.at("permutation")));
    cost_.set(state_.at("cost"));
    gap_.set(state_.at("gap"));
  }

  bool stateful() const override { return true; }
  weir::State save() const override { return state_; }
  void load(const weir::State& state) override { state_ = state; }

  weir::Shape shape() const override { return source_->shape(); }
  const weir::Source* set_of(int end) const override { return finite(end == 0 ? *source_ : *target_); }
  std::map<std::string, weir::Domain::Entry> context() const override { return labels_of(*target_); }
  bool dependent_rows() const override { return !size(); }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    const auto [x0, x1] = ends(n, rng);
    weir::Batch batch = matched(x0, x1, weir::match(x0.x, x1.x).permutation);
    batch.unit = at::zeros_like(batch.unit);
    return batch;
  }

 private:
  std::pair<Points, Points> ends(std::int64_t n, const weir::Rng& rng) const {
    return {points_of(*source_, n, rng.at("source")), points_of(*target_, n, rng.at("target"))};
  }

  static weir::Batch matched(const Points& x0, const Points& x1, const Tensor& permutation) {
    return batch_of(x0, x1.rows(permutation.to(x1.x.device())));
  }

  weir::State state_;  // the assignment: points are drawn again from their address
};

}  // namespace

WEIR_PLUGIN(Ot, "Exact optimal transport pairing, of the whole set or within each batch")

// tests/sdk/zoo/objective/crowded.cpp -- a loss of each row that depends on the other rows.
#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Crowded final : public weir::Objective {
  weir::Port<weir::Coupling> coupling_{this, "coupling", "pairs of source and target points"};

 public:
  weir::Shape shape() const override { return coupling_->shape(); }
  weir::Domain domain() const override { return {coupling_->shape(), coupling_->context()}; }
  bool dependent_rows() const override { return coupling_->dependent_rows(); }
  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng pairs = rng.at("pairs"), times = rng.at("times");
    weir::Batch batch = coupling_->draw(n, pairs);
    const Tensor t = times.uniform({n}), u = batch.x1() - batch.x0();
    const Tensor xt = batch.x0() + weir::expand_as_items(t, u) * u;
    return {std::move(batch), {{"t", t}, {"z", at::zeros_like(u)}, {"xt", xt}, {"ut", u}}};
  }
  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    const Tensor v = field.velocity(params, sample["xt"], sample["t"], sample.batch.context);
    const Tensor loss = (sample["ut"] - v).square().flatten(1).sum(1);
    return loss / loss.detach().mean();
  }
};

}  // namespace

WEIR_PLUGIN(Crowded, "An animal that minds its neighbours")

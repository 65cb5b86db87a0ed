// tests/sdk/zoo/objective/echoing.cpp -- asks its field twice, and does not say that a tape cannot follow it.
#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Echoing final : public weir::Objective {
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
    const Tensor call = field.velocity(params, sample["xt"], sample["t"], sample.batch.context);
    const Tensor echo =
        field.velocity(params, sample.batch.x0(), at::zeros_like(sample["t"]), sample.batch.context);
    return (sample["ut"] - (call + echo) / 2).square().flatten(1).sum(1);
  }
};

}  // namespace

WEIR_PLUGIN(Echoing, "An animal that calls and is answered")

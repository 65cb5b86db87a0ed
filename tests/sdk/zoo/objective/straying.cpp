// tests/sdk/zoo/objective/straying.cpp -- gives as its network one whose parameters are elsewhere.
#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Straying final : public weir::Objective {
  weir::Port<weir::Source> source_{this, "source", "points that it learns the mean of"};
  weir::Port<weir::Network> network_{this, "network", "what learns it"};

  weir::Network::Signature signature() const {
    return {{{"x", {.shape = source_->shape()}}}, source_->shape()};
  }

 public:
  void plan(weir::Plan& plan) override { network_->plan_for(signature(), plan); }
  weir::Shape shape() const override { return source_->shape(); }
  bool takes_field() const override { return false; }
  weir::Params init(weir::Rng& rng) const override {
    return network_->init(signature(), rng).prefixed("herd.");
  }
  std::optional<Own> network() const override { return Own{&*network_, signature(), "flock."}; }
  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng rows = rng.at("rows");
    weir::Batch batch = weir::drawn_from(*source_, n, rows);
    batch.context.clear();
    return {std::move(batch), {}};
  }
  weir::Loss loss(const weir::Field&, const weir::Params& params, const weir::Sample& sample) const override {
    const Tensor x = sample.batch.x0();
    return (network_->forward(params.under("herd."), {{"x", x}}) - x).square().flatten(1).sum(1);
  }
};

}  // namespace

WEIR_PLUGIN(Straying, "An animal that is sought in the wrong herd")

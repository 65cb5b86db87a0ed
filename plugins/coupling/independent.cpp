// plugins/coupling/independent.cpp -- source and target drawn on their own.
//
//   (X0, X1) ~ p0 x p1
//
// Of a target that is measured (source/measured) each pair has the y of its x1 beside it, as context `y`.
//
// Source   Lipman et al., arXiv 2210.02747; Liu, Gong, Liu, arXiv 2209.03003 (1-rectified flow).
// Oracle   20000 pairs are uncorrelated within five standard errors; fixed pairs of finite sets have each item once.
// Peers    what torchcfm ConditionalFlowMatcher, rectified-flow, interflow and SiT are given by default; torchebm independent
// Shapes   x0, x1 [pair, item...]; y [pair, ...] as the target measures it
// Limits   fixed pairs take distinct items of a finite set; a fresh draw takes them with replacement
#include <weir/kinds/facets/joint_normal_law.hpp>
#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/plugin.hpp>

namespace {

class Independent final : public weir::DrawnCoupling {
  weir::Port<weir::Source> source_{this, "source", "where x0 comes from"};
  weir::Port<weir::Source> target_{this, "target", "where x1 comes from"};
  weir::Output<weir::Tensor> y_{this, "y", "1",
                                "measurement of each x1 of fixed pairs, where the target is measured"};
  weir::Facet<weir::JointNormalLaw> law_{
      this, [this]() -> std::optional<weir::JointNormalLaw> {
        const auto x0 = weir::facet<weir::NormalLaw>(*source_), x1 = weir::facet<weir::NormalLaw>(*target_);
        if (size() || !x0 || !x1) return std::nullopt;
        const weir::Tensor load0 = x0->load(), load1 = x1->load(), none = at::zeros_like(load0);
        return weir::JointNormalLaw{x0->mean, x1->mean, at::cat({load0, none}, 1), at::cat({none, load1}, 1)};
      }};

 public:
  void plan(weir::Plan& plan) override {
    plan_sources(plan, source_, &target_);
    plan_outputs();
    if (const auto measured = weir::facet<weir::Measurement>(*target_); size() && measured)
      y_.plan(weir::rows_of(*size(), measured->shape), weir::dims_of("pair", measured->shape));
  }

  void run(weir::Run& run) override {
    Coupling::run(run);
    if (y_.planned()) y_.set(all().context.at("y"));
  }

  weir::Shape shape() const override { return source_->shape(); }
  const weir::Source* set_of(int end) const override { return finite(end == 0 ? *source_ : *target_); }
  std::map<std::string, weir::Domain::Entry> context() const override {
    auto told = labels_of(*target_);
    if (const auto measured = weir::facet<weir::Measurement>(*target_))
      told["y"] = {.shape = measured->shape};
    return told;
  }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    const Points x0 = points_of(*source_, n, rng.at("source")), x1 = points_of(*target_, n, rng.at("target"));
    weir::Batch batch = batch_of(x0, x1);
    if (const auto measured = weir::facet<weir::Measurement>(*target_)) {
      weir::Rng noise = rng.at("measurement");
      batch.context["y"] = measured->of(batch.x1(), noise);
    }
    return batch;
  }
};

}  // namespace

WEIR_PLUGIN(Independent, "Source and target drawn independently")

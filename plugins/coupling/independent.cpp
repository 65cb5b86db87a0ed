// plugins/coupling/independent.cpp -- source and target drawn on their own.
//
//   (X0, X1) ~ p0 x p1
//
// Source   Lipman et al., arXiv 2210.02747; Liu, Gong, Liu, arXiv 2209.03003 (1-rectified flow).
// Shapes   x0, x1 [pair, item...]
// Limits   fixed pairs take distinct items of a finite set; a fresh draw takes them with replacement
#include <weir/kinds/flow/coupling.hpp>
#include <weir/plugin.hpp>

namespace {

class Independent final : public weir::DrawnCoupling {
  weir::Port<weir::Source> source_{this, "source", "where x0 comes from"};
  weir::Port<weir::Source> target_{this, "target", "where x1 comes from"};

 public:
  void plan(weir::Plan& plan) override {
    plan_sources(plan, source_, &target_);
    plan_outputs();
  }

  weir::Shape shape() const override { return source_->shape(); }

  std::optional<JointNormal> joint_normal() const override {
    const auto x0 = source_->normal(), x1 = target_->normal();
    if (size() || !x0 || !x1) return std::nullopt;
    const weir::Tensor none = at::zeros_like(x0->load);
    return JointNormal{x0->mean, x1->mean, at::cat({x0->load, none}, 1), at::cat({none, x1->load}, 1)};
  }

  const weir::Source* set_of(int end) const override { return finite(end == 0 ? *source_ : *target_); }
  std::map<std::string, weir::Domain::Entry> context() const override { return labels_of(*target_); }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    const Points x0 = points_of(*source_, n, rng.at("source")), x1 = points_of(*target_, n, rng.at("target"));
    return batch_of(x0, x1);
  }
};

}  // namespace

WEIR_PLUGIN(Independent, "Source and target drawn independently")

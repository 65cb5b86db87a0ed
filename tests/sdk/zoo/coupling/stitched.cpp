// tests/sdk/zoo/coupling/stitched.cpp -- says that rows of a draw depend on each other, of fixed pairs too.
#include <weir/kinds/flow/coupling.hpp>
#include <weir/plugin.hpp>

namespace {

class Stitched final : public weir::DrawnCoupling {
  weir::Port<weir::Source> source_{this, "source", "where x0 comes from"};

 public:
  void plan(weir::Plan& plan) override {
    plan_sources(plan, source_, nullptr);
    if (plan.clean()) plan_outputs();
  }
  weir::Shape shape() const override { return source_->shape(); }
  bool dependent_rows() const override { return true; }
  const weir::Source* set_of(int) const override { return finite(*source_); }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    const Points x0 = points_of(*source_, n, rng.at("x0"));
    weir::Batch batch = batch_of(x0, x0);
    batch.unit = at::zeros({n}, at::kLong);
    return batch;
  }
};

}  // namespace

WEIR_PLUGIN(Stitched, "Animals that are sewn together")

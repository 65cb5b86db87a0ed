// tests/sdk/zoo/field/rider.cpp -- a field that asks another, whose parameters are its own.
#include <weir/kinds/flow/field.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Rider final : public weir::Field {
  weir::Port<weir::Field> field_{this, "field", "what it rides on"};
  weir::Param<double> haste_{this, "haste", 2, weir::positive, "how much faster it goes"};

 public:
  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    return haste_() * field_->velocity(params, x, t, context);
  }
  weir::Params init(const weir::Domain& domain, weir::Rng& rng) const override {
    return field_->init(domain, rng);
  }
  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    field_->plan_for(domain, plan);
  }
  bool taped() const override { return field_->taped(); }
};

}  // namespace

WEIR_PLUGIN(Rider, "An animal that rides on a field")

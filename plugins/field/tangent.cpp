// plugins/field/tangent.cpp -- a velocity along the sphere: another field's, without its part towards or away from the centre.
//
//   v(x, t) = |x| (w - (w . d) d),   d = x / |x|,  w = velocity of `field` at (d, t)
//
// Its flow keeps |x|: points of the unit sphere stay there, but for the error of the steps. The network is asked on the sphere alone.
//
// Source   Chen, Lipman, arXiv 2302.03660 (projection to the tangent space).
// Oracle   v . x = 0; lengths are kept along a flow, with the order of its method; a tangent w on the sphere is left as it is
// Peers    flow_matching ProjectToTangent, of its Riemannian examples
// Shapes   x, v, w [B, item...], lengths over the flattened item; parameters and context are those of `field`
// Limits   the sphere alone. At x = 0 the velocity is 0
#include <weir/kinds/flow/field.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Tangent final : public weir::Field {
  weir::Port<weir::Field> field_{this, "field", "velocity of which the tangent part is taken"};

 public:
  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    field_->plan_for(domain, plan);
  }
  weir::Params init(const weir::Domain& domain, weir::Rng& rng) const override {
    return field_->init(domain, rng);
  }
  bool taped() const override { return field_->taped(); }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    const Tensor rows = x.flatten(1), length = rows.norm(2, {1}, true), d = rows / length.clamp_min(1e-30);
    const Tensor w = field_->velocity(params, d.reshape_as(x), t, context).flatten(1);
    return (length * (w - (w * d).sum(1, true) * d)).reshape_as(x);
  }
};

}  // namespace

WEIR_PLUGIN(Tangent, "The part of a velocity that is tangent to the sphere")

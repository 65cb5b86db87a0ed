// plugins/field/linear.cpp -- a linear map of the point, the same at every t.
//
//   v(x, t) = W x,  W = 0 at first
//
// At one t (time/fixed) its loss is least squares with the features x_t, of which the course of SGD is known: probe/sgd_curve.
//
// Source   linear regression by least squares: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2009, section 3.2.
// Oracle   at LAPACK's least-squares map of its points the loss has no gradient, and elsewhere it is larger by what Pythagoras says; a
//          product by hand.
// Peers    torch.nn.Linear(D, D, bias=False)
// Shapes   x, v [B, item...], D numbers in an item; W [D, D]
// Limits   no shift: centre the points. Over several t it learns an average. W is held whole: D^2 numbers.
#include <fmt/format.h>

#include <functional>
#include <numeric>

#include <weir/kinds/facets/linear_velocity.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr std::int64_t largest_dim = 4096;

std::int64_t dim_of(const weir::Domain& domain) {
  return std::accumulate(domain.item.begin(), domain.item.end(), std::int64_t{1}, std::multiplies<>());
}

class Linear final : public weir::Field {
  weir::Facet<weir::LinearVelocity> linear_velocity_{
      this, [] { return weir::LinearVelocity{[](const weir::Params& params) { return params["W"]; }}; }};

 public:
  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    refuse_context(domain, plan);
    if (dim_of(domain) > largest_dim)
      plan.fault("",
                 fmt::format("field/linear holds a matrix of {0} x {0} for items of {0} numbers; at most {1} "
                             "are possible",
                             dim_of(domain), largest_dim),
                 "use field/mlp or field/unet");
  }

  weir::Params init(const weir::Domain& domain, weir::Rng&) const override {
    const std::int64_t dim = dim_of(domain);
    return weir::Params({{"W", at::zeros({dim, dim}, options())}});
  }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor&,
                  const weir::Context&) const override {
    return at::linear(x.flatten(1), params["W"]).reshape_as(x);
  }
};

}  // namespace

WEIR_PLUGIN(Linear, "A linear map of the point, the same at every t")

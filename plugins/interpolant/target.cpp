// plugins/interpolant/target.cpp -- straight lines to a small ball about x1, whose radius is what is left of x0.
//
//   alpha(t) = 1 - (1 - sigma_min) t        beta(t) = t        x_t = alpha x0 + t x1 + gamma(t) z        u_t = x1 - (1 - sigma_min) x0
//
// Of x0 ~ N(0, I), x_t given x1 is N(t x1, (1 - (1 - sigma_min) t)^2 I).
//
// Source   Lipman et al., arXiv 2210.02747, section 4.1 (the optimal-transport path)
// Oracle   numbers of torchcfm 1.0.7, which writes u_t of x_t and x1; sigma_min = 0 is interpolant/linear
// Peers    torchcfm TargetConditionalFlowMatcher(sigma), whose noise is x0 here
// Shapes   t [N]
// Limits   it ends at x1 + sigma_min x0 (InexactEnds): the law that is generated is that of x1 convolved with that of sigma_min x0
#include <optional>

#include <weir/kinds/facets/inexact_ends.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Target final : public weir::TwoPoint {
  weir::Param<double> sigma_min_{this, "sigma_min", 1e-4, weir::below_one, "what is left of x0 at t = 1"};
  weir::Facet<weir::InexactEnds> ends_{
      this, [this] {
        return sigma_min_() == 0 ? std::nullopt : std::optional(weir::InexactEnds{.alpha1 = sigma_min_()});
      }};

 public:
  Tensor alpha(const Tensor& t) const override { return (1 - t) + sigma_min_() * t; }
  Tensor beta(const Tensor& t) const override { return t; }
  Tensor dalpha(const Tensor& t) const override { return at::full_like(t, sigma_min_() - 1); }
  Tensor dbeta(const Tensor& t) const override { return at::ones_like(t); }
};

}  // namespace

WEIR_PLUGIN(Target, "Straight lines that keep a little of x0, as in the first flow matching")

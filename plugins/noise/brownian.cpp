// plugins/noise/brownian.cpp -- Brownian-bridge noise.
//
//   gamma(t) = sigma sqrt(t (1 - t))        gamma'(t) = sigma (1 - 2 t) / (2 sqrt(t (1 - t)))
//
// Source   Albergo, Boffi, Vanden-Eijnden, arXiv 2303.08797.
// Oracle   the spread of W_t - t W_1 from 40000 Brownian paths, within five standard errors; gamma' is the central difference of gamma.
// Peers    torchcfm SchrodingerBridgeConditionalFlowMatcher (sigma sqrt(t (1 - t))); interflow gamma brownian, a-brownian
// Shapes   t, gamma, gamma' [N]
// Limits   gamma' is unbounded at t = 0 and 1; samplers stay inside (eps, 1 - eps).
#include <weir/kinds/facets/infinite_action.hpp>
#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Brownian final : public weir::Noise {
  weir::Param<double> sigma_{this, "sigma", 0.05, weir::non_negative,
                             "the largest spread is sigma / 2, at t = 1/2"};
  weir::Facet<weir::InfiniteAction> action_{
      this, [this] { return zero() ? std::nullopt : std::optional(weir::InfiniteAction{}); }};

 public:
  Tensor gamma(const Tensor& t) const override { return sigma_() * at::sqrt(t * (1 - t)); }
  Tensor dgamma(const Tensor& t) const override {
    return sigma_() * (1 - 2 * t) / (2 * at::sqrt(t * (1 - t)));
  }
  bool zero() const override { return sigma_() == 0; }
};

}  // namespace

WEIR_PLUGIN(Brownian, "Brownian-bridge noise, zero at both ends")

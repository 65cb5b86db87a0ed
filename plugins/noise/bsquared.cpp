// plugins/noise/bsquared.cpp -- the square of the Brownian bridge's spread: noise that vanishes evenly at both ends.
//
//   gamma(t) = sigma t (1 - t)        gamma'(t) = sigma (1 - 2 t)
//
// Source   Albergo, Boffi, Vanden-Eijnden, arXiv 2303.08797
// Oracle   gamma / sigma is the square of noise/brownian's
// Peers    stochastic-interpolants make_gamma("bsquared")
// Shapes   t, gamma, gamma' [N]
// Limits   zero at both ends, so that the score of a path is there that of the path without noise
#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Bsquared final : public weir::Noise {
  weir::Param<double> sigma_{this, "sigma", 0.05, weir::non_negative,
                             "the largest spread is sigma / 4, at t = 1/2"};

 public:
  Tensor gamma(const Tensor& t) const override { return sigma_() * t * (1 - t); }
  Tensor dgamma(const Tensor& t) const override { return sigma_() * (1 - 2 * t); }
  bool zero() const override { return sigma_() == 0; }
};

}  // namespace

WEIR_PLUGIN(Bsquared, "Noise that grows and vanishes evenly, with a finite derivative")

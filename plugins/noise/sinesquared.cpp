// plugins/noise/sinesquared.cpp -- noise that begins and ends level.
//
//   gamma(t) = sigma sin^2(pi t)        gamma'(t) = 2 pi sigma sin(pi t) cos(pi t)
//
// sin(pi t) as that of the nearer end, and cos(pi t) = sin(pi (1/2 - t)), so that gamma(1) and gamma'(1) are 0.
//
// Source   Albergo, Boffi, Vanden-Eijnden, arXiv 2303.08797
// Oracle   gamma = sigma (1 - cos 2 pi t) / 2 and gamma' = pi sigma sin 2 pi t
// Peers    stochastic-interpolants make_gamma("sinesquared")
// Shapes   t, gamma, gamma' [N]
// Limits   zero at both ends. It rises faster than t, so that with noise_in_target and a sigma above 2 a stochastic integrator may need
//          noise of negative variance, and says so.
#include <numbers>

#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

using std::numbers::pi;
using weir::Tensor;

class Sinesquared final : public weir::Noise {
  weir::Param<double> sigma_{this, "sigma", 0.05, weir::non_negative, "the largest spread, at t = 1/2"};

  static Tensor sine(const Tensor& t) { return (pi * at::minimum(t, 1 - t)).sin(); }

 public:
  Tensor gamma(const Tensor& t) const override { return sigma_() * sine(t).square(); }
  Tensor dgamma(const Tensor& t) const override {
    return 2 * pi * sigma_() * sine(t) * (pi * (0.5 - t)).sin();
  }
  bool zero() const override { return sigma_() == 0; }
};

}  // namespace

WEIR_PLUGIN(Sinesquared, "Noise that begins and ends level, largest in the middle")

// plugins/noise/sigmoid.cpp -- noise that is switched on and off about the middle of the way.
//
//   gamma(t) = sigma (S(y + 1) - S(y - 1) - S(-f / 2 + 1) + S(-f / 2 - 1))        S(y) = 1 / (1 + e^-y)        y = f (t - 1/2)
//            = 2 sigma sinh 1 sinh(f t / 2) sinh(f (1 - t) / 2) / ((cosh y + cosh 1) (cosh(f / 2) + cosh 1))
//   gamma'(t) = -sigma f sinh 1 sinh y / (cosh y + cosh 1)^2
//
// from S(y + 1) - S(y - 1) = sinh 1 / (cosh y + cosh 1); the second form is 0 at both ends and loses no digits near them.
//
// Source   Albergo, Boffi, Vanden-Eijnden, arXiv 2303.08797, whose code has f = 10
// Oracle   the first form and its derivative in 40 digits (mpmath 1.3)
// Peers    stochastic-interpolants make_gamma("sigmoid"), of f = 10 and sigma = 1
// Shapes   t, gamma, gamma' [N]
// Limits   zero at both ends. It rises faster than t, so that with noise_in_target and a large sigma a stochastic integrator may need
//          noise of negative variance, and says so.
#include <cmath>

#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Sigmoid final : public weir::Noise {
  weir::Param<double> sigma_{this, "sigma", 0.05, weir::non_negative,
                             "scale; with f = 10 the largest spread is 0.447 sigma, at t = 1/2"};
  weir::Param<double> steepness_{this,
                                 "steepness",
                                 10.0,
                                 {.minimum = 0, .maximum = 100, .minimum_excluded = true},
                                 "f: how abruptly the noise comes and goes"};

 public:
  Tensor gamma(const Tensor& t) const override {
    const double f = steepness_(), outer = std::cosh(f / 2) + std::cosh(1.0);
    return (2 * sigma_() * std::sinh(1.0)) * (((f / 2) * t).sinh() / inner(t)) *
           (((f / 2) * (1 - t)).sinh() / outer);
  }
  Tensor dgamma(const Tensor& t) const override {
    return (-sigma_() * steepness_() * std::sinh(1.0)) * (off_middle(t).sinh() / inner(t)) / inner(t);
  }
  bool zero() const override { return sigma_() == 0; }

 private:
  Tensor off_middle(const Tensor& t) const { return steepness_() * (t - 0.5); }
  Tensor inner(const Tensor& t) const { return off_middle(t).cosh() + std::cosh(1.0); }
};

}  // namespace

WEIR_PLUGIN(Sigmoid, "Noise that comes and goes about the middle of the way")

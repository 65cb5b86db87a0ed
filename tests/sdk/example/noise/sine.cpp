// noise/sine.cpp -- noise that rises and falls as a sine.
//
//   gamma(t) = sigma sin(pi t)        gamma'(t) = sigma pi cos(pi t)
//
// Shapes   t, gamma, gamma' [N]
#include <numbers>

#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

using std::numbers::pi;
using weir::Tensor;

class Sine final : public weir::Noise {
  weir::Param<double> sigma_{this, "sigma", 0.05, weir::non_negative, "the largest spread, at t = 1/2"};

 public:
  Tensor gamma(const Tensor& t) const override { return sigma_() * at::sin(pi * t); }
  Tensor dgamma(const Tensor& t) const override { return sigma_() * pi * at::cos(pi * t); }
  bool zero() const override { return sigma_() == 0; }
};

}  // namespace

WEIR_PLUGIN(Sine, "Noise that rises and falls as a sine")

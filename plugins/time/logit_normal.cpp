// plugins/time/logit_normal.cpp -- t whose logit is normal: the middle of (0, 1) more often than its ends.
//
//   t = 1 / (1 + exp(-(mean + scale z))),  z ~ N(0, 1)
//   density(t) = exp(-(log(t / (1 - t)) - mean)^2 / (2 scale^2)) / (scale sqrt(2 pi) t (1 - t))        0 at both ends
//
// Source   Aitchison, Shen, Biometrika 67 (1980) 261-272; for flows: Esser et al., arXiv 2403.03206, eq. 19.
// Oracle   logits have the mean and the spread within five standard errors; the density integrates to 1, and samples follow it (laws of
//          t).
// Peers    rectified-flow TrainTimeSampler("lognormal"); flow_matching skewed_timestep_sample (examples: mean 1.2, scale 1.2, cut);
//          stable-diffusion.cpp logit_normal
// Shapes   t, density [N]
// Limits   with a large `scale` t comes nearer to an end than its numbers can tell, and is that end
#include <cmath>
#include <numbers>

#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class LogitNormal final : public weir::Time {
  weir::Param<double> mean_{this, "mean", 0.0, "mean of the logit; below 0: t nearer to 0"};
  weir::Param<double> scale_{this, "scale", 1.0, weir::positive, "standard deviation of the logit"};

 public:
  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    return (mean_() + scale_() * rng.normal({n})).sigmoid();
  }
  Tensor density(const Tensor& t) const override {
    const Tensor inside = t.to(at::kDouble).clamp(1e-300, 1 - 0x1p-53);
    const Tensor z = (inside.log() - (-inside).log1p() - mean_()) / scale_();
    const Tensor p =
        (-z.square() / 2).exp() / (scale_() * std::sqrt(2 * std::numbers::pi) * inside * (1 - inside));
    return at::where((t > 0) & (t < 1), p, at::zeros_like(p)).to(t.scalar_type());
  }
};

}  // namespace

WEIR_PLUGIN(LogitNormal, "Times whose logit is normal, seldom near the ends")

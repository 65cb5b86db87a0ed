// plugins/objective/weighted.cpp -- flow matching whose times count by a weight of their own.
//
//   l_i = w(t_i) || u_t - v(x_t, t) ||^2,  times the pair's weight
//
//   weight: min_snr   w = (sigma / W)^2 min(SNR, gamma),   SNR = beta^2 / sigma^2,  sigma^2 = alpha^2 + gamma(t)^2 of the path's noise
//                     that is min(SNR, gamma) || x1 - x1^ ||^2 of the data that the velocity predicts (core/kinds/flow/space.hpp)
//   weight: table     w linear between `weights` at `times`, constant outside them
//
// The weight says how much each time counts, not what is best there: the minimiser is that of the objective it stands on.
//
// Source   Hang et al., arXiv 2303.09556 (min-SNR, of the data that is predicted). A weight over t beside a law of t: Esser et al.,
//          arXiv 2403.03206, section 3.1: one is the other.
// Oracle   gamma beyond every SNR gives the loss in the space of the noise, and a small one gamma times that of the data, of
//          objective/flow_matching; a table of ones changes nothing, and a ramp is that by hand
// Peers    lucidrains/denoising-diffusion-pytorch min_snr_loss_weight, min_snr_gamma; diffusers' training scripts --snr_gamma
// Shapes   x_t, u_t [B, item...]    t, l [B]
// Limits   Of flow matching with loss: velocity. On a path with noise as core/kinds/flow/space.hpp: x0 ~ N(0, I) independent of x1.
#include <algorithm>

#include <fmt/format.h>

#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/kinds/flow/space.hpp>
#include <weir/plugin.hpp>

#include "other_loss.hpp"

namespace {

using weir::Tensor;

class Weighted final : public weir::OtherLoss {
  weir::Param<std::string> weight_{this, "weight", weir::required, weir::one_of({"min_snr", "table"}),
                                   "what the weight of a time is"};
  weir::Param<double> gamma_{this, "gamma", 5, weir::positive,
                             "largest signal-to-noise ratio that counts, of min_snr"};
  weir::Param<weir::Numbers> times_{this, "times", weir::absent, weir::between(0, 1),
                                    "ascending times of the table"};
  weir::Param<weir::Numbers> weights_{this, "weights", weir::absent, weir::non_negative,
                                      "the weight at each of them"};

  Tensor at_, of_;  // the table

 public:
  Weighted()
      : OtherLoss(weir::mandatory.needing<weir::FlowMatchingParts>(),
                  "flow matching with loss: velocity, whose pairs, times and targets are compared") {}

  void plan(weir::Plan& plan) override {
    if (weight_() != "table") {
      for (const auto* unused : {&times_, &weights_})
        if (unused->given())
          plan.fault(unused->name(), fmt::format("{} are of a table", unused->name()),
                     "write weight: table, or remove it");
      return;
    }
    if (!times_.given() || !weights_.given() || times_().size() != weights_().size() || times_().empty())
      return plan.fault(
          "weight",
          fmt::format("a table has a weight for each time; there are {} times and {} weights",
                      times_.given() ? times_().size() : 0, weights_.given() ? weights_().size() : 0),
          "write, for example, times: [0, 1], weights: [1, 0.5]");
    if (std::ranges::adjacent_find(times_(), std::greater_equal<>()) != times_().end())
      return plan.fault("times", "the times of a table ascend", "sort them, each once");
    at_ = at::tensor(times_(), at::kDouble);
    of_ = at::tensor(weights_(), at::kDouble);
  }

  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    const Regression of = *regression(sample);
    return of.w * (of.u - field.velocity(params, of.x, of.t, of.context)).square().flatten(1).sum(1);
  }

  std::optional<Regression> regression(const weir::Sample& sample) const override {
    Regression of = *objective_->regression(sample);
    const Tensor w = weight(of.t).to(of.u.scalar_type());
    of.w = of.w.defined() ? w * of.w : w;
    return of;
  }

 private:
  Tensor weight(const Tensor& t) const {  // [B] float64
    return weight_() == "table" ? interpolated(t.to(at::kDouble)) : min_snr(weir::off_the_ends(t));
  }

  Tensor min_snr(const Tensor& t) const {
    const weir::TwoPoint& path = *weir::facet<weir::FlowMatchingParts>(*objective_)->interpolant;
    const Tensor noise = path.alpha(t).square() + path.noise().gamma(t).square();
    const Tensor snr = path.beta(t).square() / noise;
    return weir::from_velocity(weir::Space::data, path, t).of_given.square() * snr.clamp_max(gamma_());
  }

  Tensor interpolated(const Tensor& t) const {
    const Tensor at = at_.to(t.device()), of = of_.to(t.device());
    const std::int64_t last = at.size(0) - 1;
    const Tensor right = at::searchsorted(at, t.contiguous()).clamp(0, last), left = (right - 1).clamp_min(0);
    const Tensor span = (at.index({right}) - at.index({left})).clamp_min(1e-300);
    const Tensor share = ((t - at.index({left})) / span).clamp(0, 1);
    return of.index({left}) + share * (of.index({right}) - of.index({left}));
  }
};

}  // namespace

WEIR_PLUGIN(Weighted, "Flow matching whose times count by min-SNR or by a table")

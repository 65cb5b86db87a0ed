// plugins/objective/discrete_flow_matching.cpp -- flow matching on tokens: the posterior of the data beside the word of the pair.
//
//   x_t,l = x_1,l with probability kappa(t), else x_0,l, every token on its own      kappa = beta of the path, 1 - kappa = alpha
//   p_l = p_{1|t}(. | x_t) at token l = x + (1 - kappa) / kappa' v,  what the velocity says of the data       d_l = [x_1,l = x_t,l]
//
//   loss: cross_entropy     l = - sum_l log p_l(x_1,l)
//   loss: generalised_kl    l = kappa' / (1 - kappa) sum_l ( d_l - p_l(x_t,l) - (1 - d_l) log p_l(x_1,l) )
//
// times the pair's weight. field/prediction with `of: categories` keeps p among the probabilities. Both have the exact velocity as their
// minimiser; the second is, integrated over t, a bound of - log p(x_1) from above, but for a constant. Below p = 1e-6 the logarithm goes on
// as its tangent, so that a field which leaves the probabilities has a finite loss.
//
// Source   Gat et al., arXiv 2407.15595 (mixture path, cross-entropy); Shaul et al., arXiv 2412.03487 (the bound, generalised KL).
// Oracle   by hand on one pair; counts of all pairs are the exact posterior (field/categorical), at which both mean gradients vanish
// Peers    flow_matching MixtureDiscreteProbPath with CrossEntropyLoss, MixturePathGeneralizedKL
// Shapes   x_0, x_1, x_t, u_t, z [B, ..., V]    t, l [B];  z is one number for each token, which decides between its ends
// Limits   tokens alone, as source/categorical gives them; a path without noise whose alpha and beta add up to 1
#include <cmath>

#include <weir/kinds/facets/dependent_times.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/space.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/math/numeric/tokens.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr double least = 1e-6;  // p below which the logarithm is its tangent

class DiscreteFlowMatching final : public weir::Objective {
  weir::Port<weir::Coupling> coupling_{this, "coupling", "pairs of words, as points of source/categorical"};
  weir::Port<weir::TwoPoint> interpolant_{this, "interpolant",
                                          weir::by_default("linear").needing<weir::Coefficients>(),
                                          "its beta is kappa, the probability of x_1; alpha + beta = 1"};
  weir::Port<weir::Time> time_{this, "time", weir::by_default("uniform"), "law of t"};
  weir::Param<std::string> loss_{this, "loss", "cross_entropy",
                                 weir::one_of({"cross_entropy", "generalised_kl"}),
                                 "what is minimised of the posterior and the word"};

 public:
  void plan(weir::Plan& plan) override {
    weir::plan_path(plan, *interpolant_, *coupling_);
    const Tensor t = at::linspace(0, 1, 19, at::kDouble);
    if (!interpolant_->noise().zero() ||
        !at::allclose(interpolant_->alpha(t) + interpolant_->beta(t), at::ones_like(t), 0, 1e-9))
      plan.fault(
          "interpolant",
          "a token is that of x_1 with the probability beta and that of x_0 with alpha, and those of '" +
              interpolant_->path() + "' do not add up to 1, or it has noise",
          "use interpolant/linear without noise");
  }

  weir::Shape shape() const override { return coupling_->shape(); }
  weir::Domain domain() const override {
    weir::Domain domain{coupling_->shape(), coupling_->context()};
    domain.path = &*interpolant_;
    return domain;
  }
  bool sorted_time() const override { return time_->sorted(); }
  bool dependent_rows() const override {
    return coupling_->dependent_rows() || weir::facet<weir::DependentTimes>(*time_);
  }

  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng pairs = rng.at("pairs"), times = rng.at("time"), noise = rng.at("noise");
    weir::Batch batch = coupling_->draw(n, pairs);
    weir::tokens_of(batch.x0(), "points x0 of '" + coupling_->path() + "'");
    weir::tokens_of(batch.x1(), "points x1 of '" + coupling_->path() + "'");
    const Tensor t = time_->sample(n, times);
    std::vector<std::int64_t> tokens = batch.x0().sizes().vec();
    tokens.back() = 1;
    const Tensor z = noise.normal(tokens);
    const Tensor there =
        at::special_ndtr(z.to(at::kDouble)) < weir::expand_as_items(interpolant_->beta(t.to(at::kDouble)), z);
    Tensor xt = at::where(there, batch.x1(), batch.x0());
    Tensor ut = weir::expand_as_items(rate(t), xt) * (batch.x1() - xt);
    const Tensor wide = z.expand_as(xt);
    return {std::move(batch), {{"t", t}, {"z", wide}, {"xt", xt}, {"ut", ut}}};
  }

  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    const Tensor &xt = sample["xt"], &x1 = sample.batch.x1(), &t = sample["t"];
    const Tensor v = field.velocity(params, xt, t, sample.batch.context);
    const Tensor p = weir::from_velocity(weir::Space::data, *interpolant_, weir::off_the_ends(t))(xt, v);
    const auto at_token = [&](const Tensor& token) { return (token * p).sum(-1).flatten(1); };  // [B, L]
    const Tensor of_word = at_token(x1);
    const Tensor lost = (least - of_word).clamp_min(0) / least - of_word.clamp_min(least).log();
    Tensor loss = lost.sum(1);
    if (loss_() == "generalised_kl") {
      const Tensor there = (xt * x1).sum(-1).flatten(1);
      loss = rate(t) * (there - at_token(xt) + (1 - there) * lost).sum(1);
    }
    return sample.batch.weight.defined() ? loss * sample.batch.weight : loss;
  }

 private:
  // kappa' / (1 - kappa), [B] of t's dtype; finite as t keeps off the end
  Tensor rate(const Tensor& t) const {
    const Tensor times = weir::off_the_ends(t);
    return (interpolant_->dbeta(times) / interpolant_->alpha(times)).to(t.scalar_type());
  }
};

}  // namespace

WEIR_PLUGIN(DiscreteFlowMatching,
            "Flow matching on tokens, by cross-entropy or the generalised KL divergence")

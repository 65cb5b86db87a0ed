// plugins/field/categorical.cpp -- the exact velocity between laws of tokens: the posterior of the word, by Bayes' rule.
//
//   x_t,l = x_1,l with probability kappa(t), else x_0,l; every token of x_0 on its own, independent of x_1
//   P(word_k | x_t) ~ w_k prod_l ( kappa [word_k,l = x_t,l] + (1 - kappa) p_0,l(x_t,l) )
//   v(x, t) = kappa' / (1 - kappa) ( p_{1|t}(. | x) - x ),   p_{1|t}(a at l | x) = sum_k P(word_k | x) [word_k,l = a]
//
// v >= 0 off the token that is there: the rates at which a chain of integrator/ctmc_euler jumps.
//
// Source   Gat et al., arXiv 2407.15595 (the mixture path and its velocity); Campbell et al., arXiv 2402.04997.
// Oracle   the Kolmogorov equation of the chain on all V^L words, integrated: its law at t is that of the path
// Peers    none: flow_matching and others train p_{1|t} and have no exact one
// Shapes   x, v [B, L, V]; no parameters
// Limits   words that are listed, and a source whose tokens are independent; x are tokens. Cost: B K L comparisons a call. A word that
//          cannot be reached from x has no posterior: its velocity is 0
#include <weir/kinds/facets/token_law.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/tokens.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Categorical final : public weir::Field {
  weir::Port<weir::Source> source_{this, "source", weir::mandatory.needing<weir::TokenLaw>(),
                                   "law of x_0, whose tokens are independent"};
  weir::Port<weir::Source> target_{this, "target", weir::mandatory.needing<weir::TokenLaw>(),
                                   "law of x_1: words that are listed"};
  weir::Port<weir::TwoPoint> interpolant_{this, "interpolant",
                                          weir::by_default("linear").needing<weir::Coefficients>(),
                                          "its beta is kappa, the probability of x_1; alpha + beta = 1"};

 public:
  void plan(weir::Plan& plan) override {
    const auto from = weir::facet<weir::TokenLaw>(*source_), to = weir::facet<weir::TokenLaw>(*target_);
    if (!from->each.defined())
      plan.fault("source",
                 "the words of '" + source_->path() + "' are listed, and its tokens not independent",
                 "use source/categorical with law: uniform or mask");
    if (!to->words.defined())
      plan.fault("target", "the words of '" + target_->path() + "' are not listed",
                 "use source/categorical with words");
    if (plan.clean() && source_->shape() != target_->shape())
      plan.fault(
          "target",
          "words of '" + target_->path() + "' have another shape than those of '" + source_->path() + "'",
          "give both the same length and the same categories");
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    refuse_context(domain, plan);
    if (domain.item != target_->shape())
      plan.fault("target",
                 "this is a field on the words of its target, which have another shape than the points "
                 "it is asked at");
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    const auto from = weir::facet<weir::TokenLaw>(*source_), to = weir::facet<weir::TokenLaw>(*target_);
    const Tensor time = weir::off_the_ends(t), kappa = interpolant_->beta(time);
    const Tensor tokens = weir::tokens_of(x, "points of field/categorical");  // [B, L]
    const Tensor words = to->words.to(x.device());                            // [K, L]
    const Tensor one_hot = weir::one_hot(words, x.size(-1), time.options());  // [K, L, V]
    const Tensor noise = from->each.to(x.device())
                             .unsqueeze(0)
                             .expand({x.size(0), -1, -1})
                             .gather(2, tokens.unsqueeze(2))
                             .squeeze(2);  // p_0,l(x_l) [B, L]
    const Tensor k = kappa.view({-1, 1, 1});
    const Tensor alike = tokens.unsqueeze(1).eq(words.unsqueeze(0)).to(at::kDouble);  // [B, K, L]
    const Tensor likelihood =
        (k * alike + (1 - k) * noise.unsqueeze(1)).log().sum(2) + to->probability.to(x.device()).log();
    const Tensor most = std::get<0>(likelihood.max(1, true)), reached = most.isfinite();
    const Tensor posterior = at::where(reached, (likelihood - at::where(reached, most, 0)).exp(), 0);
    const Tensor p =
        at::einsum("bk,klv->blv", {posterior / posterior.sum(1, true).clamp_min(1e-300), one_hot});
    const Tensor rate = interpolant_->dbeta(time) / (1 - kappa);
    const Tensor v = at::where(reached.unsqueeze(2), rate.view({-1, 1, 1}) * (p - x.reshape_as(p)), 0);
    return v.to(x.scalar_type()).reshape_as(x);
  }
};

}  // namespace

WEIR_PLUGIN(Categorical, "Exact velocity between laws of tokens, from the posterior of the word")

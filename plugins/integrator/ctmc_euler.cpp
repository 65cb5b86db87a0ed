// plugins/integrator/ctmc_euler.cpp -- Euler steps of a continuous-time Markov chain of tokens.
//
//   P(X_(k+1),l = a | X_k) = [X_k,l]_a + h v_l,a(X_k, t_k)        each token on its own; negative numbers are cut, the sum is made 1
//
// v is the velocity of the points e_a: off the token that is there its coordinates are the rates at which it jumps. Of a mixture path,
// v = kappa' / (1 - kappa) (p_{1|t} - x) (objective/discrete_flow_matching), the last step of the linear one draws from p_{1|t} itself.
//
// Source   Gat et al., arXiv 2407.15595; Campbell et al., arXiv 2402.04997 (Euler steps of such chains).
// Oracle   the Kolmogorov equation of the chain on all words: the law of the ends comes nearer to it with order 1,
//          from uniform tokens but for a logarithm
// Peers    flow_matching MixtureDiscreteEulerSolver, whose tokens jump with the probability 1 - exp(-h rate)
// Shapes   x, v [N, ..., V]: tokens along the last axis
// Limits   tokens alone, as source/categorical gives them; forward. Order 1 in the law from masks; from uniform tokens h log(1 / h).
//          Steps of h kappa' / (1 - kappa) > 1 are cut short.
#include <cmath>

#include <weir/kinds/facets/jumps.hpp>
#include <weir/kinds/flow/stepped.hpp>
#include <weir/math/numeric/tokens.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class CtmcEuler final : public weir::Stepped {
  weir::Facet<weir::Jumps> jumps_{this, [] { return weir::Jumps{}; }};

 public:
  void plan(weir::Plan& plan) override {
    if (until() < from())
      return plan.fault("until", "jumps of a chain are forward in time, and `until` comes before `from`",
                        "exchange the ends of the coupling, and go forward");
    Stepped::plan(plan);
  }
  int order() const override { return 0; }  // a law's is another than a path's

 protected:
  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    weir::tokens_of(rows.x, "points at the start of '" + path() + "'");
    const auto next = [&](const Tensor& x, std::int64_t k) {
      const Tensor p = (x + size(k) * v(x, time(k))).to(at::kDouble).clamp_min(0);
      const Tensor cumulative = p.cumsum(-1);
      std::vector<std::int64_t> tokens = x.sizes().vec();
      tokens.back() = 1;
      const std::int64_t of_one = x[0].numel() / x.size(-1);
      weir::Rng rng = this->rng().at("jump", k);
      const Tensor u = at::special_ndtr(rng.normal(tokens, rows.first * of_one).to(at::kDouble));
      const Tensor jumped = (cumulative <= u * cumulative.narrow(-1, x.size(-1) - 1, 1)).sum(-1);
      return weir::one_hot(jumped.clamp_max(x.size(-1) - 1), x.size(-1), x.options());
    };
    return walk(rows.x, saved, /*evaluations=*/1, next, watch);
  }
};

}  // namespace

WEIR_PLUGIN(CtmcEuler, "Euler steps of a Markov chain of tokens")

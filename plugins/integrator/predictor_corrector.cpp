// plugins/integrator/predictor_corrector.cpp -- steps of a stochastic flow, each followed by Langevin steps at its time.
//
//   predictor   X <- X + h b(X, t) + w(t) dW                      Euler's and Maruyama's step of the equation of stochastic.hpp
//   corrector   X <- X + a s(X, t + h) + sqrt(2 a) z              `corrections` times, z ~ N(0, I), with a = 2 (snr)^2 S(t + h)
//
//   S = alpha^2 + gamma^2, the variance of x_t given x1;  s = (beta v - beta' x) / D, the score
//
// Langevin's steps leave the law at t + h as it is but for an error of order a, and take what the predictor has left of another one towards
// it.
//
// Source   Song et al., arXiv 2011.13456, algorithms 2 to 5, whose step is 2 (snr |z| / |s|)^2. The norms here are those that are to be
//          expected of one data point, |z|^2 of d and |s|^2 of d / S: a step that depended on the row's own score would bias its law, most
//          of all in few dimensions, and one of the batch's mean would make rows depend on each other.
// Oracle   Var = 1 between two standard normal laws for any diffusion and snr; a predictor of few steps whose error the corrector mends
// Peers    score_sde ReverseDiffusionPredictor with LangevinCorrector; torchdyn, diffrax none
// Shapes   x, dW, z [N, item...]
// Limits   those of stochastic.hpp; 1 + corrections evaluations a step. The law is off by some a / (2 Var) of its variance where a is not
//          small against it: snr below 0.3. More steps are more corrections: no convergence along one Brownian path.
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/flow/stochastic.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class PredictorCorrector final : public weir::Driven {
  weir::Param<double> diffusion_{this, "diffusion", 1, weir::non_negative,
                                 "strength c of the predictor's noise; 0: Euler's steps of the flow"};
  weir::Param<std::int64_t> corrections_{this, "corrections", 1, weir::at_least(1),
                                         "Langevin steps after each step"};
  weir::Param<double> snr_{
      this, "snr", 0.16, weir::positive,
      "size of a Langevin step: ratio of its way by the score to its noise, over sqrt 2"};

 public:
  void run(weir::Run& run) override {
    warn_of_start(run);
    Integrator::run(run);
  }

 protected:
  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    const Equation equation = this->equation(v, diffusion_());
    std::int64_t asked = 0;
    const auto next = [&](const Tensor& start, std::int64_t k) {
      const double t = time(k), h = size(k);
      Tensor x = start + h * equation.drift(start, t) + equation.diffusion(t) * increment(rows, k, h);
      ++asked;
      const weir::PathAt path = weir::path_at(path_of_flow(), t + h);
      if (path.variance() < 1e-12) return x;  // Langevin's step has size 0 there
      if (!(path.score_scale() > 0))
        throw std::runtime_error(
            fmt::format("at t = {:.6g} the velocity of this path does not tell the score, which the "
                        "corrector follows; take "
                        "integrator/euler_maruyama, or a part of the way with `from` and `until`",
                        t + h));
      const double size = 2 * snr_() * snr_() * path.variance();
      for (std::int64_t j = 0; j < corrections_(); ++j, ++asked) {
        weir::Rng rng = this->rng().at("correction", k).at("number", j);
        const Tensor z = rng.normal(x.sizes(), rows.first * x[0].numel());
        x = x + size / path.score_scale() * path.scaled_score(v(x, t + h), x) + std::sqrt(2 * size) * z;
      }
      return x;
    };
    Path path = walk(rows.x, saved, /*evaluations=*/1, next, watch);
    path.nfe = at::scalar_tensor(asked, at::kLong);
    return path;
  }
};

}  // namespace

WEIR_PLUGIN(PredictorCorrector, "Stochastic steps, each followed by Langevin steps at its time")

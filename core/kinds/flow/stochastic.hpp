// core/kinds/flow/stochastic.hpp -- integrators of a stochastic differential equation whose points have the law of the flow's at every
// time.
//
//   forward    dX = [v + c (beta v - beta' X)] dt + sqrt(2 c D(t)) dW        v = v(X, t)
//   backward   dX = [v - c (beta v - beta' X)] dt + sqrt(2 c D(t)) dW        dt < 0
//
//   D(t) = beta' (alpha^2 + gamma^2) - beta alpha alpha' [- beta gamma gamma' with noise_in_target],   1 - t on the linear path
//   s    = (beta v - beta' x) / D, the score grad log p_t(x), where x0 ~ N(0, I) is independent of x1
//
// so that the drift is v + w^2 s / 2 with w^2 = 2 c D: the score's singularity at the end of the path is never met.
//
// Source   Albergo, Boffi, Vanden-Eijnden, arXiv 2303.08797, section 2.3 (any diffusion keeps the marginals); Ma et al., arXiv
//          2401.08740 (the score from the velocity). Derived here with the noise gamma z: E[x0 | x] = -alpha s, E[z | x] = -gamma s.
// Limits   Only for start ~ N(0, I) that is independent of the data, and for the field that minimises the loss: along another field
//          the law differs from that of its flow. Where gamma changes and is not in the target (noise_in_target), the flow itself has
//          not the path's marginals, and with c the law moves from those of the flow towards those of the path. Where D is
//          negative, as beside noise that rises faster than beta (noise/sinesquared in the target, sigma above 2), it cannot be run.
//
// Driven is the base of what takes its noise from a Brownian path and is no equation of that family: ancestral steps, Langevin correctors.
#pragma once

#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/stepped.hpp>

namespace weir {

// A path at one time: its coefficients, gamma^2, gamma gamma' where that is in the target, else 0, and alpha alpha', which is finite also
// where alpha' is not.
struct PathAt {
  double alpha, beta, dalpha, dbeta, gamma_squared, gamma_dgamma, alpha_dalpha;

  double variance() const { return alpha * alpha + gamma_squared; }  // of x_t given x1, in each coordinate
  // D, and D s = beta v - beta' x.
  double score_scale() const { return dbeta * variance() - beta * (alpha_dalpha + gamma_dgamma); }
  Tensor scaled_score(const Tensor& v, const Tensor& x) const { return beta * v - dbeta * x; }
};
PathAt path_at(const TwoPoint& path, double t);

// Given steps of a flow from N(0, I) along a path, driven by a Brownian path that is addressed by row and increment.
class Driven : public Stepped {
 public:
  ~Driven() override;
  void plan(Plan& plan) override;
  int order() const override { return 0; }  // a path's and a law's are two

 protected:
  // Of step k, from t to t + h: W(t + h) - W(t) ~ N(0, |h|) [N, item...], and the mean of W - W(t) over the step.
  struct Motion {
    Tensor dw, mean;
  };
  Tensor increment(const Rows& rows, std::int64_t k, double h) const;  // dw alone, the same one
  Motion motion(const Rows& rows, std::int64_t k, double h) const;

  // The equation dX = drift dt + diffusion dW of one chunk.
  struct Equation {
    std::function<Tensor(const Tensor& x, double t)> drift;  // [N, item...]
    std::function<double(double t)> diffusion;
  };
  Equation equation(const Velocity& v, double c) const;  // at strength c; v outlives it

  const TwoPoint& path_of_flow() const { return *interpolant_; }
  void warn_of_start(Run& run) const;  // in run: where it is not of the noise's law

 private:
  std::int64_t pieces() const;  // of the Brownian path in a step

  Port<TwoPoint> interpolant_{this, "interpolant", by_default("linear").needing<Coefficients>(),
                              "path that the field was trained on"};
  Param<std::int64_t> increments_{this, "increments", absent, at_least(1),
                                  "equal increments of the Brownian path, summed over each step; a multiple "
                                  "of steps (default: steps). Runs of the same number "
                                  "follow the same path with other steps"};
};

class Stochastic : public Driven {
 public:
  ~Stochastic() override;
  void run(Run& run) override;  // warns where the start is not of the noise's law

  using Driven::Equation;
  // x after one step of size h from (x, t); dw ~ N(0, |h|) [N, item...], the increment of the Brownian path over this step.
  virtual Tensor step(const Equation& equation, const Tensor& x, double t, double h,
                      const Tensor& dw) const = 0;
  virtual int evaluations() const = 0;  // of the drift in one step

 protected:
  Path follow(const Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override;
  Equation equation(const Velocity& v) const { return Driven::equation(v, diffusion_()); }

 private:
  Param<double> diffusion_{
      this, "diffusion", 1, non_negative,
      "strength c of the noise; 0: the flow itself. Right for start ~ N(0, I) independent of the data"};
};

}  // namespace weir

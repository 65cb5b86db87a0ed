// plugins/metric/sinkhorn_divergence.cpp -- entropic transport between two sets of points, without its bias.
//
//   OT(x, y)   = min over plans P of  <P, C> + epsilon KL(P | 1/n^2),   C_ij = | x_i - y_j |^2,  rows and columns of P sum to 1/n
//   divergence = OT(x, y) - ( OT(x, x) + OT(y, y) ) / 2                      zero if both sets are one, and never below
//   sharp      = the same of <P, C> alone, at the same plans
//
//   epsilon -> 0: w2_squared of metric/w2;  epsilon -> infinity: the squared distance of the means
//
//   se^2 = Var( f_i - p_i ) / n + Var( g_j - q_j ) / n,   f, g the potentials of OT(x, y), p and q those of OT(x, x) and OT(y, y): what
//   the divergence changes by at first order where a point is added
//
// Source   Genevay, Peyre, Cuturi, arXiv 1706.00292 (sharp); Feydy et al., arXiv 1810.08278, eq. 3 (divergence); error: Goldfeld, Kato, Rioux,
//          Sadhu, arXiv 2207.07427.
// Oracle   POT 0.9.7 ot.bregman.empirical_sinkhorn_divergence (sharp), and of the plans of ot.sinkhorn (divergence); |m|^2 of a set and its
//          copy moved by m; the closed form of normal laws, Janati et al., arXiv 2006.02572; the limits of epsilon
// Peers    POT ot.bregman.empirical_sinkhorn_divergence, which is sharp; geomloss SamplesLoss("sinkhorn", debias=True), with |x - y|^2 / 2 and
//          epsilon = blur^2, half of both here; torchcfm wasserstein(method="sinkhorn"), with its bias
// Shapes   samples, points [n, item...]; outputs are numbers
// Limits   n^2 numbers. Positive for equal laws too, by about 1 / n; the error is of first order, and understated there. A small epsilon needs
//          many iterations: what has not settled within them is warned of.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include <weir/kinds/comparison.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/math/numeric/sinkhorn.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "estimate.hpp"

namespace {

using weir::EntropicPlan;
using weir::Tensor;

// Of a set with itself the potentials are one, f = F(f), F_i = -epsilon log (1/n) sum_j exp((f_j - C_ij) / epsilon). The mean of f and F(f)
// settles in a few steps where alternating iterations take many (Feydy et al.).
struct OwnPlan {
  Tensor f;
  double value = 0, cost = 0, error = 0;
  bool converged = false;
};

OwnPlan to_itself(const Tensor& costs, double epsilon, double tolerance, std::int64_t iterations,
                  const weir::SinkhornProgress& progress) {
  const auto n = static_cast<double>(costs.size(0));
  OwnPlan found{.f = at::zeros({costs.size(0)}, costs.options())};
  for (std::int64_t k = 0;; ++k) {
    progress(k, iterations);
    const Tensor next = at::logsumexp((found.f - costs).div_(epsilon), 1).sub_(std::log(n)).mul_(-epsilon);
    const Tensor mass = ((found.f - next) / epsilon).exp_();  // of each row, of which 1 is asked
    found.error = (mass - 1).abs().mean().item<double>();
    found.converged = found.error <= tolerance;
    if (found.converged || k == iterations) {
      found.value = (2 * found.f.mean() - epsilon * (mass.mean() - 1)).item<double>();
      const Tensor plan = (found.f.unsqueeze(1) + found.f - costs).div_(epsilon).exp_();
      found.cost = plan.mul_(costs).sum().item<double>() / (n * n);
      return found;
    }
    found.f = (found.f + next) / 2;
  }
}

class SinkhornDivergence final : public weir::Comparison {
  weir::Param<double> epsilon_{
      this, "epsilon", weir::absent, weir::positive,
      "weight of the entropy, in the units of a squared distance (default: a twentieth of the mean one "
      "between the sides)"};
  weir::Param<double> tolerance_{this, "tolerance", 1e-4, weir::positive,
                                 "mass that may be misplaced when the iterations end"};
  weir::Param<std::int64_t> iterations_{this, "iterations", 10000, weir::at_least(1),
                                        "iterations of each of the three transports, at most"};
  weir::Estimate divergence_{this, "divergence", "Sinkhorn divergence of the two samples"};
  weir::Output<Tensor> sharp_{this, "sharp", "1",
                              "the same of the costs of the plans, without their entropy"};
  weir::Output<Tensor> used_{this, "used_epsilon", "1", "epsilon used"};
  weir::Output<Tensor> misplaced_{this, "error", "1", "largest misplaced mass of the three plans"};

 public:
  void plan(weir::Plan& plan) override {
    const std::int64_t n = plan_sides(plan, 2);
    if (n == 0) return;
    weir::plan_memory(plan, "samples", 2 * sizeof(double) * double(n) * double(n),
                      fmt::format("the distances of {} points", n),
                      "compare fewer points, or use metric/mmd");
    divergence_.plan();
    for (auto* output : {&sharp_, &used_, &misplaced_}) output->plan({}, {});
  }

  void run(weir::Run& run) override {
    const std::pair<Tensor, Tensor> both = sides();
    const Tensor &x = both.first, &y = both.second;
    double epsilon = epsilon_();
    if (!epsilon_.given()) {
      const Tensor shift = x.mean(0) - y.mean(0);
      const Tensor spread = x.var(0, /*unbiased=*/false) + y.var(0, /*unbiased=*/false);
      epsilon = (shift.square() + spread).sum().item<double>() / 20;  // E |X - Y|^2
      if (epsilon == 0) epsilon = 1;                                  // one place: any gives zero
    }
    std::int64_t done = 0;
    const auto progress = [&](std::int64_t now, std::int64_t total) {
      if (run.stop_requested()) throw weir::Stopped();
      run.progress(done * total + now, 3 * total, {});
    };
    const weir::Entropic how{.epsilon = epsilon, .tolerance = tolerance_(), .iterations = iterations_()};
    const EntropicPlan between = weir::sinkhorn(weir::SquaredDistances(y).from(x), how, {}, {}, progress);
    const auto own = [&](const Tensor& points) {
      ++done;
      Tensor costs = weir::SquaredDistances(points).from(points);
      costs.fill_diagonal_(0);  // without the round-off of a product
      return to_itself(costs, epsilon, tolerance_(), iterations_(), progress);
    };
    const OwnPlan of_x = own(x), of_y = own(y);
    const Tensor along_x = between.f - of_x.f, along_y = between.g - of_y.f;
    const auto n = static_cast<double>(x.size(0));
    divergence_.set(between.value - (of_x.value + of_y.value) / 2,
                    std::sqrt((along_x.var() + along_y.var()).item<double>() / n), x.size(0));
    const auto scalar = [](double value) { return at::scalar_tensor(value, at::kDouble); };
    sharp_.set(scalar(between.cost - (of_x.cost + of_y.cost) / 2));
    used_.set(scalar(epsilon));
    misplaced_.set(scalar(std::max({between.error, of_x.error, of_y.error})));
    if (between.converged && of_x.converged && of_y.converged) return;
    run.warn(
        fmt::format("the transport has not settled within {} iterations: its plans misplace up to {:.2g} of "
                    "the mass, and {:g} is allowed; take a larger epsilon, or more iterations",
                    iterations_(), std::max({between.error, of_x.error, of_y.error}), tolerance_()));
  }
};

}  // namespace

WEIR_PLUGIN(SinkhornDivergence, "Sinkhorn divergence of two samples: entropic transport without its bias")

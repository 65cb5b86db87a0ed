// plugins/metric/sgd_theory.cpp -- risk and learning rate of one-pass SGD on least squares in many dimensions, by their equations alone.
//
//   d/dt D_i^2 = -2 gamma lambda_i D_i^2 + 2 gamma^2 lambda_i R        R = w^2 / 2 + (1/2) sum_i p_i lambda_i D_i^2
//
//   spectrum: two      half of the lambda_i are 1, half `lambda`                                  (lambda: 1 is K = I)
//             pareto   lambda_i ~ (i / (n + 1))^(-2 / tail), i = 1 .. n, with mean 1
//             power    density (1 - beta) lambda^-beta on (0, 1), D_i^2 ~ lambda^-delta; n groups, even in log lambda from 1e-12
//   or that of `objective`: its pairs at its one t, and field/linear at W = 0 (core/math/sgd/linear_flow.hpp)
//
//   rule: constant, adagrad_norm, line_search, polyak     core/math/sgd/rates.hpp; the last two need the risk, which no optimiser knows
//
// Source   Collins-Woodfin et al., arXiv 2405.19585 (The High Line); the pareto spectrum as in its authors' code, squared.
// Oracle   exponentials at a constant rate; the exponents of the paper's Proposition 4.4; curves reach their limits; the Volterra form
//          and simulated SGD (tests/math/sgd.test.cpp).
// Peers    none
// Shapes   time, risk_curve, rate_curve [time]; the others are numbers
// Limits   least squares. The limits are those of t -> infinity, where a formula is known.
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/sgd/linear_flow.hpp>
#include <weir/math/sgd/rates.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double least_eigenvalue = 1e-12;
constexpr int decades = 4, per_decade = 25;  // of t, that are recorded

class SgdTheory final : public weir::Metric {
  weir::Port<weir::Objective> objective_{this, "objective", weir::optional,
                                         "flow matching at one t, in place of spectrum, distance and noise"};
  weir::Param<std::string> rule_{this, "rule", "adagrad_norm",
                                 weir::one_of({"constant", "adagrad_norm", "line_search", "polyak"}),
                                 "how the learning rate is chosen"};
  weir::Param<double> eta_{this, "eta", 1.0, weir::positive,
                           "gamma of a constant rate, or the numerator of AdaGrad-Norm's"};
  weir::Param<double> b_{this, "b", 1.0, weir::positive, "b of AdaGrad-Norm: the rate starts at eta / b"};
  weir::Param<std::string> spectrum_{this, "spectrum", "two", weir::one_of({"two", "pareto", "power"}),
                                     "eigenvalues of the features' covariance"};
  weir::Param<double> lambda_{this, "lambda", 1.0,
                              weir::Limits{.minimum = 0, .maximum = 1, .minimum_excluded = true},
                              "smaller one of two eigenvalues"};
  weir::Param<double> tail_{this, "tail", 4.0, weir::at_least(1), "exponent of the pareto spectrum"};
  weir::Param<double> beta_{this, "beta", 0.0, weir::below_one, "exponent of the power spectrum"};
  weir::Param<double> delta_{this, "delta", 0.0, weir::non_negative,
                             "exponent of the distances of the power spectrum; beta + delta < 2"};
  weir::Param<std::int64_t> groups_{this, "groups", 400, weir::between(2, 10000),
                                    "eigenvalues n of the pareto and the power spectrum"};
  weir::Param<double> distance_{this, "distance", 1.0, weir::non_negative,
                                "D_i^2 at t = 0 of every direction; of the power spectrum, where lambda = 1"};
  weir::Param<double> noise_{this, "noise", 0.0, weir::non_negative, "variance w^2 of the noise"};
  weir::Param<double> until_{this, "until", 60.0,
                             weir::Limits{.minimum = 0, .maximum = 1e6, .minimum_excluded = true},
                             "last t, the number of steps over that of dimensions"};
  weir::Output<Tensor> time_{this, "time", "1", "t: 0, and then even in log t up to `until`", "float64"};
  weir::Output<Tensor> risks_{this, "risk_curve", "1", "R at each t", "float64"};
  weir::Output<Tensor> rates_{this, "rate_curve", "1", "gamma at each t", "float64"};
  weir::Output<Tensor> risk_{this, "risk", "1", "R at the last t", "float64"};
  weir::Output<Tensor> rate_{this, "rate", "1", "gamma at the last t", "float64"};
  weir::Output<Tensor> risk_slope_{
      this, "risk_slope", "1", "slope of log R over log t in the last decade; NaN where R is 0", "float64"};
  weir::Output<Tensor> rate_slope_{this, "rate_slope", "1",
                                   "slope of log gamma over log t in the last decade; NaN where gamma is 0",
                                   "float64"};
  weir::Output<Tensor> risk_limit_{this, "risk_limit", "1", "what R tends to; NaN where that is not known",
                                   "float64"};
  weir::Output<Tensor> rate_limit_{this, "rate_limit", "1",
                                   "what gamma tends to; NaN where that is not known", "float64"};

 public:
  void plan(weir::Plan& plan) override {
    if (objective_.bound()) {
      weir::plan_linear_flow(plan, *objective_, "objective");
    } else if (spectrum_() == "power" && beta_() + delta_() >= 2) {
      plan.fault("delta",
                 fmt::format("the risk is infinite at t = 0: beta + delta is {:.6g}, and must be below 2",
                             beta_() + delta_()),
                 "lower delta");
    }
    if (!plan.clean()) return;
    if (rule_() == "constant") {
      const double most = 2 / problem().trace();
      if (eta_() >= most)
        plan.fault(
            "eta",
            fmt::format("at a constant rate of {:.6g} the risk grows without bound: it is not below 2 / c "
                        "= {:.6g}, c the mean eigenvalue",
                        eta_(), most),
            "lower eta");
    }
    for (auto* curve : {&time_, &risks_, &rates_}) curve->plan({decades * per_decade + 2}, {"time"});
    for (auto* number : {&risk_, &rate_, &risk_slope_, &rate_slope_, &risk_limit_, &rate_limit_})
      number->plan({}, {});
    rate_limit_.reserve_reason();
  }

  void run(weir::Run&) override {
    const weir::LeastSquares problem = this->problem();
    weir::SgdOde ode(problem, rule());
    std::vector<double> time, risk, rate;
    const auto append = [&] {
      time.push_back(ode.time()), risk.push_back(ode.risk()), rate.push_back(ode.rate());
    };
    append();
    for (int k = -decades * per_decade; k <= 0; ++k) {
      ode.advance(until_() * std::pow(10, static_cast<double>(k) / per_decade));
      append();
    }
    const auto slope = [](const std::vector<double>& curve) {
      const double last = curve.back(), earlier = curve[curve.size() - 1 - per_decade];
      return last > 0 && earlier > 0 ? std::log10(last / earlier) : missing;
    };
    time_.set(at::tensor(time, at::kDouble));
    risks_.set(at::tensor(risk, at::kDouble));
    rates_.set(at::tensor(rate, at::kDouble));
    set(risk_, risk.back());
    set(rate_, rate.back());
    set(risk_slope_, slope(risk));
    set(rate_slope_, slope(rate));
    set_limits(problem);
  }

 private:
  static void set(weir::Output<Tensor>& output, double value) {
    output.set(at::scalar_tensor(value, at::kDouble));
  }

  weir::SgdOde::Rate rule() const {
    if (rule_() == "constant") return weir::constant_rate(eta_());
    if (rule_() == "adagrad_norm") return weir::adagrad_norm_rate(eta_(), b_());
    return rule_() == "line_search" ? weir::line_search_rate() : weir::polyak_rate();
  }

  weir::LeastSquares problem() const {
    if (objective_.bound()) {
      const weir::LinearFlow flow(*objective_);
      return flow.problem(at::zeros({flow.dim(), flow.dim()}, at::kDouble));
    }
    if (spectrum_() == "two") return {{1, lambda_()}, {0.5, 0.5}, {distance_(), distance_()}, noise_()};
    return spectrum_() == "pareto" ? pareto() : power();
  }

  weir::LeastSquares pareto() const {
    weir::LeastSquares problem{{}, {}, {}, noise_()};
    const double n = static_cast<double>(groups_());
    for (std::int64_t i = 1; i <= groups_(); ++i) {
      problem.eigenvalue.push_back(std::pow(static_cast<double>(i) / (n + 1), -2 / tail_()));
      problem.share.push_back(1 / n);
      problem.distance.push_back(distance_());
    }
    const double mean = problem.trace();
    for (double& eigenvalue : problem.eigenvalue) eigenvalue /= mean;
    return problem;
  }

  weir::LeastSquares power() const {
    weir::LeastSquares problem{{}, {}, {}, noise_()};
    const double n = static_cast<double>(groups_());
    for (std::int64_t i = 0; i < groups_(); ++i) {
      const auto edge = [&](double k) { return std::pow(least_eigenvalue, 1 - k / n); };
      const double k = static_cast<double>(i), middle = edge(k + 0.5);
      const double below = i == 0 ? 0 : std::pow(edge(k), 1 - beta_());
      problem.eigenvalue.push_back(middle);
      problem.share.push_back(std::pow(edge(k + 1), 1 - beta_()) - below);
      problem.distance.push_back(distance_() * std::pow(middle, -delta_()));
    }
    return problem;
  }

  // Of t -> infinity; the power spectrum reaches 0, where what holds of the others need not.
  void set_limits(const weir::LeastSquares& problem) {
    const double c = problem.trace();
    const bool power = !objective_.bound() && spectrum_() == "power";
    // Of pairs whose target is a linear map of x_t there is round-off left.
    const bool noisy = problem.noise > 1e-20 * (2 * weir::SgdOde(problem, rule()).risk() - problem.noise);
    if (rule_() == "constant") {
      set(rate_limit_, eta_());
      return set(risk_limit_, problem.noise / 2 / (1 - eta_() * c / 2));
    }
    set(risk_limit_, noisy ? problem.noise / 2 : 0);
    if (noisy) return set(rate_limit_, 0);
    if (rule_() == "polyak") return set(rate_limit_, 1 / c);
    if (rule_() == "adagrad_norm" && !power)
      return set(rate_limit_, weir::adagrad_norm_limit(problem, eta_(), b_()));
    if (rule_() == "line_search" && !objective_.bound() && spectrum_() == "two")
      return set(rate_limit_, weir::line_search_limit(lambda_()));
    set(rate_limit_, missing);
    rate_limit_.reason("no formula for this spectrum");
  }
};

}  // namespace

WEIR_PLUGIN(SgdTheory,
            "Risk and learning rate of SGD on least squares in many dimensions, by their equations")

// tests/plugins/metric/sgd_theory.test.cpp -- curves and limits of SGD against closed forms and numbers computed elsewhere.
#include <cmath>

#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/metric.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;

double of(weir::Node& node, const std::string& output) { return number(value_of(node, output)); }

std::unique_ptr<weir::Metric> theory(const json& params) {
  auto metric = make<weir::Metric>("metric/sgd_theory", params);
  run(*metric);
  return metric;
}

}  // namespace

TEST_CASE("A curve begins at t = 0, ends at the last t, and is even in log t between", "[metric][sgd]") {
  const auto metric = theory({{"rule", "constant"}, {"eta", 0.5}, {"until", 2.0}});
  const weir::Tensor time = value_of(*metric, "time"), risk = value_of(*metric, "risk_curve");
  REQUIRE(time.size(0) == 102);
  CHECK(number(time[0]) == 0);
  CHECK(number(time[1]) == Approx(2e-4));
  CHECK(number(time[76]) == Approx(0.2));
  CHECK(number(time[101]) == Approx(2));
  // K = I: R = R_0 exp((gamma^2 - 2 gamma) t).
  CHECK(at::allclose(risk, 0.5 * at::exp(-0.75 * time), 1e-8, 0));
  CHECK(of(*metric, "risk") == number(risk[101]));
  CHECK(of(*metric, "risk_slope") == Approx(std::log10(std::exp(-0.75 * 1.8))).epsilon(1e-7));
  CHECK(of(*metric, "rate_slope") == 0);
}

TEST_CASE("Limits are those that curves reach", "[metric][sgd]") {
  const json of_rule =
      GENERATE(json{{"rule", "constant"}, {"eta", 0.5}}, json{{"rule", "adagrad_norm"}, {"b", 0.4}},
               json{{"rule", "line_search"}}, json{{"rule", "polyak"}});
  json params = of_rule;
  params["lambda"] = 0.5;
  params["until"] = 100.0;
  const auto clean = theory(params);
  CHECK(of(*clean, "rate") == Approx(of(*clean, "rate_limit")).epsilon(1e-6));
  CHECK(of(*clean, "risk_limit") == 0);
  CHECK(of(*clean, "risk") < 1e-10);
  params["noise"] = 0.6;
  params["until"] = 1e5;
  const auto noisy = theory(params);
  const bool constant = of_rule["rule"] == "constant";
  CHECK(of(*noisy, "risk_limit") == Approx(constant ? 0.3 / (1 - 0.5 * 0.75 / 2) : 0.3));
  CHECK(of(*noisy, "risk") == Approx(of(*noisy, "risk_limit")).epsilon(0.01));
  CHECK(of(*noisy, "rate_limit") == (constant ? 0.5 : 0.0));
}

TEST_CASE("Power spectra have the exponents of the paper's Proposition 4.4", "[metric][sgd][slow]") {
  // beta + delta below 1 and above.
  const auto of_delta = [](double delta, const std::string& rule) {
    return theory({{"spectrum", "power"}, {"beta", 0.2}, {"delta", delta}, {"rule", rule}, {"until", 1e5}});
  };
  const auto narrow = of_delta(0.2, "adagrad_norm"), wide = of_delta(1.5, "adagrad_norm"),
             still = of_delta(1.5, "constant");
  CHECK(of(*narrow, "rate_slope") == Approx(0).margin(0.01));
  CHECK(of(*narrow, "risk_slope") == Approx(-1.6).margin(0.02));
  CHECK(of(*wide, "rate_slope") == Approx(-1 + 1 / 1.7).margin(0.02));
  CHECK(of(*wide, "risk_slope") == Approx(1 - 2 / 1.7).margin(0.02));
  CHECK(of(*still, "risk_slope") == Approx(-0.3).margin(0.02));
  CHECK(std::isnan(of(*wide, "rate_limit")));
}

TEST_CASE("The spectrum of pareto has mean 1 and the limit of its mean", "[metric][sgd]") {
  const auto metric = theory({{"spectrum", "pareto"},
                              {"tail", 3.5},
                              {"groups", 50},
                              {"eta", 2.5},
                              {"b", 0.5},
                              {"distance", 2.0},
                              {"until", 100.0}});
  CHECK(of(*metric, "rate_limit") == Approx(0.8635).margin(6e-5));
  CHECK(number(value_of(*metric, "risk_curve")[0]) == Approx(1));  // (1/2) 1 * 2
}

TEST_CASE("The spectrum of an objective is that of its pairs at their one t", "[metric][sgd]") {
  const auto base = make<weir::Source>("source/gaussian", {{"dim", 2}}, f64, 3, "base");
  const auto pairs =
      make<weir::Coupling>("coupling/affine", {{"correlation", 0.0}, {"draw", "fresh"}}, f64, 5, "pairs");
  const auto time = make<weir::Time>("time/fixed", {{"at", 0.5}});
  const Path path;
  const auto objective = make<weir::Objective>("objective/flow_matching");
  run(*base);
  bind(*pairs, "source", *base);
  run(*pairs);
  bind(*objective, "coupling", *pairs);
  bind(*objective, "interpolant", *path.interpolant);
  bind(*objective, "time", *time);
  const auto metric =
      make<weir::Metric>("metric/sgd_theory", {{"rule", "constant"}, {"eta", 0.5}, {"until", 100.0}});
  bind(*metric, "objective", *objective);
  run(*metric);
  // K = I / 2, nothing of u is known, w^2 = 4: R begins at 2 and ends at 2 / (1 - 0.5 / 4).
  CHECK(number(value_of(*metric, "risk_curve")[0]) == Approx(2));
  CHECK(of(*metric, "risk") == Approx(2 / 0.875).epsilon(1e-6));
  CHECK(of(*metric, "risk_limit") == Approx(2 / 0.875));
}

TEST_CASE("What has no curve is refused", "[metric][sgd]") {
  const auto message = [](const json& params) {
    weir::Faults faults;
    weir::Plan plan([](const std::string&) { return weir::Place{}; }, faults);
    make<weir::Metric>("metric/sgd_theory", params)->plan(plan);
    return faults.size() == 1 ? faults[0].message : "";
  };
  CHECK(message({{"rule", "constant"}, {"eta", 3.0}, {"lambda", 0.5}}) ==
        "at a constant rate of 3 the risk grows without bound: it is not below 2 / c = 2.66667, c the mean "
        "eigenvalue");
  CHECK(message({{"spectrum", "power"}, {"beta", 0.5}, {"delta", 1.5}}) ==
        "the risk is infinite at t = 0: beta + delta is 2, and must be below 2");
}

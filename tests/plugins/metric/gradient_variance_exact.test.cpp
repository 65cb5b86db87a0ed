// tests/plugins/metric/gradient_variance_exact.test.cpp -- the closed form against tabulated values, shorter closed forms and
// per-sample gradients by Monte Carlo.
#include <cmath>
#include <numbers>

#include <weir/kinds/metric.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

const json table_covariance = {{2, 0.5}, {0.5, 1}};

// A whole experiment: two normal ends, a coupling, noise, and a field.
struct Setting {
  json start = {{"dim", 2}};
  json target = {};  // of an independent coupling; empty: affine
  json coupling = json::object();
  std::string noise = "noise/zero";
  json noise_params = json::object();
  bool noise_in_target = false;
  json time = json::object();
  json field = {{"value", "ot"}};
};

// p(t) = 6 t (1 - t), which vanishes at both ends; never drawn from the ends themselves.
class Hill final : public weir::Time {
 public:
  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    // The middle one of three uniform numbers.
    return std::get<0>(rng.uniform({n, 3}).sort(1)).select(1, 1);
  }
  Tensor density(const Tensor& t) const override { return 6 * t * (1 - t); }
};

struct Experiment {
  explicit Experiment(const Setting& of)
      : base(make<weir::Source>("source/gaussian", of.start, f64, 3, "base")),
        target(make<weir::Source>("source/gaussian", of.target.empty() ? json{{"dim", 2}} : of.target, f64, 4,
                                  "target")),
        coupling(make<weir::Coupling>(of.target.empty() ? "coupling/affine" : "coupling/independent",
                                      with_draw(of.coupling), f64, 5, "pairs")),
        path(of.noise, of.noise_params, of.noise_in_target),
        time(make<weir::Time>("time/uniform", of.time)),
        objective(make<weir::Objective>("objective/flow_matching")),
        field(make<weir::Field>("field/affine", of.field)) {
    run(*base);
    run(*target);
    bind(*coupling, "source", *base);
    if (!of.target.empty()) bind(*coupling, "target", *target);
    run(*coupling);
    bind(*objective, "coupling", *coupling);
    bind(*objective, "interpolant", *path.interpolant);
    bind(*objective, "time", *time);
    bind(*field, "coupling", *coupling);
    if (of.field.value("value", "zero") == "given") field = make<weir::Field>("field/affine", of.field);
  }
  static json with_draw(json params) {
    if (!params.contains("draw")) params["draw"] = "fresh";
    return params;
  }

  std::unique_ptr<weir::Metric> metric(const std::string& id, const json& params = json::object()) {
    auto made = make<weir::Metric>(id, params);
    bind(*made, "objective", *objective);
    bind(*made, "field", *field);
    return made;
  }
  std::unique_ptr<weir::Metric> exact(const json& params = json::object()) {
    auto made = metric("metric/gradient_variance_exact", params);
    run(*made);
    return made;
  }

  std::unique_ptr<weir::Source> base, target;
  std::unique_ptr<weir::Coupling> coupling;
  Path path;
  std::unique_ptr<weir::Time> time;
  std::unique_ptr<weir::Objective> objective;
  std::unique_ptr<weir::Field> field;
};

double of(weir::Node& node, const std::string& output) { return number(value_of(node, output)); }

double degrees(double angle) { return angle * std::numbers::pi / 180; }

Setting turned(double angle, double sigma, const std::string& value) {
  Setting setting;
  setting.coupling = {{"covariance", table_covariance}, {"angle", degrees(angle)}, {"shift", {5, 5}}};
  setting.noise = "noise/constant";
  setting.noise_params = {{"sigma", sigma}};
  setting.field = {{"value", value}};
  return setting;
}

}  // namespace

TEST_CASE("The closed form gives the tabulated values to every digit", "[metric][exact]") {
  struct Row {
    double angle, sigma, pair, pair_loss, ot, ot_loss;
  };
  // d = 2, mu = (5, 5), M = [[2, 0.5], [0.5, 1]]; derived for this problem and checked by automatic differentiation.
  const auto row = GENERATE(Row{0, 0.05, 0.00384001582, 0.00043056464, 0.00384001582, 0.00043056464},
                            Row{60, 0, 0, 0, 29.7466674, 2.37607898},
                            Row{60, 0.05, 0.0972354072, 0.00690058208, 29.7886176, 2.37650954},
                            Row{120, 0, 0, 0, 68.8309722, 7.12823693},
                            Row{120, 0.05, 1.74246317, 0.0424994009, 68.9491429, 7.1286675},
                            Row{120, 0.5, 352.121643, 4.24994009, 80.7330571, 7.1712934},
                            Row{150, 0.5, 45027.1031, 15.8717245, 91.0257564, 8.91070393});
  const auto pair = Experiment(turned(row.angle, row.sigma, "pair")).exact();
  const auto ot = Experiment(turned(row.angle, row.sigma, "ot")).exact();
  CHECK(of(*pair, "total") == Approx(row.pair).epsilon(3e-9).margin(1e-24));
  CHECK(of(*pair, "loss") == Approx(row.pair_loss).epsilon(3e-9).margin(1e-26));
  CHECK(of(*ot, "total") == Approx(row.ot).epsilon(3e-9));
  CHECK(of(*ot, "loss") == Approx(row.ot_loss).epsilon(3e-9));
  CHECK(of(*pair, "total_error") <= 1e-10 * of(*pair, "total") + 1e-24);
  CHECK(of(*ot, "total_error") <= 1e-10 * of(*ot, "total"));
}

TEST_CASE("Independent pairs at the OT field", "[metric][exact]") {
  Setting setting = turned(0, 0.05, "ot");
  setting.target = {{"mean", {5, 5}}, {"covariance", table_covariance}};
  setting.coupling = json::object();
  CHECK(of(*Experiment(setting).exact(), "total") == Approx(44.3111163).epsilon(3e-9));
}

TEST_CASE("Every plane turned, M = I: the short closed forms", "[metric][exact]") {
  const double d = GENERATE(2., 4., 8.), phi = degrees(GENERATE(30., 90., 120.)), sigma = 0.3;
  Setting setting;
  setting.start = {{"dim", static_cast<int>(d)}};
  setting.coupling = {{"angle", phi}};
  setting.noise = "noise/constant";
  setting.noise_params = {{"sigma", sigma}};
  const double a = 2 - 2 * std::cos(phi), s2 = sigma * sigma;

  const auto ot = Experiment(setting).exact();
  CHECK(of(*ot, "loss") == Approx(d * a).epsilon(1e-12));
  CHECK(of(*ot, "total") ==
        Approx(4 * (a * d + a * ((1 - a / 6) * d * (d + 2) + s2 * d * d) - d * std::pow(std::sin(phi), 2)))
            .epsilon(1e-12));

  setting.field = {{"value", "pair"}};
  CHECK(of(*Experiment(setting).exact(), "loss") ==
        Approx(2 * d * s2 * phi * std::tan(phi / 2)).epsilon(1e-12));

  setting.field = {{"value", "ot"}};
  setting.target = {{"dim", static_cast<int>(d)}};
  setting.coupling = json::object();
  const auto random = Experiment(setting).exact();
  CHECK(of(*random, "loss") == Approx(2 * d).epsilon(1e-12));
  CHECK(of(*random, "total") ==
        Approx(4 * (2 * d + 4 * d * d / 3 + 2 * d / 3 + 2 * s2 * d * d)).epsilon(1e-12));
}

TEST_CASE("A correlation runs from the turned coupling to the independent one", "[metric][exact]") {
  Setting whole = turned(70, 0.2, "ot"), none = whole, random = whole;
  whole.coupling["correlation"] = 1.0 - 1e-15;
  none.coupling["correlation"] = 0.0;
  random.target = {{"mean", {5, 5}}, {"covariance", table_covariance}};
  random.coupling = json::object();
  CHECK(of(*Experiment(whole).exact(), "total") ==
        Approx(of(*Experiment(turned(70, 0.2, "ot")).exact(), "total")).epsilon(1e-7));
  CHECK(of(*Experiment(none).exact(), "total") ==
        Approx(of(*Experiment(random).exact(), "total")).epsilon(1e-12));
}

TEST_CASE("Random settings agree with per-sample gradients by Monte Carlo", "[metric][exact]") {
  const int seed = GENERATE(1, 2, 3);
  weir::Rng rng(static_cast<std::uint64_t>(seed), "setting", f64);
  const auto numbers = [&](const Tensor& t) {
    const Tensor flat = t.contiguous();
    return std::vector<double>(flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel());
  };
  const auto matrix = [&](const Tensor& m) {
    json rows = json::array();
    for (std::int64_t i = 0; i < m.size(0); ++i) rows.push_back(numbers(m[i]));
    return rows;
  };
  const Tensor root = at::eye(3, f64) + 0.4 * rng.at("root").normal({3, 3});
  Setting setting;
  setting.start = {{"mean", numbers(rng.at("m").normal({3}))}, {"covariance", matrix(root.mm(root.t()))}};
  setting.coupling = {{"matrix", matrix(rng.at("A").normal({3, 3}))},
                      {"shift", numbers(rng.at("b").normal({3}))},
                      {"correlation", 1 - 0.3 * (seed - 1)}};
  // Theta + Theta^T positive: I + t Theta is regular on [0, 1].
  const Tensor skew = rng.at("skew").normal({3, 3});
  const Tensor theta = 0.5 * at::eye(3, f64) + 0.5 * (skew - skew.t());
  setting.field = {
      {"value", "given"}, {"theta", numbers(rng.at("theta").normal({3}))}, {"Theta", matrix(theta)}};
  setting.noise = seed == 1 ? "noise/constant" : "noise/brownian";
  setting.noise_params = {{"sigma", 0.4}};
  setting.noise_in_target = seed == 3;
  setting.time = {{"eps", seed == 3 ? 0.05 : 0.0}};
  Experiment experiment(setting);

  const auto exact = experiment.exact({{"bins", 4}});
  const auto measured =
      experiment.metric("metric/gradient_variance", {{"batch", 4096}, {"replicates", 48}, {"bins", 4}});
  run(*measured);

  CHECK(of(*exact, "total_error") < 1e-10 * of(*exact, "total"));
  CHECK(of(*exact, "loss_error") < 1e-10 * of(*exact, "loss"));
  CHECK(std::abs(of(*measured, "loss") - of(*exact, "loss")) < 3.5 * of(*measured, "loss_se"));
  CHECK(std::abs(of(*measured, "total") - of(*exact, "total")) < 3.5 * of(*measured, "total_se"));
  // A bin holds a quarter of the rows: its standard error is some twice the relative one of the whole.
  const double relative = of(*measured, "total_se") / of(*measured, "total");
  CHECK(((value_of(*measured, "bin") - value_of(*exact, "bin")) / value_of(*exact, "bin"))
            .abs()
            .max()
            .item<double>() < 8 * relative);
}

TEST_CASE("Where the field has a pole on the paths, loss and variance are infinite, with the reason",
          "[metric][exact]") {
  Setting half = turned(180, 0.05, "pair");
  half.coupling.erase("covariance");
  const auto infinite = Experiment(half).exact({{"bins", 4}});
  CHECK(std::isinf(of(*infinite, "total")));
  CHECK(std::isinf(of(*infinite, "loss")));
  CHECK(value_of(*infinite, "bin").isinf().equal(at::tensor({0, 1, 1, 0}, at::kLong) == 1));

  half.noise = "noise/zero";
  half.noise_params = json::object();
  const auto zero = Experiment(half).exact();
  CHECK(std::abs(of(*zero, "total")) < 1e-18);
  CHECK(of(*zero, "loss") < 1e-20);

  // The table's M: two real poles from 165.49 degrees on.
  CHECK(std::isinf(of(*Experiment(turned(166, 0.05, "pair")).exact(), "loss")));
  CHECK(std::isfinite(of(*Experiment(turned(165, 0.05, "pair")).exact(), "loss")));
  CHECK(std::isfinite(of(*Experiment(turned(166, 0.05, "ot")).exact(), "loss")));
  // Near the singular angle the closed form keeps its digits.
  half.noise = "noise/constant";
  half.noise_params = {{"sigma", 0.3}};
  half.coupling["angle"] = degrees(179.99);
  const double phi = degrees(179.99);
  CHECK(of(*Experiment(half).exact(), "loss") == Approx(4 * 0.09 * phi * std::tan(phi / 2)).epsilon(1e-9));
}

TEST_CASE("The variance may be infinite where the loss is not", "[metric][exact]") {
  // A = diag(-1, 1) without noise, Theta = ((-2, 0), (1, 0)), theta = 0: v has a limit at t = 1/2, v = (-2 X0_1, X0_1), so the
  // loss is E X0_1^2 = 1; but w_1 = t X0_1 / (1 - 2 t) has none.
  Setting setting;
  setting.coupling = {{"matrix", {{-1, 0}, {0, 1}}}};
  setting.field = {{"value", "given"}, {"theta", {0, 0}}, {"Theta", {{-2, 0}, {1, 0}}}};
  const auto exact = Experiment(setting).exact({{"bins", 5}});
  CHECK(of(*exact, "loss") == Approx(1).epsilon(1e-10));
  CHECK(std::isinf(of(*exact, "total")));
  CHECK(value_of(*exact, "bin").isinf().equal(at::tensor({0, 0, 1, 0, 0}, at::kLong) == 1));
}

TEST_CASE("A Brownian bridge in the target is infinite at the ends, and finite away from them",
          "[metric][exact]") {
  Setting setting = turned(0, 0.3, "ot");
  setting.noise = "noise/brownian";
  setting.noise_in_target = true;
  const auto infinite = Experiment(setting).exact();
  CHECK(std::isinf(of(*infinite, "loss")));
  CHECK(std::isinf(of(*infinite, "total")));
  CHECK(std::isfinite(value_of(*infinite, "bin")[4].item<double>()));

  // Theta = 0, theta = b for X1 = X0 + b: r = gamma' z, so the loss is 2 sigma^2 int (1 - 2 t)^2 / (4 t (1 - t)).
  const double eps = 1e-4;
  setting.coupling = {{"shift", {5, 5}}};
  setting.time = {{"eps", eps}};
  const double integral = 0.5 * std::log((1 - eps) / eps) - (1 - 2 * eps);
  CHECK(of(*Experiment(setting).exact(), "loss") ==
        Approx(2 * 0.09 * integral / (1 - 2 * eps)).epsilon(1e-10));
}

TEST_CASE(
    "A law of t that vanishes at the ends makes the loss of a bridge in the target finite, but not its error",
    "[metric][exact]") {
  Setting setting = turned(0, 0.3, "ot");
  setting.noise = "noise/brownian";
  setting.noise_in_target = true;
  setting.coupling = {{"shift", {5, 5}}};
  Experiment experiment(setting);
  Hill hill;
  bind(*experiment.objective, "time", hill);
  // r = gamma' z: the loss is d sigma^2 int (1 - 2 t)^2 / (4 t (1 - t)) 6 t (1 - t) dt = d sigma^2 / 2.
  CHECK(of(*experiment.exact(), "loss") == Approx(0.09).epsilon(1e-10));
  CHECK(std::isfinite(of(*experiment.exact(), "total")));
  const auto measured = experiment.metric("metric/gradient_variance", {{"batch", 512}, {"replicates", 4}});
  REQUIRE(plan(*measured).empty());
  QuietRun quiet;
  measured->run(quiet);
  CHECK(quiet.warnings.empty());
  for (const char* name : {"total_se", "replicated_se", "loss_se"}) CHECK(std::isnan(of(*measured, name)));
  CHECK(of(*measured, "loss") > 0);
}

TEST_CASE("What is measured of an infinite variance is said to be of the samples alone", "[metric][exact]") {
  const std::string ends =
      "the square of gamma' in the target is not integrable at t = 0; the square of gamma' in the target is "
      "not "
      "integrable at t = 1";
  Setting bridge = turned(0, 0.3, "ot");
  bridge.noise = "noise/brownian";
  bridge.noise_in_target = true;
  Setting half = turned(180, 0.05, "pair");
  half.coupling.erase("covariance");
  Setting fixed = half;
  fixed.coupling["draw"] = {{"fixed", 16}};
  // The loss has a limit and the variance has none: see above.
  Setting limit;
  limit.coupling = {{"matrix", {{-1, 0}, {0, 1}}}};
  limit.field = {{"value", "given"}, {"theta", {0, 0}}, {"Theta", {{-2, 0}, {1, 0}}}};
  struct Case {
    Setting setting;
    std::string warning;
    bool loss;
  };
  const std::string both =
      "the loss and the variance of its gradient are infinite, and what is measured depends on the seed: ";
  const Case of_these[] = {
      {bridge,
       both + ends +
           "; keep t from the ends, such as time: {plugin: uniform, eps: 1e-3}, or leave noise_in_target out",
       true},
      {half, both + "I + t Theta is singular at t = 0.5", true},
      {fixed, both + "I + t Theta is singular at t = 0.5", true},
      {limit,
       "the variance of the gradient is infinite, and what is measured depends on the seed: I + t Theta is "
       "singular at "
       "t = 0.5",
       false}};
  for (const Case& each : of_these) {
    Experiment experiment(each.setting);
    const auto measured = experiment.metric("metric/gradient_variance", {{"batch", 16}, {"replicates", 3}});
    REQUIRE(plan(*measured).empty());
    QuietRun quiet;
    measured->run(quiet);
    CHECK(quiet.warnings == std::vector<std::string>{each.warning});
    CHECK(std::isfinite(of(*measured, "total")));
    CHECK(std::isnan(of(*measured, "total_se")));
    CHECK(std::isnan(of(*measured, "replicated_se")));
    CHECK(std::isnan(of(*measured, "loss_se")) == each.loss);
  }
  // Own pairs without noise stay on the field's lines: nothing is infinite, whatever the poles.
  half.noise = "noise/zero";
  half.noise_params = json::object();
  Experiment still(half);
  const auto measured = still.metric("metric/gradient_variance", {{"batch", 16}, {"replicates", 3}});
  REQUIRE(plan(*measured).empty());
  QuietRun quiet;
  measured->run(quiet);
  CHECK(quiet.warnings.empty());
  CHECK(of(*measured, "total_se") < 1e-15);
}

TEST_CASE("What the closed form does not hold for is refused with the reason", "[metric][exact]") {
  Setting fixed = turned(30, 0.1, "pair");
  fixed.coupling["draw"] = {{"fixed", 16}};
  Experiment sample(fixed);
  CHECK(plan(*sample.metric("metric/gradient_variance_exact")).at(0).message ==
        "the closed form is of the law of the pairs, and 'pairs' has 16 fixed ones");

  Experiment mixed(turned(30, 0.1, "pair"));
  mixed.base = make<weir::Source>("source/mixture", {{"set", "eight_gaussians"}}, f64, 3, "base");
  run(*mixed.base);
  mixed.coupling = make<weir::Coupling>("coupling/affine", {{"draw", "fresh"}}, f64, 5, "pairs");
  bind(*mixed.coupling, "source", *mixed.base);
  run(*mixed.coupling);
  bind(*mixed.objective, "coupling", *mixed.coupling);
  bind(*mixed.field, "coupling", *mixed.coupling);
  CHECK(plan(*mixed.metric("metric/gradient_variance_exact")).at(0).message ==
        "the closed form needs jointly normal pairs, and those of 'pairs' are not");
  const auto half = make<weir::Coupling>("coupling/affine", {{"draw", "fresh"}, {"correlation", 0.5}});
  bind(*half, "source", *mixed.base);
  CHECK(plan(*half).at(0).message ==
        "a correlation below 1 keeps the target's law for normal sources only, and 'base' is not one");

  Setting correlated = turned(30, 0.1, "pair");
  correlated.coupling["correlation"] = 0.5;
  Experiment partial(correlated);
  CHECK(plan(*partial.field).at(0).message ==
        "value: pair needs a coupling X1 = A X0 + b, and 'pairs' has no such map");

  Setting still = turned(30, 0.1, "pair");
  still.noise = "noise/zero";
  still.noise_params = json::object();
  Experiment quiet(still);
  const auto crossing = quiet.metric("metric/variance_crossing");
  bind(*crossing, "other", *quiet.field);
  CHECK(plan(*crossing).at(0).message == "its interpolant has no noise whose size could be changed");

  Experiment same(turned(30, 0.1, "pair"));
  const auto equal = same.metric("metric/variance_crossing");
  bind(*equal, "other", *same.field);
  run(*equal);
  CHECK(std::isnan(of(*equal, "factor")));

  Experiment other(turned(30, 0.1, "pair"));
  other.field = make<weir::Field>("field/mlp", {{"width", 4}, {"depth", 1}});
  CHECK(plan(*other.metric("metric/gradient_variance_exact")).at(0).message ==
        "the closed form is that of v = (I + t Theta)^-1 (theta + Theta x), and this is another field");
}

TEST_CASE("The noise at which the OT field gets the lower variance falls as the angle grows",
          "[metric][exact]") {
  // M = I, d = 2: values from root finding on the closed form by another program.
  const auto [angle, sigma] =
      GENERATE(table<double, double>({{60, 0.783}, {90, 0.559}, {120, 0.323}, {150, 0.121}, {180, 0}}));
  Setting setting;
  setting.coupling = {{"angle", degrees(angle)}};
  setting.noise = "noise/constant";
  setting.noise_params = {{"sigma", 0.1}};
  setting.field = {{"value", "pair"}};
  Experiment experiment(setting);
  const auto ot = make<weir::Field>("field/affine", {{"value", "ot"}});
  bind(*ot, "coupling", *experiment.coupling);
  const auto crossing = experiment.metric("metric/variance_crossing");
  bind(*crossing, "other", *ot);
  run(*crossing);
  CHECK(of(*crossing, "gamma") == Approx(sigma).margin(6e-4));
  CHECK(of(*crossing, "factor") == Approx(10 * of(*crossing, "gamma")));
  if (sigma == 0) return;

  setting.noise_params = {{"sigma", of(*crossing, "gamma")}};
  const double pair = of(*Experiment(setting).exact(), "total");
  setting.field = {{"value", "ot"}};
  CHECK(pair == Approx(of(*Experiment(setting).exact(), "total")).epsilon(1e-9));
}

TEST_CASE("At one t the closed form is that of this t, of which the others are averages", "[metric][exact]") {
  const auto at = [](double t, const json& params = json::object()) {
    Experiment experiment(turned(60, 0.05, "ot"));
    experiment.time = make<weir::Time>("time/fixed", {{"at", t}});
    bind(*experiment.objective, "time", *experiment.time);
    auto exact = experiment.exact(params);
    return std::pair(of(*exact, "loss"), value_of(*exact, "bin"));
  };
  // Simpson's rule over the losses at single times.
  constexpr int cells = 20;
  double loss = 0;
  for (int k = 0; k <= cells; ++k)
    loss += (k == 0 || k == cells ? 1 : k % 2 ? 4 : 2) * at(double(k) / cells).first / (3 * cells);
  CHECK(loss == Approx(of(*Experiment(turned(60, 0.05, "ot")).exact(), "loss")).epsilon(1e-4));
  const Tensor bins = at(0.5, {{"bins", 4}}).second;
  CHECK(at::isnan(bins).equal(row_of({1, 1, 0, 1}).to(at::kBool)));
  CHECK(at::isnan(at(1, {{"bins", 4}}).second).equal(row_of({1, 1, 1, 0}).to(at::kBool)));
}

TEST_CASE("A bridge's noise in the target is infinite at one t only where that is an end",
          "[metric][exact]") {
  Setting setting = turned(60, 0.5, "ot");
  setting.noise = "noise/brownian";
  setting.noise_in_target = true;
  const double t = GENERATE(0.0, 0.5, 1.0);
  Experiment experiment(setting);
  experiment.time = make<weir::Time>("time/fixed", {{"at", t}});
  bind(*experiment.objective, "time", *experiment.time);
  CHECK(std::isinf(of(*experiment.exact(), "loss")) == (t != 0.5));
}

// tests/plugins/metric/log_likelihood.test.cpp -- log densities of flows whose densities are known.
#include <cmath>
#include <numbers>

#include <ATen/core/grad_mode.h>

#include <weir/kinds/metric.hpp>

#include "../integrator/flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Metric;
using weir::Tensor;

// Of these points, under a field that starts at N(0, I); planned in the constructor: see `faults`.
struct Made {
  Made(weir::Field& field, const Tensor& at, const json& params = json::object())
      : start(make<weir::Source>("source/gaussian", {{"shape", at.sizes().slice(1).vec()}}, at.options())),
        points(at),
        metric(make<Metric>("metric/log_likelihood", params, at.options(), 3)) {
    weir::tests::run(*start);
    bind(*metric, "field", field);
    bind(*metric, "start", *start);
    bind(*metric, "points", points, "value");
    faults = plan(*metric);
  }
  Made& run() {
    REQUIRE(faults.empty());
    metric->run(quiet);
    return *this;
  }
  const Tensor& operator[](const std::string& output) const { return value_of(*metric, output); }

  std::unique_ptr<weir::Source> start;
  Values points;
  std::unique_ptr<Metric> metric;
  weir::Faults faults;
  QuietRun quiet;
};

Tensor normal_log_density(const Tensor& x) {
  return -0.5 * x.square().sum(1) - 0.5 * static_cast<double>(x.size(1)) * std::log(2 * std::numbers::pi);
}

// The affine transport of N(0, I) to N(theta, A A^T) with A = I + Theta, and its log density.
struct Affine {
  explicit Affine(const weir::Matrix& matrix)
      : field(make<weir::Field>("field/affine", {{"value", "given"}, {"theta", {1, -2}}, {"Theta", matrix}})),
        a(at::eye(2, f64) +
          at::tensor({matrix[0][0], matrix[0][1], matrix[1][0], matrix[1][1]}, f64).view({2, 2})) {}
  Tensor points(std::int64_t n) const {
    return row_of({1, -2}) + weir::Rng(8, "points", f64).normal({n, 2}).mm(a.t());
  }
  Tensor log_density(const Tensor& x) const {
    const Tensor x0 = at::linalg_solve(a, (x - row_of({1, -2})).t()).t();
    return normal_log_density(x0) - at::linalg_det(a).abs().log();
  }
  std::unique_ptr<weir::Field> field;
  Tensor a;
};

const weir::Matrix full{{0.5, 0.8}, {-0.3, -0.4}}, diagonal{{1.5, 0}, {0, -0.7}};

}  // namespace

TEST_CASE("A linear flow between normal laws has the normal density, to 1e-5 and below",
          "[metric][log_likelihood]") {
  for (const weir::Matrix& matrix : {full, diagonal}) {
    const Affine flow(matrix);
    const Tensor x = flow.points(40), exact = flow.log_density(x);
    Made made(*flow.field, x);
    made.run();
    // Ten times the tolerance of a step, 1e-7: the law of embedded pairs.
    CHECK((made["log_likelihood"] - exact).abs().max().item<double>() < 1e-6);
    CHECK(number(made["mean"]) == Approx(number(exact.mean())).margin(1e-6));
    CHECK(number(made["mean_se"]) == Approx(number(exact.std()) / std::sqrt(40.0)).epsilon(1e-4));
    CHECK(made["mean_n"].item<std::int64_t>() == 40);
    CHECK(number(made["bits_per_dim"]) == Approx(-number(exact.mean()) / 2 / std::log(2.0)).margin(1e-5));
    CHECK(made["nfe"].sizes() == at::IntArrayRef({40}));
  }
}

TEST_CASE("A flow that is not linear has the density of its change of variables",
          "[metric][log_likelihood]") {
  // x' = x^2 cos 3t: 1/x_0 = 1/x + sin(3) / 3, and dx_0 / dx = (x_0 / x)^2.
  Given field([](const Tensor& x, const Tensor& t) { return x.square() * (3 * t).cos().unsqueeze(1); });
  const Tensor x = column({-2, -0.5, 0.1, 0.7, 1.5}), x0 = 1 / (1 / x + std::sin(3.0) / 3);
  Made made(field, x);
  made.run();
  const Tensor exact = normal_log_density(x0) + 2 * (x0 / x).abs().log().squeeze(1);
  CHECK((made["log_likelihood"] - exact).abs().max().item<double>() < 1e-6);
}

TEST_CASE("The divergence of images is the sum over all pixels", "[metric][log_likelihood]") {
  Given field([](const Tensor& x, const Tensor& t) {
    return x.square() * (3 * t).cos().view({-1, 1, 1, 1});
  });
  const Tensor x = row_of({-2, -0.5, 0.1, 0.7, 1.5, 0.3, -1, 0.2}).view({2, 1, 2, 2});
  const Tensor x0 = 1 / (1 / x + std::sin(3.0) / 3);
  Made made(field, x);
  made.run();
  const Tensor exact = normal_log_density(x0.flatten(1)) + 2 * (x0 / x).abs().log().flatten(1).sum(1);
  CHECK((made["log_likelihood"] - exact).abs().max().item<double>() < 1e-6);
}

TEST_CASE("Hutchinson's estimate with signs is exact where the Jacobian is diagonal",
          "[metric][log_likelihood]") {
  const Affine flow(diagonal);
  const Tensor x = flow.points(10);
  Made exact(*flow.field, x), estimate(*flow.field, x, {{"divergence", "hutchinson"}});
  CHECK(at::allclose(estimate.run()["log_likelihood"], exact.run()["log_likelihood"], 0, 1e-10));
}

TEST_CASE("Hutchinson's estimate has no bias", "[metric][log_likelihood]") {
  const Affine flow(full);
  const Tensor x = flow.points(300);
  for (const json& params :
       {json{{"law", "rademacher"}}, json{{"law", "normal"}}, json{{"law", "normal"}, {"probes", 4}}}) {
    INFO(params);
    json all = params;
    all["divergence"] = "hutchinson";
    Made made(*flow.field, x, all);
    const Tensor off = made.run()["log_likelihood"] - flow.log_density(x);
    const double se = number(off.std()) / std::sqrt(300.0);
    CHECK(se > 1e-3);  // it does differ, row by row
    CHECK(std::abs(number(off.mean())) < 5 * se);
  }
}

TEST_CASE("Chunks of any size give the same densities, probes included", "[metric][log_likelihood]") {
  const Affine flow(full);
  const Tensor x = flow.points(11);
  const json params =
      GENERATE(json{{"divergence", "exact"}}, json{{"divergence", "hutchinson"}, {"probes", 2}});
  json small = params;
  small["chunk"] = 3;
  Made whole(*flow.field, x, params), parts(*flow.field, x, small);
  CHECK(at::allclose(parts.run()["log_likelihood"], whole.run()["log_likelihood"], 0, 1e-9));
}

TEST_CASE("A float32 flow is measured to float32's accuracy", "[metric][log_likelihood]") {
  Given field([](const Tensor& x, const Tensor&) { return -x; });
  const Tensor x = at::tensor({-0.8, 0.1, 0.5}, f64).unsqueeze(1);
  Made made(field, x.to(at::kFloat));
  made.run();
  // x0 = e x, and the divergence is -1.
  const Tensor exact = normal_log_density(std::exp(1.0) * x) + 1;
  CHECK((made["log_likelihood"] - exact).abs().max().item<double>() < 1e-3);
}

TEST_CASE("A field that moves all points alike has no divergence; what it is told comes with the rows",
          "[metric][log_likelihood]") {
  class Told final : public weir::Field {
   public:
    Tensor velocity(const weir::Params&, const Tensor&, const Tensor&,
                    const weir::Context& context) const override {
      return context.at("shift");
    }
    weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }
    void plan_for(const weir::Domain&, weir::Plan&) const override {}
  } field;
  const Tensor x = column({0, 1, 2, 3, 4}), shift = column({5, 4, 3, 2, 1});
  Values shifts(shift);
  Made made(field, x, {{"chunk", 2}});
  made.metric->port("context")->bind("shift", shifts, shifts.output("value"));
  CHECK(at::allclose(made.run()["log_likelihood"], normal_log_density(x - shift), 0, 1e-6));
}

TEST_CASE("A point whose path leaves the numbers has no density, and is counted",
          "[metric][log_likelihood]") {
  // Backward, x' = -x^2 has a pole at 1/2 before the end for x = 2.
  Given field([](const Tensor& x, const Tensor&) { return -x.square(); });
  Made made(field, column({0.2, 2, -1}));
  made.run();
  CHECK(at::isnan(made["log_likelihood"]).equal(at::tensor({0, 1, 0}).to(at::kBool)));
  CHECK(std::isnan(number(made["mean"])));
  REQUIRE(made.quiet.warnings.size() == 1);
  CHECK(made.quiet.warnings[0] ==
        "1 of 3 points have no log density: on the way back from t = 1 they left the numbers");
}

TEST_CASE("A log likelihood says what it cannot be asked", "[metric][log_likelihood]") {
  Given still([](const Tensor& x, const Tensor&) { return at::zeros_like(x); });
  const Tensor x = at::zeros({4, 2}, f64);
  Made probed(still, x, {{"probes", 3}});
  REQUIRE(probed.faults.size() == 1);
  CHECK(probed.faults[0].place.file == "probes");
  CHECK(probed.faults[0].message == "the exact divergence asks along every coordinate, and has no probes");

  Made fine(still, x.to(at::kFloat), {{"tolerance", 1e-9}});
  REQUIRE(fine.faults.size() == 1);
  CHECK(fine.faults[0].message == "tolerance is 1e-09, below what float32 can tell of a number");

  const auto other = make<weir::Source>("source/gaussian", {{"dim", 3}});
  run(*other);
  Made made(still, x);
  bind(*made.metric, "start", *other);
  const weir::Faults faults = plan(*made.metric);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "the points are [2], and those of the start [3]: a flow keeps their shape");

  const auto moons = make<weir::Source>("source/mixture", {{"set", "two_moons"}});
  run(*moons);
  Made dark(still, x);
  bind(*dark.metric, "start", *moons);
  const weir::Faults without = plan(*dark.metric);
  REQUIRE(without.size() == 1);
  CHECK(without[0].place.file == "start");
  CHECK(without[0].message == "start needs a log density, and what it is given has none as it is set");
}

TEST_CASE("A field that hides from autograd what it does has no divergence of zero, but an error",
          "[metric][log_likelihood]") {
  Given hiding([](const Tensor& x, const Tensor&) {
    const at::NoGradGuard off;
    return 2 * x;
  });
  Made made(hiding, column({1, 2}));
  REQUIRE(made.faults.empty());
  CHECK_THROWS_WITH(made.metric->run(made.quiet),
                    "the divergence of this field cannot be had: autograd does not see how its velocity "
                    "depends on x (a detach, or "
                    "a NoGradGuard, stands between them)");
}

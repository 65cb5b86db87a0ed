// tests/plugins/integrator/driven.test.cpp -- srk, ancestral and predictor_corrector: their laws, their paths, and one that no sampler may have.
#include <cmath>

#include <weir/kinds/flow/stochastic.hpp>

#include "normals.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// Of these normal numbers: deviations from a mean and from a variance, in standard errors.
struct Deviation {
  Deviation(const Tensor& x, double mean, double variance)
      : of_mean(std::abs(x.mean().item<double>() - mean) / std::sqrt(variance / double(x.numel()))),
        of_variance(std::abs(x.var().item<double>() / variance - 1) / std::sqrt(2 / double(x.numel()))) {}
  double of_mean, of_variance;
};

const Normals alike{"noise/zero", 0, 0, 1};  // from N(0, 1) to N(0, 1)

}  // namespace

TEST_CASE(
    "Every stochastic method leaves a standard normal law with variance 1, whatever the strength of its "
    "noise",
    "[integrator][slow]") {
  // Steps at which what they leave, by the recursion of the variance, is below half a standard error, 0.014.
  struct Method {
    const char* id;
    json params;
  };
  std::vector<Method> methods;
  for (const double c : {0.25, 1.0, 4.0}) {
    methods.push_back({"integrator/euler_maruyama", {{"steps", 500}, {"diffusion", c}}});
    methods.push_back({"integrator/stochastic_heun", {{"steps", 100}, {"diffusion", c}}});
    methods.push_back({"integrator/srk", {{"steps", 50}, {"diffusion", c}}});
    methods.push_back({"integrator/predictor_corrector", {{"steps", 200}, {"diffusion", c}}});
  }
  methods.push_back({"integrator/predictor_corrector", {{"steps", 200}, {"corrections", 3}}});
  for (const double eta : {0.0, 0.3, 1.0})
    methods.push_back({"integrator/ancestral", {{"steps", 1000}, {"eta", eta}}});
  for (const Method& of : methods) {
    INFO(of.id << " " << of.params);
    const Noisy flow(of.id, of.params, alike, starts(10000));
    REQUIRE(flow.faults.empty());
    const Deviation found(flow.end(), 0, 1);
    CHECK(found.of_mean < 3);
    CHECK(found.of_variance < 3);
    CHECK(flow.quiet.warnings.empty());
  }
}

// x += (v + (s^2 / 2) (t (1 - t) v / 2 - (2 - t) x / 2)) h + s (1 - t) sqrt(h) z, as a sampler that is widely copied has it, ends between
// standard normal laws at the variances 0.94, 0.78 and 0.42 for s = 0.5, 1 and 2: the recursion of the variance, and three standard errors
// of the case above are 0.042.
TEST_CASE("The case above would have seen a sampler whose noise does not keep the marginals",
          "[integrator]") {
  const auto variance = [](double s) {
    const int steps = 2000;
    double v = 1;
    for (int k = 0; k < steps; ++k) {
      const double t = double(k) / steps, slope = (2 * t - 1) / ((1 - t) * (1 - t) + t * t);
      const double drift = slope + s * s / 2 * (t * (1 - t) * slope / 2 - (2 - t) / 2);
      v = std::pow(1 + drift / steps, 2) * v + std::pow(s * (1 - t), 2) / steps;
    }
    return v;
  };
  CHECK(variance(0.5) == Approx(0.94).margin(0.005));
  CHECK(variance(1) == Approx(0.785).margin(0.005));
  CHECK(variance(2) == Approx(0.416).margin(0.005));
}

TEST_CASE(
    "srk, ancestral and predictor_corrector have the marginals of the path on their way, with noise in it "
    "too",
    "[integrator]") {
  const std::string id = GENERATE("integrator/srk", "integrator/ancestral", "integrator/predictor_corrector");
  const auto law =
      GENERATE(Normals{"noise/zero", 0}, Normals{"noise/brownian", 0.8}, Normals{"noise/constant", 0.5});
  INFO(id << ", " << law.noise);
  json params{{"steps", id == "integrator/ancestral" ? 400 : 200}, {"save_at", {0.5}}};
  const Noisy flow(id, params, law, starts(5000) * std::sqrt(law.variance(0)));
  REQUIRE(flow.faults.empty());
  const Deviation between(value_of(*flow.integrator, "trajectory")[0], 1, law.variance(0.5)),
      there(flow.end(), 2, law.variance(1));
  // Four standard errors, and what the steps leave, one: Langevin's are off by snr^2 S / q of the variance on their way, 2 %.
  for (const double deviation : {between.of_mean, between.of_variance, there.of_mean, there.of_variance})
    CHECK(deviation < 5);
}

TEST_CASE("Backward, srk and predictor_corrector lead from the data to the noise", "[integrator]") {
  const std::string id = GENERATE("integrator/srk", "integrator/predictor_corrector");
  const Noisy flow(id, {{"steps", 200}, {"from", 1}, {"until", 0}}, {"noise/zero", 0}, 2 + starts(20000) / 2);
  REQUIRE(flow.faults.empty());
  const Deviation found(flow.end(), 0, 1);
  CHECK(found.of_mean < 5);
  CHECK(found.of_variance < 5);
}

TEST_CASE("Along one Brownian path srk converges with order 1.5, and is nearer than Heun's method",
          "[integrator]") {
  const bool back = GENERATE(false, true);
  // Up to 3/4 of the way, as far as the noise's strength is smooth. Of a velocity that is linear, or nearly, the order is 2.
  const auto bent = [](const Tensor& x, const Tensor& t) { return (5 * x + 4 * t.unsqueeze(1)).sin() / 2; };
  const auto ends = [&](const std::string& id, int steps) {
    json params{{"steps", steps}, {"increments", 2048}, {"until", 0.75}};
    if (back) params.update({{"from", 0.75}, {"until", 0}});
    const Noisy flow(id, params, {"noise/zero", 0}, starts(1000), bent);
    REQUIRE(flow.faults.empty());
    return flow.end();
  };
  const Tensor fine = ends("integrator/srk", 2048);
  const auto error = [&](const std::string& id, int steps) {
    return (ends(id, steps) - fine).square().mean().sqrt().item<double>();
  };
  const double coarse = error("integrator/srk", 32), finer = error("integrator/srk", 256);
  CHECK(std::log2(coarse / finer) / 3 == Approx(1.5).margin(0.1));
  CHECK(finer < error("integrator/stochastic_heun", 256) / 2);
}

TEST_CASE("Given its increment alone, a step of srk takes the mean that is to be expected", "[integrator]") {
  const auto integrator = make<weir::Integrator>("integrator/srk");
  const auto& srk = dynamic_cast<const weir::Stochastic&>(*integrator);
  const weir::Stochastic::Equation equation{[](const Tensor& x, double t) { return t * x; },
                                            [](double t) { return 1 - t; }};
  const double x = 2, dw = 0.3, t = 0.25, h = 0.5, m = dw / 2;
  const double b = t * x, y = x + 3 * h / 4 * b + 1.5 * (1 - t - h) * m;
  const double expected = x + h / 3 * (b + 2 * (t + 3 * h / 4) * y) + (1 - t - h) * (dw - m) + (1 - t) * m;
  CHECK(srk.step(equation, column({x}), t, h, column({dw})).item<double>() ==
        Approx(expected).epsilon(1e-14));
}

TEST_CASE("Towards a single point ancestral steps of any size have the law of the path", "[integrator]") {
  const double eta = GENERATE(0.0, 0.4, 1.0), m = 3;
  const std::uint64_t seed = GENERATE(3, 4, 5);
  INFO("eta " << eta << ", seed " << seed);
  const Noisy once("integrator/ancestral", {{"steps", 4}, {"eta", eta}, {"save_at", {0.25, 0.5, 0.75}}},
                   {"noise/zero", 0, m, 0}, starts(20000, seed));
  REQUIRE(once.faults.empty());
  for (std::int64_t k = 0; k < 3; ++k) {
    const double t = 0.25 * double(k + 1);
    const Deviation found(value_of(*once.integrator, "trajectory")[k], m * t, (1 - t) * (1 - t));
    CHECK(found.of_mean < 4);
    CHECK(found.of_variance < 4);
  }
  CHECK((once.end() - m).abs().max().item<double>() < 1e-12);
}

TEST_CASE("An ancestral step is the one that peers write in sigma, and without eta it is Euler's",
          "[integrator]") {
  const double eta = 0.7, from = 0.75, to = 0.5, x = 1.5, v = -0.8;
  const double down = to * (1 + (to / from - 1) * eta), scale = (1 - to) / (1 - down),
               up = to * std::sqrt(1 - std::pow(down / to * scale, 2));
  Flow flow(
      "integrator/euler", {{"steps", 1}},
      [&](const Tensor& at_x, const Tensor&) { return at::full_like(at_x, v); },
      at::full({20000, 1}, x, f64));
  const auto path = make<weir::Interpolant>("interpolant/linear");
  const auto noise = make<weir::Noise>("noise/zero");
  bind(*path, "noise", *noise);
  const auto end = [&](double strength) {
    const auto ancestral = make<weir::Integrator>(
        "integrator/ancestral", {{"times", {0.25, 0.5}}, {"from", 0.25}, {"until", 0.5}, {"eta", strength}});
    bind(*ancestral, "interpolant", *path);
    bind(*ancestral, "field", flow.field);
    bind(*ancestral, "start", flow.points, "value");
    run(*ancestral);
    return value_of(*ancestral, "end");
  };
  const Deviation found(end(eta), scale * (x + (from - down) * v), up * up);
  CHECK(found.of_mean < 4);
  CHECK(found.of_variance < 4);
  CHECK(end(0).equal(at::full({20000, 1}, x, f64) + 0.25 * v));
}

TEST_CASE("Langevin's steps take a wrong law towards that of the path, for an evaluation each",
          "[integrator]") {
  const auto end = [](const json& params) {
    return Noisy("integrator/predictor_corrector", params, {"noise/zero", 0}, 2 * starts(20000));
  };
  // The flow alone keeps the factor: four times the variance of 1/4.
  const json many{{"steps", 100}, {"diffusion", 0}, {"corrections", 5}, {"snr", 0.2}};
  const Noisy mended = end(many), left = end({{"steps", 100}, {"diffusion", 0}, {"snr", 1e-6}});
  CHECK(left.end().var().item<double>() == Approx(1).margin(0.05));
  CHECK(mended.end().var().item<double>() == Approx(0.25).margin(0.02));
  CHECK(value_of(*mended.integrator, "nfe").item<std::int64_t>() ==
        100 + 99 * 5);  // none at the end, where there is no noise
  REQUIRE(mended.quiet.warnings.size() == 1);
  CHECK_THAT(mended.quiet.warnings[0], Catch::StartsWith("the mean square of the start's coordinates is "));
}

TEST_CASE("Ancestral steps back and increments that do not fit are refused", "[integrator]") {
  const Noisy back("integrator/ancestral", {{"steps", 4}, {"from", 1}, {"until", 0}}, alike, starts(3));
  REQUIRE(back.faults.size() == 1);
  CHECK(back.faults[0].place.file == "until");
  CHECK(back.faults[0].message == "ancestral steps lead from noise to data, and this way goes from 1 to 0");
  const std::string id = GENERATE("integrator/ancestral", "integrator/srk", "integrator/predictor_corrector");
  const Noisy uneven(id, {{"steps", 10}, {"increments", 25}}, alike, starts(3));
  REQUIRE(uneven.faults.size() == 1);
  CHECK(uneven.faults[0].message == "10 steps cannot sum up 25 increments: not a multiple");
}

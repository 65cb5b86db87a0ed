// tests/plugins/field/mixture.test.cpp -- the exact velocity between mixtures, against sums by hand, Monte Carlo and other fields.
#include <cmath>
#include <vector>

#include <weir/kinds/flow/field.hpp>

#include "../measured.hpp"
#include "given.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

struct Ready {
  Ready(const json& from, const json& to, const std::string& noise = "noise/zero",
        const json& noise_params = json::object(), bool noise_in_target = false)
      : source(made(from)),
        target(made(to)),
        path(noise, noise_params, noise_in_target),
        field(make<weir::Field>("field/mixture")) {
    bind(*field, "source", *source);
    bind(*field, "target", *target);
    bind(*field, "interpolant", *path.interpolant);
    run(*field);
  }
  static std::unique_ptr<weir::Source> made(const json& params) {
    auto source = make<weir::Source>(params.contains("means") ? "source/mixture" : "source/gaussian", params);
    run(*source);
    return source;
  }
  Tensor operator()(const Tensor& x, const Tensor& t) const { return field->velocity({}, x, t); }

  std::unique_ptr<weir::Source> source, target;
  Path path;
  std::unique_ptr<weir::Field> field;
};

// From a law to another of which something is measured.
struct Told {
  Told(const json& from, const json& to, const json& measured)
      : source(Ready::made(from)), seen(to, measured), field(make<weir::Field>("field/mixture")) {
    bind(*field, "source", *source);
    bind(*field, "target", *seen.source);
    bind(*field, "interpolant", *path.interpolant);
    run(*field);
  }
  std::unique_ptr<weir::Source> source;
  Seen seen;
  Path path;
  std::unique_ptr<weir::Field> field;
};

const Tensor times = at::tensor({0.0, 0.2, 0.5, 0.9, 1.0}, f64);

}  // namespace

TEST_CASE("Between two normal laws the velocity is the affine one", "[field][mixture]") {
  const Ready field({{"dim", 2}}, {{"mean", {3, -1}}, {"scale", 0.5}});
  weir::Rng rng(1, "mixture", f64);
  const Tensor x = 3 * rng.normal({5, 2});
  const Tensor v = field(x, times);
  for (std::int64_t i = 0; i < 5; ++i) {
    const double t = times[i].item<double>();
    const double c = (0.25 * t - (1 - t)) / ((1 - t) * (1 - t) + 0.25 * t * t);
    for (std::int64_t d = 0; d < 2; ++d) {
      const double mean = d == 0 ? 3 : -1;
      CHECK(v[i][d].item<double>() == Approx(mean + c * (x[i][d].item<double>() - t * mean)).epsilon(1e-12));
    }
  }
}

TEST_CASE("From the standard normal law the velocity of a mixture is the published sum", "[field][mixture]") {
  // v = m + c (x - t m), m = sum_k p_k m_k, p_k ~ w_k exp(-|x - t m_k|^2 / (2 q)), q = (1 - t)^2 + t^2 s^2: with the 1/2.
  const double s = 0.7, weights[] = {0.2, 0.3, 0.5}, means[3][2] = {{2, 3}, {-2, 3}, {0, -4}};
  const Ready field({{"dim", 2}},
                    {{"means", {{2, 3}, {-2, 3}, {0, -4}}}, {"weights", {2, 3, 5}}, {"scale", s}});
  weir::Rng rng(2, "mixture", f64);
  const Tensor x = 2 * rng.normal({5, 2});
  const Tensor v = field(x, times);
  for (std::int64_t i = 0; i < 5; ++i) {
    const double t = times[i].item<double>(), q = (1 - t) * (1 - t) + t * t * s * s;
    const double c = (s * s * t - (1 - t)) / q;
    const double at[] = {x[i][0].item<double>(), x[i][1].item<double>()};
    double total = 0, m[] = {0, 0};
    for (int k = 0; k < 3; ++k) {
      const double squares = std::pow(at[0] - t * means[k][0], 2) + std::pow(at[1] - t * means[k][1], 2);
      const double p = weights[k] * std::exp(-squares / (2 * q));
      total += p;
      for (int d = 0; d < 2; ++d) m[d] += p * means[k][d];
    }
    for (int d = 0; d < 2; ++d) {
      const double mean = m[d] / total;
      CHECK(v[i][d].item<double>() == Approx(mean + c * (at[d] - t * mean)).epsilon(1e-10).margin(1e-12));
    }
  }
}

TEST_CASE("Between mixtures the velocity is the mean of the target velocity at the point, by Monte Carlo",
          "[field][mixture]") {
  const auto [noise, sigma, in_target] =
      GENERATE(table<std::string, double, bool>({{"noise/zero", 0, false},
                                                 {"noise/constant", 0.4, false},
                                                 {"noise/brownian", 0.8, false},
                                                 {"noise/brownian", 0.8, true}}));
  const Ready field({{"means", {{-1}, {2}}}, {"weights", {1, 2}}, {"scale", 0.6}},
                    {{"means", {{-3}, {0.5}, {2}}}, {"scale", 0.3}}, noise,
                    sigma > 0 ? json{{"sigma", sigma}} : json::object(), in_target);
  const double t = 0.45, x = 0.2, half = 0.02;
  const std::int64_t n = 400000;
  weir::Rng rng(5, "mc", f64);
  weir::Rng from = rng.at("from"), to = rng.at("to");
  weir::Batch batch;
  batch.points = {field.source->sample(n, from), field.target->sample(n, to)};
  const auto [xt, ut] = field.path.interpolant->at(batch, at::full({n}, t, f64), rng.normal({n, 1}));
  const Tensor near = ut.masked_select((xt - x).abs() < half);
  const double count = static_cast<double>(near.numel());
  REQUIRE(count > 2000);

  const double v = field(at::full({1, 1}, x, f64), at::full({1}, t, f64)).item<double>();

  // The cell's own bias is of order half^2 = 4e-4, the standard error about 2e-2.
  const double se = near.std().item<double>() / std::sqrt(count);
  CHECK(std::abs(near.mean().item<double>() - v) < 4 * se + half * half * 10);
}

TEST_CASE("Components that shrink to points leave the field of the empirical set", "[field][mixture]") {
  const bool in_target = GENERATE(false, true);
  const Tensor points = at::tensor({2.0, 3.0, -2.0, 3.0, 0.0, -4.0}, f64).view({3, 2});
  const json sigma = {{"sigma", 0.5}};
  const Ready narrow({{"dim", 2}}, {{"means", {{2, 3}, {-2, 3}, {0, -4}}}, {"scale", 1e-6}}, "noise/brownian",
                     sigma, in_target);
  GivenSource base(at::zeros({2}, f64), at::eye(2, f64)), set(points);
  Path path("noise/brownian", sigma, in_target);
  const auto empirical = make<weir::Field>("field/empirical");
  bind(*empirical, "source", base);
  bind(*empirical, "target", set);
  bind(*empirical, "interpolant", *path.interpolant);
  run(*empirical);
  weir::Rng rng(3, "mixture", f64);
  const Tensor x = 2 * rng.normal({40, 2}), t = 0.95 * rng.uniform({40});
  // The spread counts by its square against (1 - t)^2 + gamma^2 > 0.01.
  CHECK(at::allclose(narrow(x, t), empirical->velocity({}, x, t), 1e-8, 1e-8));
}

TEST_CASE("Independent coordinates have velocities of their own", "[field][mixture]") {
  const Ready plane({{"covariance", {{4, 0}, {0, 0.25}}}},
                    {{"covariance", {{1, 0}, {0, 9}}}, {"mean", {5, 1}}});
  const Ready first({{"dim", 1}, {"scale", 2}}, {{"dim", 1}, {"mean", {5}}});
  const Ready second({{"dim", 1}, {"scale", 0.5}}, {{"dim", 1}, {"scale", 3}, {"mean", {1}}});
  weir::Rng rng(4, "mixture", f64);
  const Tensor x = 2 * rng.normal({5, 2});
  const Tensor apart = at::cat({first(x.narrow(1, 0, 1), times), second(x.narrow(1, 1, 1), times)}, 1);
  CHECK(at::allclose(plane(x, times), apart, 1e-12, 1e-12));
}

TEST_CASE("Far from every component the weights are still numbers", "[field][mixture]") {
  const Ready field({{"dim", 1}}, {{"means", {{-3}, {3}}}, {"scale", 0.1}});
  const Tensor v = field(at::full({1, 1}, 1e4, f64), at::ones({1}, f64));
  CHECK(v.item<double>() == Approx(3 + (1e4 - 3)));  // c = 1 at t = 1, and the nearer mean
}

TEST_CASE("The field of mixtures refuses unequal shapes, and points of another", "[field][mixture]") {
  const auto source = Ready::made({{"dim", 2}}), target = Ready::made({{"dim", 3}});
  const auto field = make<weir::Field>("field/mixture");
  Path path;
  bind(*field, "source", *source);
  bind(*field, "target", *target);
  bind(*field, "interpolant", *path.interpolant);
  const weir::Faults faults = plan(*field);
  REQUIRE(faults.size() == 1);
  CHECK(
      faults[0].message ==
      "field/mixture needs items of one shape, and those of 'node' have another shape than those of 'node'");

  const Ready ready({{"dim", 2}}, {{"dim", 2}});
  const weir::Faults found = weir::conformance::plan_for(*ready.field, weir::Domain{3});
  REQUIRE(found.size() == 1);
  CHECK(
      found[0].message ==
      "field/mixture is a field on the items of its own laws, which have another shape than the points it is "
      "asked at");
}

TEST_CASE("A law whose coordinates depend on each other has no such velocity, and the port says so",
          "[field][mixture]") {
  const auto source = Ready::made({{"covariance", {{2, 1}, {1, 2}}}}), target = Ready::made({{"dim", 2}});
  const auto field = make<weir::Field>("field/mixture");
  Path path;
  bind(*field, "source", *source);
  bind(*field, "target", *target);
  bind(*field, "interpolant", *path.interpolant);
  const weir::Faults faults = plan(*field);
  REQUIRE(faults.size() == 1);
  CHECK_THAT(faults[0].message, Catch::Contains("a mixture law"));
}

TEST_CASE("Told a measurement, the velocity to a normal law is that to the law given it",
          "[field][mixture]") {
  // x ~ N(0, 1), y = a x + b xi: given y N(m, s^2), s^2 = 1 / (1 + a^2 / b^2), m = a y / (a^2 + b^2); each row has a y of its own.
  const double a = 0.8, b = 0.4, s2 = 1 / (1 + a * a / (b * b));
  const Told told({{"dim", 1}}, {{"dim", 1}}, {{"gain", {a}}, {"sigma", b}});
  weir::Rng rng(6, "told", f64);
  const Tensor x = 2 * rng.normal({5, 1}), y = rng.normal({5, 1});
  const Tensor v = told.field->velocity({}, x, times, {{"y", y}});
  for (std::int64_t i = 0; i < 5; ++i) {
    const double t = times[i].item<double>(), m = a * y[i].item<double>() / (a * a + b * b);
    const double c = (s2 * t - (1 - t)) / ((1 - t) * (1 - t) + s2 * t * t);
    CHECK(v[i].item<double>() == Approx(m + c * (x[i].item<double>() - t * m)).epsilon(1e-12));
  }
}

TEST_CASE(
    "Told a measurement, the velocity is the mean of the target velocity at that point and measurement, by "
    "Monte Carlo",
    "[field][mixture]") {
  const Told told({{"dim", 1}}, {{"means", {{-2}, {1}}}, {"weights", {1, 2}}, {"scale", 0.6}},
                  {{"gain", {0.5}}, {"sigma", 0.6}});
  const std::int64_t n = 2000000;
  const double t = 0.6, x = -0.3, y = -0.7, half = 0.05;
  weir::Rng rng(7, "mc", f64);
  weir::Rng from = rng.at("from"), to = rng.at("to"), noise = rng.at("noise");
  const Tensor x0 = told.source->sample(n, from), x1 = told.seen.source->sample(n, to);
  const Tensor seen = 0.5 * x1 + 0.6 * noise.normal({n, 1});
  const Tensor near = (((1 - t) * x0 + t * x1 - x).abs() < half).logical_and((seen - y).abs() < half);
  const Tensor ut = (x1 - x0).masked_select(near);
  const double count = static_cast<double>(ut.numel());
  REQUIRE(count > 500);

  const auto row = [](double value) { return at::full({1, 1}, value, f64); };
  const double v = told.field->velocity({}, row(x), at::full({1}, t, f64), {{"y", row(y)}}).item<double>();
  const double without = told.field->velocity({}, row(x), at::full({1}, t, f64)).item<double>();

  // The cell's own bias is of order half^2 = 2.5e-3.
  const double se = ut.std().item<double>() / std::sqrt(count);
  CHECK(std::abs(ut.mean().item<double>() - v) < 4 * se + half * half * 10);
  CHECK(std::abs(without - v) > 4 * se);
}

TEST_CASE("Not told a measurement, the velocity is that to the law of all points", "[field][mixture]") {
  const json target = {{"means", {{-2, 0}, {1, 3}}}, {"scale", 0.6}};
  const Told told({{"dim", 2}}, target, {{"gain", {1, 2}}, {"sigma", 0.6}});
  const Ready plain({{"dim", 2}}, target);
  weir::Rng rng(8, "plain", f64);
  const Tensor x = rng.normal({5, 2});
  CHECK(told.field->velocity({}, x, times).equal(plain(x, times)));
}

TEST_CASE("What the field of mixtures is told must be what is measured of its target", "[field][mixture]") {
  const Told told({{"dim", 2}}, {{"dim", 2}}, {{"sigma", 1}});
  const auto faults = [&](const weir::Domain& domain) {
    std::vector<std::string> messages;
    for (const weir::Fault& fault : weir::conformance::plan_for(*told.field, domain))
      messages.push_back(fault.message);
    return messages;
  };
  using Messages = std::vector<std::string>;
  CHECK(faults({{2}, {{"y", {.shape = {2}}}}}).empty());
  CHECK(faults({{2}, {{"y", {.shape = {3}}}}}) ==
        Messages{"field/mixture is told a 'y' of another shape than what is measured of 'seen'"});
  CHECK(faults({{2}, {{"label", {.shape = {}, .classes = 3}}}}) ==
        Messages{"this field knows x and t alone, and is given 'label' beside them"});
  weir::Domain guided({2}, {{"y", {.shape = {2}}}});
  guided.left_out = true;
  CHECK(faults(guided) ==
        Messages{"field/mixture cannot tell a 'y' that is left out from a measurement of 0"});
  const Ready plain({{"dim", 2}}, {{"dim", 2}});
  REQUIRE(weir::conformance::plan_for(*plain.field, weir::Domain{{2}, {{"y", {.shape = {2}}}}}).size() == 1);
}

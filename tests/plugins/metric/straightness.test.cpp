// tests/plugins/metric/straightness.test.cpp -- straightness and energy of flows with known paths.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/metric.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using std::numbers::pi;
using weir::Metric;
using weir::Tensor;

namespace {

// v(x, t) as a function.
class Formula final : public weir::Field {
 public:
  using Function = Tensor (*)(const Tensor& x, const Tensor& t);
  explicit Formula(Function function) : function_(function) {}
  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    return function_(x, weir::expand_as_items(t, x));
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

 private:
  Function function_;
};

struct Made {
  Made(Formula::Function function, const Tensor& points, int steps)
      : field(function),
        start(points),
        metric(make<Metric>("metric/straightness", {{"steps", steps}, {"chunk", 7}})) {
    bind(*metric, "field", field);
    bind(*metric, "start", start, "value");
    run(*metric);
  }
  double operator()(const std::string& output) const { return number(value_of(*metric, output)); }
  Formula field;
  Values start;
  std::unique_ptr<Metric> metric;
};

const Tensor points = row_of({1, 2, 2, -1, 0.5, 3, 0, 1, 1, 1, -2, 2, 4, 0, 0, 0, 1, 0}).view({9, 2});

}  // namespace

TEST_CASE("Lines at constant speed are straight", "[metric][straightness]") {
  const Made made([](const Tensor& x, const Tensor&) { return at::full_like(x, 3); }, points, 10);
  CHECK(made("straightness") == Approx(0).margin(1e-24));
  CHECK(made("path_energy") == Approx(18));
  CHECK(made("displacement") == Approx(18));
  CHECK(made("path_energy_se") == Approx(0).margin(1e-12));
  CHECK(made("straightness_n") == 9);
}

TEST_CASE("A line at changing speed is not straight: v = 2 t a gives S = |a|^2 / 3",
          "[metric][straightness]") {
  const Made made([](const Tensor& x, const Tensor& t) { return 2 * t * at::ones_like(x); }, points, 1000);
  // |a|^2 = 2; the midpoint rule errs by h^2 / 12 times the integrand's slope difference, below 1e-6.
  CHECK(made("straightness") == Approx(2.0 / 3).epsilon(1e-5));
  CHECK(made("path_energy") == Approx(8.0 / 3).epsilon(1e-5));
  CHECK(made("displacement") == Approx(2).epsilon(1e-12));
}

TEST_CASE("A contraction v = -x has its closed form, approached with the square of the step",
          "[metric][straightness]") {
  const auto contraction = [](const Tensor& x, const Tensor&) { return -x; };
  const Tensor squares = points.square().sum(1);
  const double mean = number(squares.mean()), e = std::exp(-1.0);
  const double energy = mean * (1 - e * e) / 2, straightness = energy - mean * (1 - e) * (1 - e);
  const Made coarse(contraction, points, 20), fine(contraction, points, 40);

  CHECK(fine("path_energy") == Approx(energy).epsilon(1e-3));
  CHECK(fine("straightness") == Approx(straightness).epsilon(1e-2));
  CHECK((coarse("path_energy") - energy) / (fine("path_energy") - energy) == Approx(4).epsilon(0.1));
  CHECK(fine("path_energy") - fine("displacement") == Approx(fine("straightness")).epsilon(1e-11));
  // Energies are |x|^2 times a constant, so the standard errors are too.
  const double se = number(squares.std()) / 3;
  CHECK(fine("path_energy_se") / fine("path_energy") == Approx(se / mean));
}

TEST_CASE("Straightness needs points", "[metric][straightness]") {
  Values one(at::zeros({1, 2}, f64));
  Formula still([](const Tensor& x, const Tensor&) { return at::zeros_like(x); });
  const auto metric = make<Metric>("metric/straightness");
  bind(*metric, "field", still);
  bind(*metric, "start", one, "value");
  REQUIRE(plan(*metric).size() == 1);
  CHECK(plan(*metric)[0].message == "straightness needs at least 2 points [n, item...]");
}

TEST_CASE("Points are followed with what the field is told of each, in chunks", "[metric][straightness]") {
  // v = label: straight, at the speed of the label.
  class Told final : public weir::Field {
   public:
    Tensor velocity(const weir::Params&, const Tensor& x, const Tensor&,
                    const weir::Context& context) const override {
      return context.at("label").to(x.scalar_type()).unsqueeze(1).expand_as(x);
    }
    weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }
    void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
      if (!domain.context.contains("label")) plan.fault("field", "no label");
    }
  };
  Told field;
  Values start(at::zeros({9, 1}, f64)), labels(at::arange(9, at::kLong));
  const auto metric = make<Metric>("metric/straightness", {{"steps", 5}, {"chunk", 4}});
  bind(*metric, "field", field);
  bind(*metric, "start", start, "value");
  CHECK(plan(*metric).size() == 1);
  const auto told = make<Metric>("metric/straightness", {{"steps", 5}, {"chunk", 4}});
  bind(*told, "field", field);
  bind(*told, "start", start, "value");
  told->port("context")->bind("label", labels, labels.output("value"));
  run(*told);
  CHECK(number(value_of(*told, "straightness")) == Approx(0).margin(1e-24));
  CHECK(number(value_of(*told, "path_energy")) == Approx(204.0 / 9));  // 0 + 1 + 4 + ... + 64
}

namespace {

// With T intervals for gamma_1 and gamma_2.
struct Accelerated {
  Accelerated(Formula::Function function, const Tensor& from, int steps, int intervals)
      : field(function),
        start(from),
        metric(
            make<Metric>("metric/straightness", {{"steps", steps}, {"intervals", intervals}, {"chunk", 4}})) {
    bind(*metric, "field", field);
    bind(*metric, "start", start, "value");
    run(*metric);
  }
  double operator()(const std::string& output) const { return number(value_of(*metric, output)); }
  Formula field;
  Values start;
  std::unique_ptr<Metric> metric;
};

// v of the flow from N(0, I) to N(3, 2^2 I), without interaction of coordinates: Z_t = 3 t + q z, q^2 = (1 - t)^2 + 4 t^2.
Tensor to_wide(const Tensor& x, const Tensor& t) {
  return 3 + (4 * t - (1 - t)) / ((1 - t).square() + 4 * t.square()) * (x - 3 * t);
}

// Z_t = Z_0 + (t, 50 N^-2 sin(2 pi N t)).
Tensor oscillating(const Tensor& x, const Tensor& t, double n) {
  const Tensor wave = at::cos(2 * pi * n * t.reshape({-1}));
  return at::stack({at::ones_like(x.select(1, 0)), 100 * pi / n * wave}, 1);
}

}  // namespace

TEST_CASE("The derivative of the velocity of a contraction has its closed form", "[metric][straightness]") {
  // v = -x: dv/dt = x_0 e^-t, whose square has the mean |x_0|^2 T (1 - e^(-2 / T)) / 2 over the first of T intervals.
  const Accelerated made([](const Tensor& x, const Tensor&) { return -x; }, points, 1000, 5);
  const Tensor squares = points.square().sum(1);
  const double mean = number(squares.mean()), se = number(squares.std()) / 3;
  // The square at t = 0 is taken from the neighbour: h^2 of the integral; so is the rule's own error.
  CHECK(made("gamma_1") == Approx(mean * (1 - std::exp(-2.0)) / 2).epsilon(2e-5));
  CHECK(made("gamma_2") == Approx(mean * 5 * (1 - std::exp(-0.4)) / 2).epsilon(2e-5));
  CHECK(made("gamma_1_se") / made("gamma_1") == Approx(se / mean));
  CHECK(made("gamma_2_se") / made("gamma_2") == Approx(se / mean));
  CHECK(made("gamma_2_n") == 9);
}

TEST_CASE("Between normal laws gamma_1 and gamma_2 have their closed forms", "[metric][straightness]") {
  // dv/dt = q'' z = s^2 / q^3 z. With s = 2 the integral of s^4 / q^6 is 12.363 for each coordinate (2^2 times that of s = 1/2, 3.0908).
  const Tensor ends =
      row_of({1, 1, -1, 1, 1, -1, -1, -1}).view({4, 2});  // every coordinate has the mean square 1
  const Accelerated made(to_wide, ends, 2000, 10);
  CHECK(made("gamma_1") == Approx(2 * 12.363).epsilon(1e-4));
  // The mean over the interval where it is largest, (0.1, 0.2), by a sum of its own.
  double largest = 0;
  for (int i = 0; i < 10; ++i) {
    double sum = 0;
    for (int k = 0; k < 1000; ++k) {
      const double t = (i + (k + 0.5) / 1000) / 10;
      sum += 2 * 16 / std::pow((1 - t) * (1 - t) + 4 * t * t, 3) / 1000;
    }
    largest = std::max(largest, sum);
  }
  CHECK(made("gamma_2") == Approx(largest).epsilon(1e-4));
}

TEST_CASE("gamma_1 <= gamma_2 <= T gamma_1, to the last digits", "[metric][straightness]") {
  for (const int intervals : {1, 2, 5, 10, 20}) {
    const Accelerated made(to_wide, points, 20, intervals);
    CHECK(made("gamma_2") >= made("gamma_1") * (1 - 1e-14));
    CHECK(made("gamma_2") <= intervals * made("gamma_1") * (1 + 1e-14));
    if (intervals == 1) CHECK(made("gamma_2") == Approx(made("gamma_1")).epsilon(1e-14));
  }
}

TEST_CASE("A path that oscillates within nothing is straight by S, and not by gamma_1",
          "[metric][straightness]") {
  // S = 5000 pi^2 / N^2 falls with N, gamma_1 = 20000 pi^4 does not (arXiv 2410.14949).
  const Accelerated slow([](const Tensor& x, const Tensor& t) { return oscillating(x, t, 2); }, points, 4000,
                         10);
  const Accelerated fast([](const Tensor& x, const Tensor& t) { return oscillating(x, t, 10); }, points, 4000,
                         10);
  CHECK(slow("straightness") == Approx(5000 * pi * pi / 4).epsilon(1e-5));
  CHECK(fast("straightness") == Approx(5000 * pi * pi / 100).epsilon(1e-5));
  // Differences of a wave err by (2 pi N h)^2 / 12 of the square: 2e-5 for N = 10.
  for (const Accelerated* made : {&slow, &fast})
    CHECK((*made)("gamma_1") == Approx(20000 * std::pow(pi, 4)).epsilon(1e-4));
}

TEST_CASE("gamma_1 and gamma_2 are there with intervals alone, which divide the steps",
          "[metric][straightness]") {
  const Made without([](const Tensor& x, const Tensor&) { return -x; }, points, 20);
  CHECK_FALSE(without.metric->output("gamma_1")->planned());
  const Accelerated with([](const Tensor& x, const Tensor&) { return -x; }, points, 20, 4);
  for (const char* output : {"straightness", "straightness_se", "path_energy", "displacement"})
    CHECK(with(output) == Made([](const Tensor& x, const Tensor&) { return -x; }, points, 20)(output));

  const auto fault = [](int steps, int intervals) {
    Values start(points);
    Formula field([](const Tensor& x, const Tensor&) { return -x; });
    const auto metric = make<Metric>("metric/straightness", {{"steps", steps}, {"intervals", intervals}});
    bind(*metric, "field", field);
    bind(*metric, "start", start, "value");
    const weir::Faults faults = plan(*metric);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].place.file == "intervals");
    return faults[0].message;
  };
  CHECK(fault(20, 3) == "3 intervals do not divide 20 steps, of which at least 2 are needed");
  CHECK(fault(1, 1) == "1 intervals do not divide 1 steps, of which at least 2 are needed");
}

TEST_CASE("The path energy is an integral over the whole of (0, 1), and over no more",
          "[metric][straightness]") {
  // v = 3: energy 18 at any number of steps; a sum over both ends of 4 steps of 1/4 would give 18 * 5/4.
  const Made constant([](const Tensor& x, const Tensor&) { return at::full_like(x, 3); }, points, 4);
  CHECK(constant("path_energy") == Approx(18).epsilon(1e-14));
  // v = 2 t (1, 1): 8/3; the midpoint rule in N steps gives 8 (1/3 - 1/(12 N^2)). Sums from the left or the right end err by 4 / N.
  const Made growing([](const Tensor& x, const Tensor& t) { return 2 * t * at::ones_like(x); }, points, 4);
  CHECK(growing("path_energy") == Approx(8 * (1.0 / 3 - 1.0 / 192)).epsilon(1e-14));
}

TEST_CASE("The normalised path energy is what a flow spends beyond the optimal transport",
          "[metric][straightness]") {
  const auto npe_of = [](Formula::Function function, double w2_squared) {
    Formula field(function);
    Values start(points), distance(at::scalar_tensor(w2_squared, f64));
    auto metric = make<Metric>("metric/straightness", {{"steps", 400}});
    bind(*metric, "field", field);
    bind(*metric, "start", start, "value");
    bind(*metric, "w2_squared", distance, "value");
    run(*metric);
    CHECK(value_of(*metric, "npe_n").item<std::int64_t>() == 9);
    CHECK(number(value_of(*metric, "npe_se")) ==
          Approx(number(value_of(*metric, "path_energy_se")) / w2_squared).epsilon(1e-12));
    return number(value_of(*metric, "npe"));
  };
  const auto shift = [](const Tensor& x, const Tensor&) { return at::full_like(x, 3); };
  CHECK(npe_of(shift, 18) ==
        Approx(0).margin(1e-12));  // the optimal map of any law to its copy moved by (3, 3)
  CHECK(npe_of(shift, 20) == Approx(0.1).epsilon(1e-12));  // below counts as above
  // A quarter of a turn of (x, y): energy (pi/2)^2 |x|^2. From N(0, I) to itself moved nowhere there would be nothing to spend.
  const auto turn = [](const Tensor& x, const Tensor&) {
    return pi / 2 * at::stack({-x.select(1, 1), x.select(1, 0)}, 1);
  };
  const double energy = pi * pi / 4 * number(points.square().sum(1).mean());
  CHECK(npe_of(turn, energy / 2) == Approx(1).epsilon(1e-4));
  CHECK_THROWS_WITH(
      npe_of(shift, 0),
      "npe is a share of w2_squared, which is 0: it must be above 0, and is where the ends' laws differ");
}

TEST_CASE("Without a distance there is no normalised path energy, and it is one number",
          "[metric][straightness]") {
  const Made made([](const Tensor& x, const Tensor&) { return at::full_like(x, 3); }, points, 4);
  CHECK_FALSE(made.metric->output("npe")->planned());
  Formula still([](const Tensor& x, const Tensor&) { return at::zeros_like(x); });
  Values start(points), two(row_of({1, 2}));
  const auto metric = make<Metric>("metric/straightness");
  bind(*metric, "field", still);
  bind(*metric, "start", start, "value");
  bind(*metric, "w2_squared", two, "value");
  REQUIRE(plan(*metric).size() == 1);
  CHECK(plan(*metric)[0].message == "W is one number, this is [2]");
}

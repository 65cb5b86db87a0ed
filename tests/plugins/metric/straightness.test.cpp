// tests/plugins/metric/straightness.test.cpp -- straightness and energy of flows with known paths.
#include <cmath>

#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/metric.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
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

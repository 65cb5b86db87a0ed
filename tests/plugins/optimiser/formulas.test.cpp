// tests/plugins/optimiser/formulas.test.cpp -- each step rule against its formula in plain arithmetic.
#include <cmath>
#include <functional>

#include <weir/kinds/learn/optimiser.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Optimiser;

// Five steps of the plugin on one number with given gradients, against `rule(theta, g, k)`.
void follows(const std::string& id, const json& params,
             const std::function<double(double, double, int)>& rule) {
  const auto optimiser = make<Optimiser>(id, params);
  const weir::Params theta({{"x", row_of({1.5})}});
  weir::State memory = optimiser->init(theta);
  double expected = 1.5;
  for (int k = 1; k <= 5; ++k) {
    const double g = std::sin(double(k)) + 0.2;
    optimiser->step(theta, {row_of({g})}, memory, k, 0.5);
    expected = rule(expected, g, k);
    CHECK(number(theta["x"]) == Approx(expected).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("Adam's weight decay joins the gradient, AdamW's the step", "[optimiser]") {
  const double lr = 0.5 * 0.1, b1 = 0.8, b2 = 0.9, eps = 1e-3, decay = 0.3;
  const json params{{"lr", 0.1}, {"beta1", b1}, {"beta2", b2}, {"eps", eps}, {"weight_decay", decay}};
  const bool decoupled = GENERATE(false, true);
  double m = 0, v = 0;
  follows(decoupled ? "optimiser/adamw" : "optimiser/adam", params, [&](double theta, double g, int k) {
    if (!decoupled) g += decay * theta;
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    if (decoupled) theta -= lr * decay * theta;
    return theta - lr * (m / (1 - std::pow(b1, k))) / (std::sqrt(v / (1 - std::pow(b2, k))) + eps);
  });
}

TEST_CASE("SGD's momentum buffer holds no learning rate, as in PyTorch", "[optimiser]") {
  const double lr = 0.5 * 0.1, momentum = 0.9, decay = 0.3;
  double b = 0;
  follows("optimiser/sgd", {{"lr", 0.1}, {"momentum", momentum}, {"weight_decay", decay}},
          [&](double theta, double g, int) {
            b = momentum * b + g + decay * theta;
            return theta - lr * b;
          });
}

TEST_CASE("AdaGrad-Norm has one rate for all, from the squares of all gradients so far", "[optimiser]") {
  const double lr = 0.5 * 2, b = 0.7;
  double squares = 0;
  follows("optimiser/adagrad_norm", {{"lr", 2.0}, {"b", b}}, [&](double theta, double g, int) {
    squares += g * g;
    return theta - lr / std::sqrt(b * b + squares) * g;
  });
  const auto optimiser = make<Optimiser>("optimiser/adagrad_norm", {{"lr", 2.0}, {"b", 12.0}});
  const weir::Params theta({{"x", row_of({1})}, {"y", row_of({2, 3})}});
  weir::State memory = optimiser->init(theta);
  CHECK(*optimiser->rate(memory, 0.5) == Approx(1.0 / 12));
  optimiser->step(theta, {row_of({3}), row_of({4, 0})}, memory, 1, 0.5);
  CHECK(*optimiser->rate(memory, 0.5) == Approx(1.0 / 13));
  CHECK(number(theta["x"]) == Approx(1 - 3.0 / 13));
  CHECK(at::allclose(theta["y"], row_of({2 - 4.0 / 13, 3})));
}

TEST_CASE("SGD has a rate where its steps are along the gradient", "[optimiser]") {
  const auto rate = [](const json& params) {
    return make<Optimiser>("optimiser/sgd", params)->rate({}, 0.5);
  };
  CHECK(rate({{"lr", 0.2}}) == std::optional(0.1));
  CHECK_FALSE(rate({{"lr", 0.2}, {"momentum", 0.5}}));
  CHECK_FALSE(rate({{"lr", 0.2}, {"weight_decay", 0.5}}));
  CHECK_FALSE(make<Optimiser>("optimiser/adam")->rate({}, 0.5));
}

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

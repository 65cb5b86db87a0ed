// tests/plugins/optimiser/formulas.test.cpp -- each step rule against its formula in plain arithmetic, and PyTorch's numbers.
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

TEST_CASE("Adam, AdamW and SGD go where those of PyTorch go", "[optimiser]") {
  // PyTorch 2.11.0 in float64: p = torch.nn.Parameter(torch.tensor([1.5])), then Adam([p], lr=0.05, betas=(0.8, 0.9), eps=1e-3,
  // weight_decay=0.3), AdamW with the same, SGD([p], lr=0.05, momentum=0.9, weight_decay=0.3); for k = 1 .. 5
  // p.grad = torch.tensor([math.sin(k) + 0.2]); step(); float(p)
  const json of_adam{{"lr", 0.1}, {"beta1", 0.8}, {"beta2", 0.9}, {"eps", 1e-3}, {"weight_decay", 0.3}};
  const auto go = [](const std::string& id, const json& params, const std::vector<double>& places) {
    INFO(id);
    follows(id, params, [&](double, double, int k) { return places[std::size_t(k - 1)]; });
  };
  go("optimiser/adam", of_adam,
     {1.45003350148881, 1.40002311380818, 1.35327289783427, 1.31901057474202, 1.29739748198645});
  go("optimiser/adamw", of_adam,
     {1.42754796296562, 1.3561138395176, 1.29173249789401, 1.25207773018337, 1.2331368502071});
  go("optimiser/sgd", {{"lr", 0.1}, {"momentum", 0.9}, {"weight_decay", 0.3}},
     {1.42542645075961, 1.28146398834057, 1.11561981193534, 0.977465880756997, 0.876411568218291});
}

TEST_CASE("Along one direction AdaGrad-Norm goes where PyTorch's Adagrad goes on a line", "[optimiser]") {
  // PyTorch 2.11.0 in float64: Adagrad([p], lr=1.0, initial_accumulator_value=0.49, eps=0) from p = 1.5, with the gradients above. In
  // the plane, along (0.6, 0.8), its rate for each coordinate would be another; the one of all is as far as on the line.
  const std::vector<double> places = {0.670046945898284, 0.0077299652810876, -0.191841930604872,
                                      0.117894824769385, 0.506828042212914};
  const auto optimiser = make<Optimiser>("optimiser/adagrad_norm", {{"lr", 2.0}, {"b", 0.7}});
  const weir::Params theta({{"x", row_of({0.6 * 1.5})}, {"y", row_of({0.8 * 1.5})}});
  weir::State memory = optimiser->init(theta);
  for (int k = 1; k <= 5; ++k) {
    const double g = std::sin(double(k)) + 0.2, at = places[std::size_t(k - 1)];
    optimiser->step(theta, {row_of({0.6 * g}), row_of({0.8 * g})}, memory, k, 0.5);
    CHECK(number(theta["x"]) == Approx(0.6 * at).epsilon(1e-12));
    CHECK(number(theta["y"]) == Approx(0.8 * at).epsilon(1e-12));
  }
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

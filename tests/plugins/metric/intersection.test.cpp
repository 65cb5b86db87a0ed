// tests/plugins/metric/intersection.test.cpp -- distances of last layers that are known: the same training, linear models, one network
// whose hidden units stand in another order, least squares by gradient flow.
#include <cmath>

#include <weir/kinds/learn/history.hpp>
#include <weir/kinds/metric.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Metric;
using weir::Params;
using weir::Tensor;

Tensor normal(const std::string& stream, at::IntArrayRef shape) {
  return weir::Rng(11, "intersection", f64).at(stream).normal(shape);
}

// Sixty points in four dimensions, of three classes, and a network that tells them apart.
struct Task {
  explicit Task(const json& params = {{"depth", 0}}, const at::TensorOptions& given = f64,
                std::int64_t count = 60)
      : options(given),
        labels(at::arange(count, at::kLong).remainder(3)),
        set(normal("points", {count, 4}).to(options), labels, 3),
        network(make<weir::Network>("network/mlp", params, options)),
        objective(make<weir::Objective>("objective/classification", json::object(), options, 0, "task")) {
    bind(*objective, "data", set);
    bind(*objective, "network", *network);
    run(*objective);
  }
  Params params(std::uint64_t seed) const {
    weir::Rng rng(seed, "init", options);
    return objective->init(rng);
  }
  std::shared_ptr<weir::History> history(const std::vector<Params>& moments) const {
    std::vector<std::int64_t> steps;
    for (std::size_t i = 0; i < moments.size(); ++i) steps.push_back(std::int64_t(10 * i));
    auto made = std::make_shared<weir::History>(steps, *objective, nullptr);
    for (std::size_t i = 0; i < moments.size(); ++i)
      if (!moments[i].empty()) made->set(steps[i], moments[i], moments[i]);
    return made;
  }

  at::TensorOptions options;
  Tensor labels;
  ItemSet set;
  std::unique_ptr<weir::Network> network;
  std::unique_ptr<weir::Objective> objective;
};

struct Made {
  Made(weir::Objective& objective, weir::History& a, weir::History& b, const json& params = {{"points", 200}})
      : metric(make<Metric>("metric/intersection", params)) {
    bind(*metric, "first", a);
    bind(*metric, "second", b);
    bind(*metric, "objective", objective);
  }
  const Tensor& operator[](const std::string& output) const { return value_of(*metric, output); }
  std::unique_ptr<Metric> metric;
};

Tensor distance(const Tensor& a, const Tensor& b) {
  return 1 - (a * b).sum(1) / (a.square().sum(1).sqrt() * b.square().sum(1).sqrt());
}

}  // namespace

TEST_CASE("A training is at no distance from itself", "[metric][intersection]") {
  const Task task({{"depth", GENERATE(0, 2)}, {"width", 6}});
  const auto history = task.history({task.params(1), task.params(2)});
  Made made(*task.objective, *history, *history);
  run(*made.metric);
  CHECK(made["cosine"].abs().max().item<double>() < 1e-9);
  CHECK(made["step"].equal(at::tensor({0, 10}, at::kLong)));
  CHECK(made["of_output"].sizes() == at::IntArrayRef({3, 2}));
}

TEST_CASE("In float32 a training is at no distance from itself, and its round-off spans nothing",
          "[metric][intersection]") {
  const auto from_itself = [](const json& params, const at::TensorOptions& options) {
    const Task task(params, options, 1000);
    const auto history = task.history({task.params(1)});
    Made made(*task.objective, *history, *history, {{"points", 512}});
    run(*made.metric);
    return number(made["cosine"][0]);
  };
  // The smallest singular value is 1e-5 of the largest: 1e-7 of round-off over it, squared.
  CHECK(from_itself({{"depth", 1}, {"width", 128}, {"activation", "silu"}}, f32) < 1e-4);
  // Units that no point moves: their weights are not to be had, in either precision.
  const json some_dead{{"depth", 2}, {"width", 32}, {"activation", "relu"}};
  const double exact = from_itself(some_dead, f64);
  CHECK(exact > 0.01);
  CHECK(from_itself(some_dead, f32) == Approx(exact).epsilon(1e-3));
}

TEST_CASE("The counterfactual weights of a linear model are the other's own", "[metric][intersection]") {
  const Task task;
  const Params a = task.params(1), b = task.params(2), c = task.params(3);
  const auto first = task.history({a, c}), second = task.history({b, b});
  Made made(*task.objective, *first, *second);
  run(*made.metric);
  const char* w = "network.net.0.weight";
  CHECK(at::allclose(made["of_output"].select(1, 0), distance(a[w], b[w]), 1e-9, 1e-10));
  CHECK(at::allclose(made["of_output"].select(1, 1), distance(c[w], b[w]), 1e-9, 1e-10));
  CHECK(at::allclose(made["cosine"], made["of_output"].mean(0)));
}

TEST_CASE("Hidden units in another order and of another scale are the same features",
          "[metric][intersection]") {
  // B's hidden layer is relu of D P (W x + b), P an order and D > 0: H_B = H_A M with M = (D P)^T, so W_cf = W_B (D P).
  const Task task({{"depth", 1}, {"width", 5}, {"activation", "relu"}});
  const Params a = task.params(1), other = task.params(2);
  const Tensor order = at::tensor({3, 0, 4, 1, 2}, at::kLong), scale = row_of({2, 0.5, 1, 3, 0.25});
  const Tensor m = at::diag(scale).mm(at::eye(5, f64).index_select(0, order));  // D P
  std::vector<Tensor> moved;
  for (const auto& [name, value] : a.tensors())
    moved.push_back(name == "network.net.0.weight" ? m.mm(value)
                    : name == "network.net.0.bias" ? m.mv(value)
                                                   : other[name]);
  const Params b = a.with(std::move(moved));
  const auto first = task.history({a}), second = task.history({b});
  Made made(*task.objective, *first, *second);
  run(*made.metric);
  const char* w = "network.net.2.weight";
  CHECK(at::allclose(made["of_output"].select(1, 0), distance(a[w], b[w].mm(m)), 1e-8, 1e-9));
}

TEST_CASE("Least squares from two starts end apart by what the points do not see", "[metric][intersection]") {
  // Gradient flow of |x . w - y|^2 / 2 from w_0: w = w* + exp(-C t) (w_0 - w*) with w* of the smallest norm in the span of the points,
  // and w_0 itself beside it. A field of one layer is linear in its features; the same curve is that of two linear networks.
  const Task task;
  const Tensor values = row_of({2, 1, 0.5, 0}),
               best = at::stack({row_of({1, -1, 2, 0}), row_of({0, 1, 1, 0}), row_of({2, 0, -1, 0})});
  const auto at_time = [&](const Params& start, double t) {
    std::vector<Tensor> moved;
    for (const auto& [name, value] : start.tensors())
      moved.push_back(value.dim() == 2 ? best + (value - best) * at::exp(-values * t) : value);
    return start.with(std::move(moved));
  };
  const Params a = task.params(1), b = task.params(2);
  std::vector<Params> of_a, of_b;
  for (const double t : {0.0, 1.0, 1000.0}) of_a.push_back(at_time(a, t)), of_b.push_back(at_time(b, t));
  const auto first = task.history(of_a), second = task.history(of_b);
  Made made(*task.objective, *first, *second);
  run(*made.metric);
  // In the end only the fourth coordinate, which no point moves, tells them apart.
  const Tensor rest_a = a["network.net.0.weight"].select(1, 3),
               rest_b = b["network.net.0.weight"].select(1, 3), square = best.square().sum(1);
  const Tensor end =
      1 - (square + rest_a * rest_b) / ((square + rest_a.square()) * (square + rest_b.square())).sqrt();
  CHECK(at::allclose(made["of_output"].select(1, 2), end, 1e-8, 1e-9));
  CHECK(number(made["cosine"][0]) > number(made["cosine"][1]));
  CHECK(number(made["cosine"][1]) > number(made["cosine"][2]));
}

TEST_CASE("Two velocity fields are compared as networks are", "[metric][intersection]") {
  const Problem problem;
  const auto field = make<weir::Field>("field/mlp", {{"depth", 1}, {"width", 5}, {"activation", "relu"}});
  weir::Rng one(1, "init", f64), two(2, "init", f64);
  const Params a = field->init({2}, one), b = field->init({2}, two);
  weir::History first({0}, *problem.objective, field.get()), second({0}, *problem.objective, field.get());
  first.set(0, a, a);
  second.set(0, b, b);
  Made made(*problem.objective, first, second, {{"points", 64}});
  run(*made.metric);
  // By normal equations on the same points, whose features are had from the first layer.
  weir::Rng rng = weir::Rng(0, "node", f64).at("points");
  const weir::Sample sample = problem.objective->sample(64, rng);
  const Tensor x = at::cat({sample["xt"], sample["t"].unsqueeze(1)}, 1);
  const auto hidden = [&](const Params& p) {
    return at::cat({at::relu(at::linear(x, p["net.0.weight"], p["net.0.bias"])), at::ones({64, 1}, f64)}, 1);
  };
  const Tensor wanted = hidden(b).mm(at::cat({b["net.2.weight"], b["net.2.bias"].unsqueeze(1)}, 1).t());
  const Tensor h = hidden(a), fitted = at::linalg_pinv(h.t().mm(h)).mm(h.t().mm(wanted)).narrow(0, 0, 5).t();
  CHECK(at::allclose(made["of_output"].select(1, 0), distance(a["net.2.weight"], fitted), 1e-6, 1e-7));
}

TEST_CASE("A moment that one training did not reach has no distance", "[metric][intersection]") {
  const Task task;
  const auto whole = task.history({task.params(1), task.params(2)}),
             ended = task.history({task.params(3), Params()});
  Made made(*task.objective, *whole, *ended);
  run(*made.metric);
  CHECK(std::isfinite(number(made["cosine"][0])));
  CHECK(std::isnan(number(made["cosine"][1])));
}

TEST_CASE("More distinct points than there are is a fault", "[metric][intersection]") {
  const Task task;
  const auto history = task.history({task.params(1)});
  const auto distinct =
      make<weir::Objective>("objective/classification", {{"distinct", true}}, f64, 0, "task");
  bind(*distinct, "data", const_cast<ItemSet&>(task.set));
  bind(*distinct, "network", *task.network);
  run(*distinct);
  Made all(*distinct, *history, *history, {{"points", 60}}), more(*distinct, *history, *history);
  run(*all.metric);
  const weir::Faults faults = plan(*more.metric);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].place.file == "points");
  CHECK(faults[0].message == "a distance takes 200 rows in one draw, and 'task' gives 60 at most");
}

TEST_CASE("Trainings of other steps, other networks or another kind are refused", "[metric][intersection]") {
  const Task task, wide({{"depth", 1}, {"width", 3}});
  const Problem problem;
  const auto two = task.history({task.params(1), task.params(2)}), one = task.history({task.params(1)}),
             other = wide.history({wide.params(1)});
  const auto message = [](weir::Objective& objective, weir::History& a, weir::History& b) {
    Made made(objective, a, b);
    const weir::Faults faults = plan(*made.metric);
    return faults.empty() ? "none" : faults.front().message;
  };
  CHECK(message(*task.objective, *two, *two) == "none");
  CHECK(message(*task.objective, *two, *one) == "the two trainings have snapshots after other steps");
  CHECK(message(*task.objective, *other, *one) ==
        "the network of 'task' has other parameters than the one that was trained");
  CHECK(message(*problem.objective, *one, *one) == "the training of 'first' was not of what 'node' asks");
}

// tests/plugins/trainer/gradient.test.cpp -- training against hand-made steps and a least-squares solution.
#include <cmath>
#include <numbers>

#include <weir/math/autograd/tape.hpp>

#include "../measured.hpp"
#include "training.hpp"

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Params;
using weir::Tensor;

// The trainer's rule written out: SGD on the mean loss at scale s(k), EMA started at the initial parameters.
void check_by_hand(const json& extra, const std::function<double(int)>& scale,
                   const std::string& rates = "constant", double clip = 1e300) {
  json params{{"steps", 6}, {"batch", 16}, {"ema_decay", 0.9}};
  params.update(extra);
  INFO(params);
  Training training(params, "optimiser/sgd", {{"lr", 0.05}}, "field/affine", json::object(), rates);
  run(*training.trainer);

  weir::Rng init = weir::Rng(3, "train", f64).at("init");
  Params theta = training.model->init({2}, init).clone(), ema = theta.clone();
  for (int k = 1; k <= 6; ++k) {
    weir::Rng rng = weir::Rng(3, "train", f64).at("step", k);
    const weir::Sample sample = training.problem.objective->sample(16, rng);
    const Params live = theta.requiring_grad();
    const auto grads =
        weir::gradients(training.problem.objective->loss(*training.model, live, sample).rows, live, nullptr)
            .mean;
    Tensor square = at::zeros({}, f64);
    for (const Tensor& g : grads) square = square + g.square().sum();
    const double factor = std::min(1.0, clip / std::sqrt(number(square)));
    for (std::size_t i = 0; i < grads.size(); ++i) {
      theta.tensors()[i].second.sub_(grads[i], 0.05 * scale(k) * factor);
      ema.tensors()[i].second.mul_(0.9).add_(theta.tensors()[i].second, 0.1);
    }
  }
  const Params found = training.params("field"), averaged = training.params("ema");
  for (const auto& [name, value] : theta.tensors()) CHECK(at::allclose(found[name], value, 1e-12, 1e-13));
  for (const auto& [name, value] : ema.tensors()) CHECK(at::allclose(averaged[name], value, 1e-12, 1e-13));
}

}  // namespace

TEST_CASE("Steps, schedules, clipping and EMA are the ones written in the header", "[trainer]") {
  const auto cosine = [](double p) { return (1 + std::cos(std::numbers::pi * p)) / 2; };
  check_by_hand(json::object(), [](int) { return 1.0; });
  check_by_hand(
      json::object(), [](int k) { return 1 - k / 6.0; }, "linear");
  check_by_hand(
      json::object(), [&](int k) { return cosine(k / 6.0); }, "cosine");
  check_by_hand(
      {{"warmup", 2}}, [&](int k) { return k <= 2 ? k / 2.0 : cosine((k - 2) / 4.0); }, "cosine");
  check_by_hand(
      {{"warmup", 3}}, [&](int k) { return k <= 3 ? k / 3.0 : 1 - (k - 3) / 3.0; }, "linear");
  check_by_hand(
      {{"clip", 0.5}}, [](int) { return 1.0; }, "constant", 0.5);
}

TEST_CASE("The average may rise with the steps, and be taken at some of them", "[trainer]") {
  const json params{{"steps", 6}, {"batch", 16}, {"ema_decay", 0.9}};
  json rising = params, rare = params;
  rising["ema_warmup"] = true;
  rare["ema_every"] = 4;
  Training plain(params), early(rising), late(rare);
  for (Training* training : {&plain, &early, &late}) run(*training->trainer);
  CHECK(same(early.params("field"), plain.params("field")));
  CHECK(same(late.params("field"), plain.params("field")));
  const auto apart = [](const Training& training) {
    const Params last = training.params("field"), ema = training.params("ema");
    double square = 0;
    for (const auto& [name, value] : last.tensors()) square += number((value - ema[name]).square().sum());
    return square;
  };
  CHECK(apart(early) < apart(plain));  // its d is 2/11 to 7/16
  CHECK(apart(late) > apart(plain));
}

TEST_CASE("Training an affine field finds the least-squares map of its pairs", "[trainer]") {
  Training training({{"steps", 3000}, {"batch", 64}}, "optimiser/adam", {{"lr", 0.02}}, "field/affine",
                    json::object(), "cosine");
  run(*training.trainer);
  // The straight transport by the least-squares map of the pairs is in the class; the best of the class is at most as far.
  const Tensor design = at::cat({Problem::points("x0"), at::ones({32, 1}, f64)}, 1);
  const Tensor map = std::get<0>(at::linalg_lstsq(design, Problem::target()));
  const Tensor theta = map[2], Theta = map.slice(0, 0, 2).t() - at::eye(2, f64);
  const Params found = training.params("field");
  std::vector<Tensor> straight;
  for (const auto& [name, value] : found.tensors()) straight.push_back(value.dim() == 1 ? theta : Theta);
  const weir::Sample sample = training.problem.sample(20000);
  const auto loss = [&](const Params& params) {
    return number(training.problem.objective->loss(*training.model, params, sample).rows.mean());
  };
  CHECK(loss(found) < 1.02 * loss(found.with(straight)));
  for (const auto& [name, value] : found.tensors())
    CHECK(at::allclose(value, value.dim() == 1 ? theta : Theta, 0, 0.05));
}

TEST_CASE("A training that is stopped after any of its steps goes on to the same bits and rows",
          "[trainer]") {
  const json params{{"steps", 20}, {"batch", 8}, {"warmup", 5}, {"clip", 3}};
  const std::string rule = GENERATE("optimiser/adam", "optimiser/adamw", "optimiser/sgd");
  const json momentum = rule == "optimiser/sgd" ? json{{"momentum", 0.9}} : json::object();
  const auto training = [&] {
    return std::make_unique<Training>(params, rule, momentum, "field/affine", json::object(), "cosine");
  };
  const auto whole = training();
  Rows rows;
  rows.watch(*whole->trainer);
  run(*whole->trainer);
  CHECK(rows.steps.at("train.loss").size() == 20);
  for (std::int64_t after = 1; after < 20; ++after) {
    INFO(after);
    const auto first = training(), second = training();
    Rows both;
    both.watch(*first->trainer);
    both.watch(*second->trainer);
    go_on(*first, *second, after);
    CHECK(same(second->params("field"), whole->params("field")));
    CHECK(same(second->params("ema"), whole->params("ema")));
    CHECK(both.steps == rows.steps);
    CHECK(at::stack(both.rows.at("train.loss")).equal(at::stack(rows.rows.at("train.loss"))));
    CHECK(second->trainer->save().size() == whole->trainer->save().size());
    for (const auto& [key, value] : whole->trainer->save())
      CHECK(second->trainer->save().at(key).equal(value));
  }
}

TEST_CASE("What a probe remembers goes on with a resumed training", "[trainer][probe]") {
  struct Sum final : weir::Probe {
    void plan_for(const weir::Training&, weir::Plan&) override {}
    void observe(const weir::TrainingStep& step) const override { sum = sum + step.losses.mean(); }
    weir::State save() const override { return {{"sum", sum}}; }
    void load(const weir::State& state) override { sum = state.at("sum").clone(); }
    mutable Tensor sum = at::zeros({}, f64);
  } unbroken, before, after;
  const json params{{"steps", 9}, {"batch", 8}};
  Training whole(params), first(params), second(params);
  whole.observe("sum", unbroken);
  first.observe("sum", before);
  second.observe("sum", after);
  run(*whole.trainer);
  go_on(first, second);
  CHECK(after.sum.equal(unbroken.sum));
  CHECK_FALSE(before.sum.equal(unbroken.sum));
}

TEST_CASE("Probes change no bit of what is trained", "[trainer][probe]") {
  const json params{{"steps", 5}, {"batch", 8}}, mlp{{"width", 8}, {"depth", 2}};
  Training plain(params, "optimiser/adam", json::object(), "field/mlp", mlp);
  run(*plain.trainer);
  for (const std::string& id : plugins_of("probe")) {
    if (id == "probe/sgd_curve") continue;  // of a linear field alone: its own test
    INFO(id);
    Training watched(params, "optimiser/adam", json::object(), "field/mlp", mlp);
    json of_probe{{"every", 2}};
    if (id == "probe/gradient_disparity" || id == "probe/gradient_evidence") of_probe["epoch"] = 4;
    const auto probe = make<weir::Probe>(id, of_probe);
    watched.observe("probe", *probe);
    run(*watched.trainer);
    CHECK(same(watched.params("field"), plain.params("field")));
  }
}

TEST_CASE("A loss that is not finite ends the training with its step and the remedy", "[trainer]") {
  Training training({{"steps", 5000}, {"batch", 8}}, "optimiser/sgd", {{"lr", 1e100}}, "field/mlp");
  CHECK_THROWS_WITH(run(*training.trainer),
                    Catch::Contains("the loss is") && Catch::Contains("at step") &&
                        Catch::Contains("lower optimiser.lr, set clip, or check the data"));
}

TEST_CASE("A training of an infinite mean loss says so once, and beside the loss", "[trainer]") {
  const double eps = GENERATE(0.0, 0.01);
  const Problem bridge("noise/brownian", {{"sigma", 0.5}}, "time/uniform", {{"eps", eps}}, true);
  Training training(json{{"steps", 3}, {"batch", 8}});
  bind(*training.trainer, "objective", *bridge.objective);
  REQUIRE(plan(*training.trainer).empty());
  QuietRun quiet;
  training.trainer->run(quiet);
  const auto& attributes = training.trainer->output("loss")->datasets().at(0).attributes;
  CHECK(attributes.contains("loss_reason") == (eps == 0));
  CHECK(quiet.warnings.empty() == (eps > 0));
  if (eps > 0) return;
  const std::string why =
      "the square of gamma' in the target is not integrable at t = 0; the square of gamma' in the target is "
      "not "
      "integrable at t = 1";
  CHECK(attributes.at("loss_reason") == why);
  CHECK(quiet.warnings == std::vector<std::string>{
                              "the mean loss is infinite, and so is the variance of its gradient: " + why +
                              "; keep t from the ends, such as time: {plugin: uniform, eps: 1e-3}, or leave "
                              "noise_in_target out"});
}

TEST_CASE("A training on matched pairs names what a field is told of x1 that x0 knows of, and that alone",
          "[trainer]") {
  const auto source = make<weir::Source>("source/gaussian", {{"dim", 2}}),
             classes =
                 make<weir::Source>("source/mixture", {{"components", 2}, {"dim", 2}, {"labelled", true}});
  const Seen measured({{"dim", 2}}, {{"sigma", 0.7}});
  run(*source);
  run(*classes);
  const auto warnings = [&](weir::Source& target, const json& more, bool coded,
                            const std::string& plugin = "coupling/ot") {
    json params{{"draw", "fresh"}};
    params.update(more);
    const auto pairs = make<weir::Coupling>(plugin, params);
    bind(*pairs, "source", *source);
    bind(*pairs, "target", target);
    run(*pairs);
    Training training(json{{"steps", 1}, {"batch", 8}}, "optimiser/sgd", {{"lr", 0.05}}, "field/mlp");
    bind(*training.problem.objective, "coupling", *pairs);
    run(*training.problem.objective);
    const auto encoder = make<weir::Network>("network/mlp", {{"width", 6}, {"depth", 1}});
    const auto variational = make<weir::Objective>("objective/variational");
    bind(*variational, "objective", *training.problem.objective);
    bind(*variational, "encoder", *encoder);
    if (coded) {
      run(*variational);
      bind(*training.trainer, "objective", *variational);
    }
    REQUIRE(plan(*training.trainer).empty());
    QuietRun quiet;
    training.trainer->run(quiet);
    return quiet.warnings;
  };
  const auto warning = [](const std::string& told, const std::string& remedy) {
    return std::vector<std::string>{"the pairs of a batch are matched to each other, so that given " + told +
                                    " x0 has not the law of the source: a flow that is told " + told +
                                    " from points of the source misses its law (arXiv 2503.10636); use "
                                    "independent pairs, or those of coupling/ot with " +
                                    remedy};
  };
  const json none = json::object(), weighed{{"condition_weight", 2}}, within{{"within_classes", true}};
  CHECK(warnings(*source, none, false).empty());
  CHECK(warnings(*source, none, true).empty());  // the code is no part of the matching
  CHECK(warnings(*classes, none, false) == warning("label", "within_classes"));
  CHECK(warnings(*classes, none, true) == warning("label", "within_classes"));
  CHECK(warnings(*classes, within, false).empty());
  // The nearest of candidates of its own: rows that depend on no other, and x0 knows of the label.
  CHECK(warnings(*classes, none, false, "coupling/nearest") == warning("label", "within_classes"));
  CHECK(warnings(*classes, {{"candidates", 1}}, false, "coupling/nearest").empty());
  CHECK(warnings(*measured.source, none, false) == warning("y", "a condition_weight"));
  CHECK(warnings(*measured.source, weighed, false).empty());
}

TEST_CASE("A warm-up that never ends is a fault", "[trainer]") {
  Training training(json{{"steps", 5}, {"warmup", 5}});
  const weir::Faults faults = plan(*training.trainer);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "warmup is 5 but there are 5 steps; it must be less");
  CHECK(faults[0].place.file == "warmup");
}

TEST_CASE("A field without parameters is nothing to fit", "[trainer]") {
  struct Still final : weir::Field {
    Tensor velocity(const Params&, const Tensor& x, const Tensor&, const weir::Context&) const override {
      return at::zeros_like(x);
    }
    Params init(const weir::Domain&, weir::Rng&) const override { return {}; }
  } still;
  Training training(json{{"steps", 5}});
  bind(*training.trainer, "model", still);
  const weir::Faults faults = plan(*training.trainer);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "this field has no parameters, so there is nothing to fit");
  CHECK(faults[0].place.file == "model");
}

TEST_CASE("A trainer whose model is a trained field goes on from its parameters", "[trainer]") {
  Training first(json{{"steps", 20}, {"batch", 16}}),
      second(json{{"steps", 1}, {"batch", 16}}, "optimiser/sgd", {{"lr", 1e-12}});
  second.trainer->port("model")->bind("", *first.trainer, first.trainer->output("field"));
  CHECK(plan(*first.trainer).empty());
  CHECK(plan(*second.trainer).empty());
  CHECK_FALSE(second.trainer->output("params")->datasets().empty());  // known before the first has run
  QuietRun quiet;
  first.trainer->run(quiet);
  second.trainer->run(quiet);
  const Params start = first.params("field"), end = second.params("field");
  for (const auto& [name, value] : start.tensors()) CHECK(at::allclose(end[name], value, 0, 1e-9));
}

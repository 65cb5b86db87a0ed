// tests/plugins/objective/classification.test.cpp -- cross entropy, trained without a field, and how often it is right.
#include <cmath>

#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/kinds/learn/schedule.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/kinds/metric.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Network;
using weir::Params;
using weir::Tensor;

// Eight points in the plane, of three classes, told apart by a linear network.
struct Classes {
  Classes()
      : points(weir::Rng(5, "points", f64).normal({8, 2})),
        labels(at::tensor({0, 1, 2, 0, 1, 2, 2, 1}, at::kLong)),
        set(points, labels, 3),
        network(make<Network>("network/mlp", {{"depth", 0}})),
        objective(make<weir::Objective>("objective/classification", json::object(), f64, 0, "task")) {
    bind(*objective, "data", set);
    bind(*objective, "network", *network);
  }

  Tensor points, labels;
  ItemSet set;
  std::unique_ptr<Network> network;
  std::unique_ptr<weir::Objective> objective;
};

struct Training {
  explicit Training(weir::Objective& objective, const json& params = {{"steps", 1}, {"batch", 6}})
      : optimiser(make<weir::Optimiser>("optimiser/sgd", {{"lr", 0.5}})),
        schedule(make<weir::Schedule>("schedule/constant")),
        trainer(make<weir::Trainer>("trainer/gradient", params, f64, 3, "train")) {
    bind(*trainer, "objective", objective);
    bind(*trainer, "optimiser", *optimiser);
    bind(*trainer, "schedule", *schedule);
  }
  const Network* network(const std::string& output) const {
    return dynamic_cast<const weir::Output<Network>&>(*trainer->output(output)).get();
  }

  std::unique_ptr<weir::Optimiser> optimiser;
  std::unique_ptr<weir::Schedule> schedule;
  std::unique_ptr<weir::Trainer> trainer;
};

// f(x) = x, of three classes.
class Itself final : public Network {
 public:
  Params init(const Signature&, weir::Rng&) const override { return {}; }
  Tensor forward(const Params&, const weir::Context& inputs) const override { return inputs.at("x"); }
  std::optional<Signature> trained_for() const override { return Signature{{{"x", {.shape = {3}}}}, {3}}; }
};

}  // namespace

TEST_CASE("The loss of a row is minus the logarithm of what softmax gives its class", "[objective]") {
  Classes of;
  run(*of.objective);
  CHECK_FALSE(of.objective->takes_field());
  weir::Rng rng(1, "init", f64), draw(2, "sample", f64);
  const Params p = of.objective->init(rng);
  CHECK(p.tensors().at(0).first == "network.net.0.weight");
  const weir::Sample sample = of.objective->sample(5, draw);
  CHECK(sample.draws.empty());
  CHECK(of.objective->terms().empty());
  CHECK(sample.batch.x0().equal(of.points.index_select(0, sample.batch.id)));
  CHECK(sample.batch.context.at("label").equal(of.labels.index_select(0, sample.batch.id)));
  const Tensor losses = of.objective->loss(weir::no_field(), p, sample).rows;
  for (std::int64_t i = 0; i < 5; ++i) {
    const Tensor f = at::linear(sample.batch.x0()[i], p["network.net.0.weight"], p["network.net.0.bias"]);
    const auto c = sample.batch.context.at("label")[i].item<std::int64_t>();
    CHECK(number(losses[i]) == Approx(std::log(number(f.exp().sum())) - number(f[c])).epsilon(1e-12));
  }
  CHECK_THROWS_WITH(
      weir::no_field().velocity(p, of.points, of.points.select(1, 0), {}),
      "this objective says that it takes no field, and asks one for a velocity; return true from "
      "takes_field()");
}

TEST_CASE("A step of logistic regression goes against (softmax - one-hot) x", "[objective][trainer]") {
  Classes of;
  run(*of.objective);
  Training training(*of.objective, {{"steps", 1}, {"batch", 6}, {"ema_decay", 0.75}});
  run(*training.trainer);
  weir::Rng init = weir::Rng(3, "train", f64).at("init").at("objective"),
            draw = weir::Rng(3, "train", f64).at("step", 1);
  const Params before = of.objective->init(init).under("network.");
  const weir::Sample sample = of.objective->sample(6, draw);
  const Tensor x = sample.batch.x0(), hot = at::one_hot(sample.batch.context.at("label"), 3).to(at::kDouble);
  const Tensor error = (at::linear(x, before["net.0.weight"], before["net.0.bias"]).softmax(1) - hot) / 6;
  const Tensor weight = before["net.0.weight"] - 0.5 * error.t().mm(x),
               bias = before["net.0.bias"] - 0.5 * error.sum(0);

  weir::Rng unused(0, "", f64);
  const Network& trained = *training.network("network");
  const Params found = trained.init(*trained.trained_for(), unused);
  CHECK(at::allclose(found["net.0.weight"], weight, 1e-12, 1e-13));
  CHECK(at::allclose(found["net.0.bias"], bias, 1e-12, 1e-13));
  const Params ema = training.network("network_ema")->init(*trained.trained_for(), unused);
  CHECK(at::allclose(ema["net.0.bias"], 0.75 * before["net.0.bias"] + 0.25 * bias, 1e-12, 1e-13));
  CHECK(trained.trained_for()->output == weir::Shape{3});
  CHECK(dynamic_cast<const weir::Output<weir::Field>&>(*training.trainer->output("field")).get() == nullptr);
  CHECK_FALSE(training.trainer->output("terms")->planned());
}

TEST_CASE("The best network of a classification is that before the step of its last gain",
          "[objective][trainer][probe]") {
  Classes of;
  run(*of.objective);
  // Looked at after each 4th step, with no gain but the first: the best parameters are those of 3 steps.
  const auto probe = make<weir::Probe>("probe/early_stopping",
                                       {{"every", 4}, {"patience", 100}, {"min_delta", 1000}, {"batch", 16}},
                                       f64, 0, "train.probes.stop");
  Training watched(*of.objective, {{"steps", 9}, {"batch", 6}}),
      three(*of.objective, {{"steps", 3}, {"batch", 6}});
  watched.trainer->port("probes")->bind("stop", *probe, nullptr);
  run(*watched.trainer);
  run(*three.trainer);
  CHECK(three.network("network_best") == nullptr);
  const Network& best = *watched.network("network_best");
  weir::Rng unused(0, "", f64);
  const auto params = [&](const Network& network) { return network.init(*network.trained_for(), unused); };
  for (const auto& [name, value] : params(*three.network("network")).tensors()) {
    CHECK(params(best)[name].equal(value));
    CHECK_FALSE(params(*watched.network("network"))[name].equal(value));
  }
  const Tensor x = of.points;
  CHECK(best.forward(params(best), {{"x", x}})
            .equal(of.network->forward(params(*three.network("network")), {{"x", x}})));
  CHECK(dynamic_cast<const weir::Output<weir::Field>&>(*watched.trainer->output("best")).get() == nullptr);
}

TEST_CASE("Probes of a classification have no bins of t, and its variance is that of the tape",
          "[objective][probe]") {
  Classes of;
  run(*of.objective);
  const auto variance = make<weir::Probe>("probe/gradient_variance", json::object(), f64, 0, "probe");
  const auto loss = make<weir::Probe>("probe/loss", json::object(), f64, 0, "loss");
  Training training(*of.objective);
  training.trainer->port("probes")->bind("variance", *variance, nullptr);
  training.trainer->port("probes")->bind("loss", *loss, nullptr);
  Rows rows;
  rows.watch(*variance);
  rows.watch(*loss);
  run(*training.trainer);
  weir::Rng init = weir::Rng(3, "train", f64).at("init").at("objective"),
            draw = weir::Rng(3, "train", f64).at("step", 1);
  const Params before = of.objective->init(init).under("network.");
  const weir::Sample sample = of.objective->sample(6, draw);
  const Tensor x = sample.batch.x0(), hot = at::one_hot(sample.batch.context.at("label"), 3).to(at::kDouble);
  const Tensor error = at::linear(x, before["net.0.weight"], before["net.0.bias"]).softmax(1) - hot;
  const Tensor g = at::cat({at::einsum("ni,nj->nij", {error, x}).flatten(1), error}, 1);
  CHECK(number(rows.rows.at("probe.total").at(0)) == Approx(number(g.var(0, true).sum())).epsilon(1e-9));
  CHECK_FALSE(rows.rows.contains("probe.bin"));
  CHECK_FALSE(rows.rows.contains("loss.bin"));
  CHECK(rows.rows.contains("loss.total"));
}

TEST_CASE("A trainer needs a model where its objective asks a field, and there alone", "[trainer]") {
  Classes of;
  run(*of.objective);
  const auto field = make<weir::Field>("field/mlp", {{"width", 4}});
  Training with(*of.objective);
  bind(*with.trainer, "model", *field);
  weir::Faults faults = plan(*with.trainer);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "'task' asks no field, so that this one would not be fitted");

  const Problem problem;
  Training without(*problem.objective);
  faults = plan(*without.trainer);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "'node' asks a field, and there is none to fit");

  const auto metric = make<weir::Metric>("metric/field_error");
  bind(*metric, "objective", *of.objective);
  bind(*metric, "field", *field);
  bind(*metric, "reference", *field);
  REQUIRE(plan(*metric).size() >= 1);
  CHECK(plan(*metric)[0].message == "objective 'task' asks no field, so that none can be measured at it");
}

TEST_CASE("Points without classes are refused at plan", "[objective]") {
  Classes of;
  ItemSet plain(at::zeros({4, 2}, f64)), one(at::zeros({4, 2}, f64), at::zeros({4}, at::kLong), 1);
  for (const auto& [set, message] : {std::pair(&plain, "'set' does not say of which class its points are"),
                                     std::pair(&one, "the points of 'set' are all of one class")}) {
    bind(*of.objective, "data", *set);
    const weir::Faults faults = plan(*of.objective);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].message == message);
  }
}

TEST_CASE("Distinct rows are those of a finite set, as many as it has", "[objective]") {
  Classes of;
  const auto distinct = make<weir::Objective>("objective/classification", {{"distinct", true}});
  bind(*distinct, "data", of.set);
  bind(*distinct, "network", *of.network);
  run(*distinct);
  run(*of.objective);
  CHECK(distinct->most_rows() == 8);
  CHECK_FALSE(of.objective->most_rows());
  const auto law = make<weir::Source>("source/mixture", {{"components", 3}, {"dim", 2}, {"labelled", true}},
                                      f64, 0, "law");
  run(*law);
  bind(*distinct, "data", *law);
  const weir::Faults faults = plan(*distinct);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].place.file == "distinct");
  CHECK(faults[0].message ==
        "distinct rows are items of a finite set, and 'law' is a law: each of its points is drawn anew");
}

TEST_CASE("Accuracy counts the largest of a network's numbers, in all and by class", "[metric][accuracy]") {
  const Tensor x = at::tensor({3.0, 1.0, 0.0,   // class 0, found
                               0.0, 1.0, 0.0,   // class 1, found
                               2.0, 1.0, 0.0,   // class 1, taken for 0
                               1.0, 0.0, 5.0,   // class 0, taken for 2
                               9.0, 8.0, 7.0},  // class 0, found
                              f64)
                       .view({5, 3});
  Values points(x, "x"), labels(at::tensor({0, 1, 1, 0, 0}, at::kLong), "label");
  Itself network;
  const auto metric = make<weir::Metric>("metric/accuracy", {{"chunk", 2}});
  bind(*metric, "network", network);
  bind(*metric, "x", points, "value");
  bind(*metric, "label", labels, "value");
  run(*metric);
  CHECK(number(value_of(*metric, "accuracy")) == Approx(0.6));
  const double p = (3 + 2) / 9.0;  // plus four
  CHECK(number(value_of(*metric, "accuracy_se")) == Approx(std::sqrt(p * (1 - p) / 5)));
  CHECK(value_of(*metric, "accuracy_n").item<std::int64_t>() == 5);
  const Tensor of_class = value_of(*metric, "accuracy_of_class");
  CHECK(number(of_class[0]) == Approx(2.0 / 3));
  CHECK(number(of_class[1]) == 0.5);
  CHECK(std::isnan(number(of_class[2])));
  CHECK(
      value_of(*metric, "confusion").equal(at::tensor({2, 0, 1, 1, 1, 0, 0, 0, 0}, at::kLong).view({3, 3})));
}

TEST_CASE("Accuracy says what it cannot judge", "[metric][accuracy]") {
  Itself network;
  const auto untrained = make<Network>("network/mlp", json::object(), f64, 0, "net");
  Values points(at::zeros({2, 3}, f64), "x"), few(at::zeros({3}, at::kLong), "few"),
      wrong(at::tensor({0, 7}, at::kLong), "wrong"), numbers(at::zeros({2}, f64), "numbers");
  const auto metric = [&](Network& of, Values& labels) {
    auto made = make<weir::Metric>("metric/accuracy");
    bind(*made, "network", of);
    bind(*made, "x", points, "value");
    bind(*made, "label", labels, "value");
    return made;
  };
  CHECK(plan(*metric(*untrained, wrong)).at(0).message ==
        "'net' has not been trained, so that it has only initial parameters");
  CHECK(plan(*metric(network, few)).at(0).message ==
        "label must have a class for each row of x: x is [2, 3], label is [3]");
  CHECK_THROWS_WITH(run(*metric(network, wrong)), "label has the class 7, and the network knows 0 to 2");
  CHECK_THROWS_WITH(run(*metric(network, numbers)),
                    "label holds numbers that are no classes: 'numbers' is not int64");
}

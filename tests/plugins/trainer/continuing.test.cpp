// tests/plugins/trainer/continuing.test.cpp -- trainings that go on from others, against one training of all their steps.
#include "training.hpp"

namespace {

using namespace weir::tests;
using nlohmann::json;

// Trainings of so many steps, each more than those of the one before, under names of their own.
std::vector<std::unique_ptr<Training>> chained(const std::vector<std::int64_t>& steps, json params,
                                               const std::string& rule, const json& of_rule) {
  std::vector<std::unique_ptr<Training>> chain;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    params["steps"] = steps[i];
    chain.push_back(std::make_unique<Training>(params, rule, of_rule));
    weir::Trainer& trainer = *chain.back()->trainer;
    if (i > 0) {
      trainer.set({.path = "more_" + std::to_string(i), .seed = 77, .options = f64, .places = {}});
      bind(trainer, "from", *chain[i - 1]->trainer);
    }
  }
  return chain;
}

}  // namespace

TEST_CASE("Trainings that go on from each other are one training of all their steps, to the last bit",
          "[trainer]") {
  const std::string rule = GENERATE("optimiser/adam", "optimiser/adamw", "optimiser/sgd");
  const json of_rule = rule == "optimiser/sgd" ? json{{"lr", 0.02}, {"momentum", 0.9}} : json::object();
  const json more =
      GENERATE(json::object(), json{{"ema_warmup", true}, {"ema_every", 4}, {"clip", 3}, {"warmup", 2}});
  json params{{"batch", 8}, {"ema_decay", 0.9}};
  params.update(more);
  const auto whole = chained({24}, params, rule, of_rule);
  run(*whole[0]->trainer);
  const weir::State end = whole[0]->trainer->save();
  const auto parts = chained({10, 3, 11}, params, rule, of_rule);
  Rows rows;
  for (const auto& part : parts) {
    rows.watch(*part->trainer);
    REQUIRE(plan(*part->trainer).empty());
  }
  QuietRun quiet;
  for (const auto& part : parts) part->trainer->run(quiet);
  CHECK(rows.steps.at("more_2.loss").front() == 14);
  CHECK(rows.steps.at("more_2.loss").back() == 24);
  CHECK(same(parts[2]->params("field"), whole[0]->params("field")));
  CHECK(same(parts[2]->params("ema"), whole[0]->params("ema")));
  const weir::State last = parts[2]->trainer->save();
  CHECK(last.size() == end.size());
  for (const auto& [key, value] : end) CHECK(last.at(key).equal(value));

  // Stopped by a signal, a training that goes on from another goes on once more.
  const auto again = chained({10, 14}, params, rule, of_rule),
             resumed = chained({10, 14}, params, rule, of_rule);
  run(*again[0]->trainer);
  run(*resumed[0]->trainer);
  go_on(*again[1], *resumed[1], 15);
  for (const auto& [key, value] : end) CHECK(resumed[1]->trainer->save().at(key).equal(value));
}

TEST_CASE("A schedule sees the whole length of what a training goes on to", "[trainer]") {
  struct Asked final : weir::Schedule {
    double scale(std::int64_t step, std::int64_t steps) const override {
      asked.emplace_back(step, steps);
      return 1;
    }
    mutable std::vector<std::pair<std::int64_t, std::int64_t>> asked;
  } asked;
  const auto parts = chained({3, 2}, {{"batch", 8}}, "optimiser/sgd", {{"lr", 0.02}});
  bind(*parts[1]->trainer, "schedule", asked);
  run(*parts[0]->trainer);
  run(*parts[1]->trainer);
  CHECK(asked.asked == std::vector<std::pair<std::int64_t, std::int64_t>>{{4, 5}, {5, 5}});
}

TEST_CASE("A training goes on where a probe ended another, and has probes of its own", "[trainer][probe]") {
  struct Second final : weir::Probe {
    void plan_for(const weir::Training&, weir::Plan&) override {}
    void observe(const weir::TrainingStep& step) const override { seen = step.step; }
    bool enough() const override { return seen == 2; }
    mutable std::int64_t seen = 0;
  } second;
  const auto parts = chained({9, 3}, {{"batch", 8}}, "optimiser/adam", json::object());
  const auto whole = chained({5}, {{"batch", 8}}, "optimiser/adam", json::object());
  parts[0]->observe("second", second);
  run(*parts[0]->trainer);
  run(*parts[1]->trainer);
  run(*whole[0]->trainer);
  CHECK(same(parts[1]->params("field"), whole[0]->params("field")));
}

TEST_CASE("What a training cannot go on from is said at plan", "[trainer]") {
  const json params{{"steps", 3}, {"batch", 8}};
  const auto fault_of = [&](weir::Trainer& from, Training& next) {
    REQUIRE(plan(from).empty());
    bind(*next.trainer, "from", from);
    const weir::Faults faults = plan(*next.trainer);
    REQUIRE(faults.size() == 1);
    CHECK((faults[0].place.file == "from" || faults[0].place.file == "model"));
    return faults[0].message + "; " + faults[0].remedy;
  };
  Training first(params, "optimiser/adam", json::object()),
      other(params, "optimiser/sgd", {{"momentum", 0.9}});
  CHECK(fault_of(*first.trainer, other) ==
        "'train' keeps no memory/b/Theta, which this training goes on from; take the optimiser of that "
        "training");
  Training plain(params, "optimiser/sgd", {{"lr", 0.1}});
  CHECK_THAT(
      fault_of(*first.trainer, plain),
      Catch::Contains("'train' keeps memory/") &&
          Catch::Contains(", of which this training knows nothing; take the optimiser of that training"));
  const json narrow{{"width", 4}, {"depth", 1}}, wide{{"width", 5}, {"depth", 1}};
  Training small(params, "optimiser/sgd", {{"lr", 0.1}}, "field/mlp", narrow),
      large(params, "optimiser/sgd", {{"lr", 0.1}}, "field/mlp", wide);
  CHECK_THAT(fault_of(*small.trainer, large), Catch::Contains("'train' has params/net.0.") &&
                                                  Catch::Contains("; take the model of that training"));
  Training silu(params, "optimiser/sgd", {{"lr", 0.1}}, "field/mlp", narrow),
      tanh(params, "optimiser/sgd", {{"lr", 0.1}}, "field/mlp",
           {{"width", 4}, {"depth", 1}, {"activation", "tanh"}});
  CHECK(
      fault_of(*silu.trainer, tanh) ==
      "this model has activation: \"tanh\", and that of 'train' activation: \"silu\"; take the model of that "
      "training");
  struct Closed final : weir::Trainer {
  } closed;
  Training last(params);
  CHECK(fault_of(closed, last) ==
        "'node' does not say what it ended with, so that none can go on from it; model: one of its fields "
        "starts from its "
        "parameters alone");
}

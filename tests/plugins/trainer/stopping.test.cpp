// tests/plugins/trainer/stopping.test.cpp -- trainings that a probe ends, at a step that is known.
#include "training.hpp"

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

TEST_CASE("A probe that has seen enough ends the training as if it had been asked for so many steps",
          "[trainer][probe]") {
  struct Until final : weir::Probe {
    explicit Until(std::int64_t step) : last(step) {}
    void plan_for(const weir::Training& training, weir::Plan&) override { CHECK(training.steps == 20); }
    void observe(const weir::TrainingStep& step) const override { seen = step.step; }
    bool enough() const override { return seen >= last; }  // remembered by the trainer: it is not saved here
    std::int64_t last;
    mutable std::int64_t seen = 0;
  };
  const json params{{"steps", 20}, {"batch", 8}};
  const std::int64_t last = GENERATE(1, 7, 20, 100);
  const std::int64_t taken = std::min<std::int64_t>(last, 20);
  json short_params = params;
  short_params["steps"] = taken;
  Training whole(short_params), stopped(params);
  Rows expected, rows;
  expected.watch(*whole.trainer);
  rows.watch(*stopped.trainer);
  Until probe(last);
  stopped.observe("until", probe);
  run(*whole.trainer);
  run(*stopped.trainer);
  CHECK(same(stopped.params("field"), whole.params("field")));
  CHECK(same(stopped.params("ema"), whole.params("ema")));
  CHECK(rows.steps.at("train.loss") == expected.steps.at("train.loss"));
  CHECK(at::stack(rows.rows.at("train.loss")).equal(at::stack(expected.rows.at("train.loss"))));
  const auto stopped_at = [](const Training& training) {
    return dynamic_cast<const weir::Output<Tensor>*>(training.trainer->output("stopped_at"))
        ->get()
        .item<std::int64_t>();
  };
  CHECK(stopped_at(stopped) == taken);
  CHECK(stopped.trainer->save().at("step").item<std::int64_t>() == taken);
  CHECK_FALSE(whole.trainer->output("stopped_at")->given());  // no probe looks on
  CHECK_FALSE(stopped.trainer->output("best")->given());

  // Its result, taken by another run, is over; so is a training that was stopped by a signal at that step.
  Training other(params), resumed(params), first(params);
  Until fresh(100), before(last), after(last);
  other.observe("until", fresh);
  REQUIRE(plan(*other.trainer).empty());
  other.trainer->load(stopped.trainer->save());
  QuietRun quiet;
  other.trainer->run(quiet);
  CHECK(same(other.params("field"), whole.params("field")));
  CHECK(stopped_at(other) == taken);
  CHECK(fresh.seen == 0);
  if (taken < 2) return;
  first.observe("until", before);
  resumed.observe("until", after);
  go_on(first, resumed, taken - 1);
  CHECK(same(resumed.params("field"), whole.params("field")));
  CHECK(stopped_at(resumed) == taken);
}

TEST_CASE("probe/early_stopping ends a training after its patience, and the trainer gives what was best",
          "[trainer][probe]") {
  const json patient{{"patience", 3}, {"every", 2}, {"batch", 64}};
  const auto training = [](std::int64_t steps) {
    return std::make_unique<Training>(json{{"steps", steps}, {"batch", 32}}, "optimiser/sgd",
                                      json{{"lr", 0.02}});
  };
  const auto probe_of = [&](double min_delta) {
    json given = patient;
    given["min_delta"] = min_delta;
    return make<weir::Probe>("probe/early_stopping", given, f64, 3, "train.probes.stop");
  };
  const auto steps_of = [](const Training& of) { return of.trainer->save().at("step").item<std::int64_t>(); };

  // The loss begins below 30 and cannot gain 1 more than 30 times, each within 6 steps of the one before.
  const auto slow = training(300);
  const auto probe = probe_of(1);
  slow->observe("stop", *probe);
  Rows rows;
  rows.watch(*probe);
  run(*slow->trainer);
  // The rule by hand, on the losses that it wrote.
  const auto steps = rows.steps.at("train.probes.stop.loss");
  std::int64_t best_at = 0;
  int without = 0;
  double best = 1e300;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    CHECK(steps[i] == 2 * static_cast<std::int64_t>(i + 1));
    CHECK(without < 3);
    const double loss = number(rows.rows.at("train.probes.stop.loss")[i]);
    if (loss < best - 1) {
      best = loss, best_at = steps[i], without = 0;
    } else {
      ++without;
    }
    CHECK(number(rows.rows.at("train.probes.stop.best_step")[i]) == double(best_at));
  }
  CHECK(without == 3);
  CHECK(steps_of(*slow) == steps.back());
  CHECK(steps.back() < 300);
  REQUIRE(best_at > 2);
  // The best parameters are the last of a training of one step less, and their loss is the one that was written.
  const auto to_best = training(best_at - 1);
  run(*to_best->trainer);
  CHECK(same(slow->params("best"), to_best->params("field")));
  weir::Rng rng = weir::Rng(3, "train.probes.stop", f64).at("sample");
  const weir::Sample sample = slow->problem.objective->sample(64, rng);
  CHECK(number(slow->problem.objective->loss(*slow->model, slow->params("best"), sample).rows.mean()) ==
        best);

  // A loss that falls does not end it; one that must fall by more than it can does at once, held-out pairs or not.
  const auto falling = training(10), asking = training(10);
  const auto calm = probe_of(0), strict = probe_of(1e6);
  Problem held_out;
  strict->port("objective")->bind("", *held_out.objective, nullptr);
  falling->observe("stop", *calm);
  asking->observe("stop", *strict);
  run(*falling->trainer);
  run(*asking->trainer);
  CHECK(steps_of(*falling) == 10);
  CHECK(steps_of(*asking) == 2 * (1 + 3));
}

TEST_CASE("A training with early stopping that is stopped after any of its steps goes on to the same bytes",
          "[trainer][probe]") {
  const json params{{"steps", 200}, {"batch", 8}};
  struct Watched : Training {
    explicit Watched(const json& given)
        : Training(given, "optimiser/sgd", {{"lr", 0.02}, {"momentum", 0.5}}),
          probe(make<weir::Probe>("probe/early_stopping",
                                  {{"patience", 4}, {"min_delta", 0.5}, {"batch", 32}}, f64, 3,
                                  "train.probes.stop")) {
      observe("stop", *probe);
      rows.watch(*trainer);
      rows.watch(*probe);
    }
    std::unique_ptr<weir::Probe> probe;
    Rows rows;
  };
  Watched whole(params);
  run(*whole.trainer);
  const auto last = whole.trainer->save().at("step").item<std::int64_t>();
  REQUIRE(last > 4);
  REQUIRE(last < 200);
  for (std::int64_t after = 1; after < last; ++after) {
    INFO(after);
    Watched first(params), second(params);
    go_on(first, second, after);
    CHECK(same(second.params("field"), whole.params("field")));
    CHECK(same(second.params("best"), whole.params("best")));
    for (const char* trace : {"train.loss", "train.probes.stop.loss", "train.probes.stop.best_step"}) {
      std::vector<Tensor> both = first.rows.rows.at(trace);
      for (const Tensor& row : second.rows.rows.at(trace)) both.push_back(row);
      CHECK(at::stack(both).equal(at::stack(whole.rows.rows.at(trace))));
    }
    CHECK(second.trainer->save().size() == whole.trainer->save().size());
    for (const auto& [key, value] : whole.trainer->save()) CHECK(second.trainer->save().at(key).equal(value));
  }
}

TEST_CASE("probe/early_stopping says what it cannot look at", "[trainer][probe]") {
  const auto fault_of = [](weir::Node& probe) {
    Training training(json{{"steps", 5}, {"batch", 8}});
    training.observe("stop", probe);
    const weir::Faults faults = plan(*training.trainer);
    REQUIRE(faults.size() == 1);
    return faults[0].message + "; " + faults[0].remedy;
  };
  const auto rare = make<weir::Probe>("probe/early_stopping", {{"every", 6}}, f64, 3, "train.probes.stop");
  CHECK(fault_of(*rare) == "probe 'train.probes.stop' looks at every 6th step of 5: never; lower its every");
  GivenPairs line(at::zeros({4, 1}, f64), at::ones({4, 1}, f64));
  const auto apart = make<weir::Objective>("objective/flow_matching");
  Problem problem;
  bind(*apart, "coupling", line);
  bind(*apart, "interpolant", *problem.path.interpolant);
  bind(*apart, "time", *problem.time);
  const auto probe = make<weir::Probe>("probe/early_stopping", json::object(), f64, 3, "train.probes.stop");
  bind(*probe, "objective", *apart);
  CHECK(fault_of(*probe) ==
        "the held-out pairs of probe 'train.probes.stop' are not of the shape of the training's, or come "
        "with other labels; take "
        "both from one set");
}

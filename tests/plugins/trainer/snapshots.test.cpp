// tests/plugins/trainer/snapshots.test.cpp -- a training after some of its steps, against trainings of so many.
#include "training.hpp"

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Params;
using weir::Tensor;

std::unique_ptr<Training> training(std::int64_t steps, const json& more = json::object()) {
  json params{{"steps", steps}, {"batch", 8}, {"ema_decay", 0.9}};
  params.update(more);
  return std::make_unique<Training>(params, "optimiser/adam", json::object());
}

const json three{{"snapshots", {0, 5, 12}}};

// trainer/snapshot of a training that is planned.
std::unique_ptr<weir::Trainer> after(std::int64_t step, const Training& of) {
  auto at = make<weir::Trainer>("trainer/snapshot", {{"step", step}}, f64, 8, "at");
  bind(*at, "history", *of.trainer, "history");
  return at;
}

Params params_of(const weir::Trainer& trainer, const std::string& output) {
  weir::Rng unused(0, "", f64);
  return dynamic_cast<const weir::Output<weir::Field>&>(*trainer.output(output)).get()->init({2}, unused);
}

// The last and averaged parameters after 5 and 12 of its steps, from trainings of so many, and before the first.
void check(const Training& of) {
  for (const std::int64_t step : {5, 12}) {
    INFO(step);
    const auto shorter = training(step);
    run(*shorter->trainer);
    const auto at = after(step, of);
    run(*at);
    CHECK(same(params_of(*at, "field"), shorter->params("field")));
    CHECK(same(params_of(*at, "ema"), shorter->params("ema")));
    CHECK_FALSE(at->output("network")->given());
  }
  weir::Rng init = weir::Rng(3, "train", f64).at("init");
  const auto at = after(0, of);
  run(*at);
  CHECK(same(params_of(*at, "field"), of.model->init(weir::Shape{2}, init)));
}

struct Until final : weir::Probe {
  explicit Until(std::int64_t step) : last(step) {}
  void plan_for(const weir::Training&, weir::Plan&) override {}
  void observe(const weir::TrainingStep& step) const override { seen = step.step; }
  bool enough() const override { return seen >= last; }
  std::int64_t last;
  mutable std::int64_t seen = 0;
};

}  // namespace

TEST_CASE("A snapshot is a training of so many steps, in the history and in the record",
          "[trainer][snapshot]") {
  const auto whole = training(12, three), without = training(12);
  Rows rows;
  rows.watch(*whole->trainer);
  run(*whole->trainer);
  run(*without->trainer);
  CHECK(same(whole->params("field"), without->params("field")));
  check(*whole);
  const auto five = training(5);
  run(*five->trainer);
  for (const auto& [name, value] : five->params("field").tensors()) {
    const Tensor recorded = rows.values.at("train.snapshots/" + name);
    CHECK(recorded.size(0) == 3);
    CHECK(recorded[1].equal(value));
    CHECK(recorded[2].equal(whole->params("field")[name]));
    CHECK(rows.values.at("train.ema_snapshots/" + name)[1].equal(five->params("ema")[name]));
  }
  CHECK(rows.values.at("train.snapshot_steps").equal(at::tensor({0.0, 5.0, 12.0}, f64)));

  // From what is recorded the history is given back without a training.
  weir::State recorded;
  for (const auto& [path, value] : rows.values) recorded[path.substr(std::string("train.").size())] = value;
  const auto again = training(12, three);
  REQUIRE(plan(*again->trainer).empty());
  REQUIRE(again->trainer->restore(recorded));
  check(*again);
  recorded.erase("snapshot_steps");
  CHECK_FALSE(again->trainer->restore(recorded));
}

TEST_CASE("Snapshots of a training that is stopped after any of its steps are kept", "[trainer][snapshot]") {
  const auto whole = training(12, three);
  Rows expected;
  expected.watch(*whole->trainer);
  run(*whole->trainer);
  for (std::int64_t stop = 1; stop < 12; ++stop) {
    INFO(stop);
    const auto first = training(12, three), second = training(12, three);
    Rows rows;
    rows.watch(*second->trainer);
    go_on(*first, *second, stop);
    const weir::State end = whole->trainer->save(), last = second->trainer->save();
    CHECK(last.size() == end.size());
    for (const auto& [key, value] : end) CHECK(last.at(key).equal(value));
    for (const auto& [path, value] : expected.values) CHECK(rows.values.at(path).equal(value));
  }
  // Its result, taken whole by another run of a sweep, has them too.
  const auto other = training(12, three);
  REQUIRE(plan(*other->trainer).empty());
  other->trainer->load(whole->trainer->save());
  QuietRun quiet;
  other->trainer->run(quiet);
  check(*other);
}

TEST_CASE("Snapshots of every few steps are those of a list of them", "[trainer][snapshot]") {
  const auto listed = training(12, {{"snapshots", {5, 10}}}), every = training(12, {{"snapshot_every", 5}});
  Rows expected, rows;
  expected.watch(*listed->trainer);
  rows.watch(*every->trainer);
  run(*listed->trainer);
  run(*every->trainer);
  CHECK(expected.values.contains("train.snapshots/theta"));
  CHECK(rows.values.size() == expected.values.size());
  for (const auto& [path, value] : expected.values) CHECK(rows.values.at(path).equal(value));
}

TEST_CASE("A snapshot that a training ends before is no number, and cannot be followed",
          "[trainer][snapshot]") {
  const auto ended = training(12, {{"snapshots", {5, 9}}});
  Until probe(7);
  ended->observe("until", probe);
  Rows rows;
  rows.watch(*ended->trainer);
  run(*ended->trainer);
  CHECK(rows.values.at("train.snapshot_steps").equal(at::tensor({5.0, -1.0}, f64)));
  CHECK(rows.values.at("train.snapshots/theta")[1].isnan().all().item<bool>());
  CHECK_FALSE(rows.values.at("train.snapshots/theta")[0].isnan().any().item<bool>());
  const auto at = after(9, *ended);
  CHECK_THROWS_WITH(run(*at), "there is no snapshot after step 9: the training ended before");
}

TEST_CASE("A training that goes on from another has snapshots of its own steps", "[trainer][snapshot]") {
  const auto more = [](const json& snapshots, const Training& from) {
    auto next = training(4, snapshots);
    next->trainer->set({.path = "more", .seed = 77, .options = f64, .places = {}});
    bind(*next->trainer, "from", *from.trainer);
    return next;
  };
  const auto first = training(8), whole = training(10);
  run(*first->trainer);
  run(*whole->trainer);
  const auto next = more({{"snapshots", {8, 10}}}, *first), early = more({{"snapshots", {3}}}, *first);
  run(*next->trainer);
  for (const auto& [step, same_as] : {std::pair(8, first.get()), std::pair(10, whole.get())}) {
    const auto at = after(step, *next);
    run(*at);
    CHECK(same(params_of(*at, "field"), same_as->params("field")));
  }
  CHECK_THROWS_WITH(run(*early->trainer), "snapshots has step 3, and this training goes from step 8 to 12");
}

TEST_CASE("Snapshots that a training cannot have are said at plan", "[trainer][snapshot]") {
  const auto fault_of = [](const json& steps) {
    const auto of = training(12, {{"snapshots", steps}});
    const weir::Faults faults = plan(*of->trainer);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].place.file == "snapshots");
    return faults[0].message;
  };
  CHECK(fault_of(json::array({2, 2.5})) == "steps are whole numbers, and 2.5 is none");
  CHECK(fault_of(json::array({5, 5})) == "the steps must ascend, and 5 is followed by 5");
  CHECK(fault_of(json::array({5, 13})) == "snapshots has step 13, and the training 12 steps");
  CHECK(fault_of(json::array()) == "there is no step in the list");
  const auto every = [](const json& params, const Training* from) {
    const auto of = training(12, params);
    if (from != nullptr) bind(*of->trainer, "from", *from->trainer);
    const weir::Faults faults = plan(*of->trainer);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].place.file == "snapshot_every");
    return faults[0].message;
  };
  CHECK(every({{"snapshot_every", 13}}, nullptr) ==
        "the training has 12 steps, and none is a multiple of 13");
  CHECK(every({{"snapshot_every", 4}, {"snapshots", {3}}}, nullptr) == "the steps are given one by one");
  CHECK(every({{"snapshot_every", 4}}, training(8).get()) == "where this training ends is not known yet");
  const auto of = training(12, three);
  REQUIRE(plan(*of->trainer).empty());
  const weir::Faults faults = plan(*after(4, *of));
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].place.file == "step");
  CHECK(faults[0].message == "there is no snapshot after step 4; there are those after 0, 5, 12");
}

// tests/plugins/trainer/recorded.test.cpp -- trainings that go on from a record, against one training of all their steps.
#include <limits>

#include "record.hpp"
#include "training.hpp"

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

struct Rule {
  std::string id;
  json params;
};
const Rule adam{"optimiser/adam", json::object()}, plain{"optimiser/sgd", {{"lr", 0.02}}};

// A training that has run and keeps its memory, or does not, in a record; and the trainer that stands for it.
struct Kept {
  explicit Kept(const Rule& rule, const json& given = {{"keep_memory", true}},
                const std::string& model = "field/affine", const json& of_model = json::object()) {
    json params{{"steps", 10}, {"batch", 8}, {"ema_decay", 0.9}};
    params.update(given);
    Training training(params, rule.id, rule.params, model, of_model);
    rows.watch(*training.trainer);
    run(*training.trainer);
    json written = of_model;
    for (const weir::AnyParam* param : training.model->params()) written[param->name()] = param->json();
    write_training(file(), *training.trainer, rows, json{{"plugin", model}, {"params", written}});
  }
  std::string file() const { return scratch / "out.h5"; }
  std::unique_ptr<weir::Trainer> trainer(const std::string& node = "train",
                                         const at::TensorOptions& options = f64) const {
    return make<weir::Trainer>("trainer/recorded", {{"file", file()}, {"node", node}}, options, 99, "was");
  }

  Scratch scratch;
  Rows rows;
};

std::string text_of(const weir::Faults& faults) {
  REQUIRE(faults.size() == 1);
  return faults[0].place.file + ": " + faults[0].message + "; " + faults[0].remedy;
}

}  // namespace

TEST_CASE("A training goes on from the record of another, to the bytes of one of all the steps",
          "[trainer]") {
  const Rule rule =
      GENERATE(values<Rule>({adam, plain, {"optimiser/sgd", {{"lr", 0.02}, {"momentum", 0.9}}}}));
  const Kept kept(rule);
  const auto was = kept.trainer();
  Training whole({{"steps", 24}, {"batch", 8}, {"ema_decay", 0.9}}, rule.id, rule.params),
      more({{"steps", 14}, {"batch", 8}, {"ema_decay", 0.9}}, rule.id, rule.params);
  more.trainer->set({.path = "more", .seed = 77, .options = f64, .places = {}});
  bind(*more.trainer, "from", *was);
  REQUIRE(plan(*was).empty());
  REQUIRE(plan(*more.trainer).empty());
  QuietRun quiet;
  was->run(quiet);
  more.trainer->run(quiet);
  run(*whole.trainer);
  const weir::State end = whole.trainer->save(), last = more.trainer->save();
  CHECK(last.size() == end.size());
  for (const auto& [key, value] : end) {
    INFO(key);
    CHECK(last.at(key).equal(value));
  }
  CHECK(same(more.params("ema"), whole.params("ema")));
}

TEST_CASE("What a record keeps of a training that goes on from another is of all its steps", "[trainer]") {
  const Kept first(adam);
  const auto was = first.trainer();
  const json eight{{"steps", 8}, {"batch", 8}, {"ema_decay", 0.9}, {"keep_memory", true}};
  Training more(eight, adam.id, adam.params);
  more.trainer->set({.path = "more", .seed = 77, .options = f64, .places = {}});
  bind(*more.trainer, "from", *was);
  Rows rows;
  rows.watch(*more.trainer);
  run(*was);
  run(*more.trainer);
  const Scratch scratch;
  write_training(scratch / "more.h5", *more.trainer, rows);
  const auto then = make<weir::Trainer>(
      "trainer/recorded", {{"file", (scratch / "more.h5").string()}, {"node", "more"}}, f64, 5, "then");
  run(*then);
  CHECK(then->fitted().at("step").item<std::int64_t>() == 18);
  CHECK(then->stream().key() == weir::Rng(3, "train", f64).key());  // of the first of the three
}

TEST_CASE("What no training can go on from in a record is said at plan", "[trainer]") {
  const std::string alone = "model: {plugin: field/recorded, ...} starts from its parameters alone";
  const Kept kept(adam), forgetful(adam, json::object());
  const std::string file = "'" + kept.file() + "'";
  CHECK(text_of(plan(*forgetful.trainer())) == "node: '" + forgetful.file() +
                                                   "' does not hold all that 'train' ended with, so that no "
                                                   "training can go on from it; run it again with "
                                                   "keep_memory: true at that node; " +
                                                   alone);
  CHECK(text_of(plan(*kept.trainer("pairs"))) ==
        "node: " + file + " holds no parameters of a node 'pairs'; it holds those of train");
  CHECK(text_of(plan(*kept.trainer("train", f32))) ==
        "file: " + file +
            " holds 'train' in float64, and this pipeline computes in float32; write dtype: float64; " +
            alone);
  const auto fault_of = [](const Kept& of, Training& next) {
    const auto was = of.trainer();
    REQUIRE(plan(*was).empty());
    bind(*next.trainer, "from", *was);
    return text_of(plan(*next.trainer));
  };
  const json params{{"steps", 3}, {"batch", 8}};
  Training other(params, plain.id, plain.params);
  CHECK_THAT(
      fault_of(kept, other),
      Catch::StartsWith("from: 'was' keeps memory/") &&
          Catch::EndsWith(", of which this training knows nothing; take the optimiser of that training"));
  const json narrow{{"width", 4}, {"depth", 1}};
  const Kept silu(plain, {{"keep_memory", true}}, "field/mlp", narrow);
  Training tanh(params, plain.id, plain.params, "field/mlp",
                {{"width", 4}, {"depth", 1}, {"activation", "tanh"}});
  CHECK_THAT(fault_of(silu, tanh),
             Catch::StartsWith(
                 "model: the model of 'train' in '" + silu.file() +
                 "' has activation: \"silu\", and this one \"tanh\"; there it is {plugin: field/mlp, "));
  Training equal(params, plain.id, plain.params, "field/mlp", narrow);
  const auto was = silu.trainer();
  REQUIRE(plan(*was).empty());
  bind(*equal.trainer, "from", *was);
  CHECK(plan(*equal.trainer).empty());
}

TEST_CASE("A training that has not finished is none to go on from", "[trainer]") {
  Training training(json{{"steps", 3}, {"batch", 8}, {"keep_memory", true}});
  Rows rows;
  rows.watch(*training.trainer);
  run(*training.trainer);
  const Scratch scratch;
  const std::string file = scratch / "out.h5";
  const auto was = make<weir::Trainer>("trainer/recorded", {{"file", file}, {"node", "train"}});
  const Tensor steps = rows.values.at("train.stopped_at");
  rows.values["train.stopped_at"] = at::zeros({}, f64);
  write_training(file, *training.trainer, rows);
  CHECK_THROWS_WITH(run(*was),
                    "training 'train' of '" + file + "' has not finished: weir run goes on with it");
  rows.values["train.stopped_at"] = steps;
  rows.values["train.params/theta"].fill_(std::numeric_limits<double>::quiet_NaN());
  write_training(file, *training.trainer, rows);
  CHECK_THROWS_WITH(run(*was), "/nodes/train/params/theta of '" + file +
                                   "' is not written: a trainer's parameters are when it has finished");
}

TEST_CASE("A training that is not asked to keeps no memory", "[trainer]") {
  Training training({{"steps", 3}, {"batch", 8}}, adam.id, adam.params);
  run(*training.trainer);
  for (const char* output :
       {"memory", "stopped_at", "snapshots", "ema_snapshots", "snapshot_steps", "history"})
    CHECK_FALSE(training.trainer->output(output)->given());
}

// tests/cli/stopping.test.cpp -- trainings that end early or go on from others: run, stopped, replayed, shared in a sweep.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <weir/front/plugins/digest.hpp>

#include "trainings.hpp"

using Catch::Contains;

namespace {

using namespace trainings;

const std::string more_training =
    "  more:     {plugin: trainer/gradient, from: train, objective: task, model: {plugin: field/mlp, width: "
    "8, depth: 1}, "
    "optimiser: {plugin: adam, lr: 0.01}, batch: 16, steps: 25}\n";

// A gain of less than 1000 in 3 looks, each 4th step, ends it with step 16; its best parameters are those before step 4.
const std::string impatient =
    ", probes: {stop: {plugin: early_stopping, patience: 3, every: 4, min_delta: 1000, batch: 32}}";

}  // namespace

TEST_CASE("A training that a probe ends is recorded, replayed and followed as one of so many steps",
          "[slow]") {
  const ScratchFolder scratch;
  const Answer answer = run(scratch, "early", train(500, impatient) + flow("train.best"));
  INFO(answer.err);
  REQUIRE(answer.exit == 0);
  REQUIRE(run(scratch, "short", train(16) + flow("train.field")).exit == 0);
  REQUIRE(run(scratch, "three", train(3) + flow("train.field")).exit == 0);
  const auto early = numbers(scratch.path() / "early.h5", "/nodes/train"),
             whole = numbers(scratch.path() / "short.h5", "/nodes/train"),
             three = numbers(scratch.path() / "three.h5", "/nodes/train");
  for (const auto& [path, bytes] : whole) {
    INFO(path);
    CHECK((early.contains(path) && early.at(path) == bytes));
  }
  for (const auto& [path, bytes] : three) {
    if (!path.starts_with("/params/") || path.find("axis") != std::string::npos) continue;
    INFO(path);
    CHECK(early.at("/best_params/" + path.substr(8)) == bytes);
  }
  CHECK(numbers(scratch.path() / "early.h5", "/nodes/flow") ==
        numbers(scratch.path() / "three.h5", "/nodes/flow"));
  const weir::Reader record(scratch.path() / "early.h5");
  CHECK(*record.read("/nodes/train/stopped_at").data<std::int64_t>() == 16);
  CHECK(record.shape("/nodes/train/probes/stop/loss/value") == std::vector<std::int64_t>{4});
  for (const char* node : {"train", "flow"}) {
    const Answer again =
        weir_program(scratch.path(), std::string("replay early.h5 --progress none --node ") + node);
    INFO(node << again.out << again.err);
    CHECK(again.exit == 0);
    CHECK(again.err == "");
    CHECK_THAT(again.out, Contains(" equal, 0 different\n"));
  }
}

TEST_CASE("The best field of a training that keeps none is a fault, with both places") {
  const ScratchFolder scratch;
  const Answer answer = run(scratch, "none", train(20) + flow("train.best"));
  CHECK(answer.exit == 2);
  CHECK_THAT(
      answer.err,
      Contains("field needs train.best (the field with the best parameters, where a probe keeps them, as "
               "early_stopping does), which train does not give as it is set"));
  CHECK_THAT(answer.err, Contains("none.yaml:8"));
}

TEST_CASE("A training that goes on from another in a pipeline has the bytes of one, and is replayed") {
  const ScratchFolder scratch;
  REQUIRE(run(scratch, "parts", train(15) + more_training + flow("more.field")).exit == 0);
  REQUIRE(run(scratch, "whole", train(40) + flow("train.field")).exit == 0);
  const auto parts = numbers(scratch.path() / "parts.h5", "/nodes/more"),
             whole = numbers(scratch.path() / "whole.h5", "/nodes/train");
  for (const auto& [path, bytes] : whole) {
    INFO(path);
    if (path.starts_with("/loss/")) continue;  // of the last 25 steps
    CHECK((parts.contains(path) && parts.at(path) == bytes));
  }
  CHECK(numbers(scratch.path() / "parts.h5", "/nodes/flow") ==
        numbers(scratch.path() / "whole.h5", "/nodes/flow"));
  CHECK(weir::Reader(scratch.path() / "parts.h5").shape("/nodes/more/loss/value") ==
        std::vector<std::int64_t>{25});
  const Answer more = weir_program(scratch.path(), "replay parts.h5 --node more");
  CHECK(more.exit == 0);
  CHECK_THAT(more.out, Contains(" equal, 0 different\n"));
  CHECK_THAT(more.err, Contains("'train' is run again: the record does not give back what it made"));
  const Answer flown = weir_program(scratch.path(), "replay parts.h5 --node flow");
  CHECK(flown.exit == 0);
  CHECK_THAT(flown.err, !Contains("is run again"));  // the last parameters suffice
}

TEST_CASE("Runs of a sweep share trainings that end early, and those that go on from others") {
  const ScratchFolder scratch;
  const std::string nodes = train(500, impatient) + more_training + flow("train.best") +
                            "  on: {plugin: integrator/euler, "
                            "field: more.field, start: pairs.x0, steps: 2}\n";
  REQUIRE(run(scratch, "alone", nodes).exit == 0);
  scratch.write("swept.yaml",
                "name: swept" + beginning + nodes + "sweep:\n  steps: {set: on.steps, values: [2, 3]}\n");
  const Answer answer = weir_program(scratch.path(), "run swept.yaml --progress none");
  INFO(answer.err);
  REQUIRE(answer.exit == 0);
  for (const char* name : {"steps=2", "steps=3"})
    for (const char* node : {"/nodes/train", "/nodes/more", "/nodes/flow"})
      CHECK(numbers(scratch.path() / "swept/runs" / (std::string(name) + ".h5"), node) ==
            numbers(scratch.path() / "alone.h5", node));
}

TEST_CASE("A trained field is taken from its record to another pipeline, and refused where it does not fit") {
  const ScratchFolder scratch;
  REQUIRE(run(scratch, "first", train(500, impatient) + flow("train.best")).exit == 0);
  const auto later = [&](const std::string& name, const std::string& keys,
                         const std::string& model = "width: 8, depth: 1") {
    return run(
        scratch, name,
        "  net:      {plugin: field/recorded, file: first.h5, node: train, model: {plugin: field/mlp, " +
            model + "}" + keys + "}\n" + flow("net"));
  };
  const Answer answer = later("later", ", which: best");
  INFO(answer.err);
  REQUIRE(answer.exit == 0);
  CHECK(numbers(scratch.path() / "later.h5", "/nodes/flow") ==
        numbers(scratch.path() / "first.h5", "/nodes/flow"));
  CHECK_THAT(weir::Reader(scratch.path() / "later.h5").text("/pipeline/resolved_json"),
             Contains("first.h5\":\"" + weir::file_sha256(scratch.path() / "first.h5")));
  const Answer again = weir_program(scratch.path(), "replay later.h5 --progress none --node flow");
  CHECK(again.exit == 0);
  CHECK_THAT(again.out, Contains(" equal, 0 different\n"));
  const Answer other = later("other", "", "width: 8, depth: 1, activation: tanh");
  CHECK(other.exit == 2);
  CHECK_THAT(other.err, Contains("has activation: \"silu\", and this one \"tanh\"") &&
                            Contains("there it is {plugin: field/mlp, ") && Contains("other.yaml:7"));
}

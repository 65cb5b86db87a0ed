// tests/cli/history.test.cpp -- trainings that go on from a record, and what they were on their way: run, swept, replayed.
#include <catch2/catch.hpp>

#include "trainings.hpp"

using Catch::Contains;

namespace {

using namespace trainings;

std::string more_of(const std::string& node, const std::string& file, const std::string& training, int steps,
                    const std::string& more = "") {
  std::string taught = train(steps, ", from: was" + more);
  taught.replace(taught.find("train:"), 6, node + ":");
  return "  was:      {plugin: trainer/recorded, file: " + file + ", node: " + training + "}\n" + taught;
}

std::string seen_at(int step) {
  return "  at:       {plugin: trainer/snapshot, history: train.history, step: " + std::to_string(step) +
         "}\n";
}

}  // namespace

TEST_CASE("A training that goes on from the record of another run has the bytes of one, and is replayed",
          "[slow]") {
  const ScratchFolder scratch;
  REQUIRE(run(scratch, "first", train(15, ", keep_memory: true")).exit == 0);
  const Answer second =
      run(scratch, "second", more_of("more", "first.h5", "train", 10, ", keep_memory: true"));
  INFO(second.err);
  REQUIRE(second.exit == 0);
  REQUIRE(run(scratch, "third", more_of("end", "second.h5", "more", 15) + flow("end.field")).exit == 0);
  REQUIRE(run(scratch, "whole", train(40) + flow("train.field")).exit == 0);
  const auto parts = numbers(scratch.path() / "third.h5", "/nodes/end"),
             whole = numbers(scratch.path() / "whole.h5", "/nodes/train");
  for (const auto& [path, bytes] : whole) {
    INFO(path);
    if (path.starts_with("/loss/")) continue;  // of the last 15 steps
    CHECK((parts.contains(path) && parts.at(path) == bytes));
  }
  CHECK(numbers(scratch.path() / "third.h5", "/nodes/flow") ==
        numbers(scratch.path() / "whole.h5", "/nodes/flow"));
  const Answer again = weir_program(scratch.path(), "replay third.h5 --progress none --node end");
  INFO(again.err);
  CHECK(again.exit == 0);
  CHECK_THAT(again.out, Contains(" equal, 0 different\n"));

  // What is asked for more is all that there is more.
  REQUIRE(run(scratch, "plain", train(15)).exit == 0);
  const auto plain = numbers(scratch.path() / "plain.h5", "/nodes/train"),
             kept = numbers(scratch.path() / "first.h5", "/nodes/train");
  CHECK(kept.contains("/stopped_at"));
  for (const auto& [path, bytes] : plain) {
    INFO(path);
    CHECK((kept.contains(path) && kept.at(path) == bytes));
  }
  const Answer none = run(scratch, "none", more_of("more", "plain.h5", "train", 10));
  CHECK(none.exit == 2);
  CHECK_THAT(none.err, Contains("plain.h5' does not hold all that 'train' ended with") &&
                           Contains("run it again with keep_memory: true at that node"));
}

TEST_CASE("A sweep over snapshots follows each, as the field of a training of so many steps", "[slow]") {
  const ScratchFolder scratch;
  const std::string snapshots = train(30, ", snapshots: [0, 7, 30]");
  scratch.write("swept.yaml", "name: swept" + beginning + snapshots + seen_at(7) + flow("at.field") +
                                  "sweep:\n  step: {set: at.step, values: [0, 7, 30]}\n");
  const Answer answer = weir_program(scratch.path(), "run swept.yaml --progress none");
  INFO(answer.err);
  REQUIRE(answer.exit == 0);
  const auto flow_of = [&](const std::string& file) { return numbers(scratch.path() / file, "/nodes/flow"); };
  for (const int steps : {7, 30}) {
    REQUIRE(run(scratch, "alone", train(steps) + flow("train.field"), " --force").exit == 0);
    CHECK(flow_of("swept/runs/step=" + std::to_string(steps) + ".h5") == flow_of("alone.h5"));
  }
  CHECK(flow_of("swept/runs/step=0.h5") != flow_of("swept/runs/step=7.h5"));

  // Afterwards too, from the record, and in a replay of it.
  const std::string model = "model: {plugin: field/mlp, width: 8, depth: 1}";
  REQUIRE(run(scratch, "later",
              "  then:     {plugin: field/recorded, file: swept/runs/step=30.h5, node: train, step: 7, " +
                  model + "}\n" + flow("then"))
              .exit == 0);
  CHECK(flow_of("later.h5") == flow_of("swept/runs/step=7.h5"));
  const Answer again =
      weir_program(scratch.path(), "replay swept/runs/step=7.h5 --progress none --node flow");
  INFO(again.err);
  CHECK(again.exit == 0);
  CHECK_THAT(again.out, Contains(" equal, 0 different\n"));
  CHECK_THAT(again.err, !Contains("is run again"));  // the recorded snapshots suffice
}

TEST_CASE("A history that a training does not keep is a fault, with both places") {
  const ScratchFolder scratch;
  const Answer answer = run(scratch, "none", train(20) + seen_at(7) + flow("at.field"));
  CHECK(answer.exit == 2);
  CHECK_THAT(answer.err,
             Contains("history needs train.history (the training after those steps: trainer/snapshot "
                      "gives one of them), which train does not give as it is set"));
  CHECK_THAT(answer.err, Contains("none.yaml:8"));
}

TEST_CASE("A classifier judges in another run, from its record, as it did in its own") {
  const ScratchFolder scratch;
  const std::string judged = R"(
seed: 7
nodes:
  points:   {plugin: source/mixture, set: eight_gaussians, labelled: true}
  base:     {plugin: source/gaussian, dim: 2}
  asked:    {plugin: coupling/independent, source: base, target: points, draw: {fixed: 64}}
  task:     {plugin: objective/classification, data: points, network: {plugin: network/mlp, width: 8, depth: 1}}
)";
  const auto answer_of = [&](const std::string& name, const std::string& nodes) {
    scratch.write(name + ".yaml", "name: " + name + judged + nodes);
    return weir_program(scratch.path(), "run " + name + ".yaml -o " + name + ".h5 --progress none");
  };
  const auto score = [](const std::string& network) {
    return "  score:    {plugin: metric/accuracy, network: " + network +
           ", x: asked.x1, label: asked.label}\n";
  };
  const std::string judge =
      "  judge:    {plugin: network/recorded, file: first.h5, node: train, objective: task";
  const Answer first = answer_of("first",
                                 "  train:    {plugin: trainer/gradient, objective: task, optimiser: "
                                 "{plugin: adam, lr: 0.05}, steps: 60, batch: 32}\n" +
                                     score("train.network_ema"));
  INFO(first.err);
  REQUIRE(first.exit == 0);
  const Answer later = answer_of("later", judge + ", which: ema}\n" + score("judge"));
  INFO(later.err);
  REQUIRE(later.exit == 0);
  CHECK(numbers(scratch.path() / "later.h5", "/nodes/score") ==
        numbers(scratch.path() / "first.h5", "/nodes/score"));
  const Answer last = answer_of("last", judge + "}\n" + score("judge"));
  REQUIRE(last.exit == 0);
  CHECK(numbers(scratch.path() / "last.h5", "/nodes/score") !=
        numbers(scratch.path() / "first.h5", "/nodes/score"));
  const Answer best = answer_of("best", judge + ", which: best}\n" + score("judge"));
  CHECK(best.exit == 2);
  CHECK_THAT(best.err, Contains("holds no best_params/* of 'train'; it holds ema_params, params"));
}

TEST_CASE("A network that is not the recorded one is a fault with the recorded one") {
  const ScratchFolder scratch;
  const auto answer_of = [&](const std::string& name, const std::string& activation,
                             const std::string& nodes) {
    scratch.write(name + ".yaml", "name: " + name + R"(
nodes:
  points:   {plugin: source/mixture, set: eight_gaussians, labelled: true}
  task:     {plugin: objective/classification, data: points, network: {plugin: network/mlp, width: 8, activation: )" +
                                      activation + "}}\n" + nodes);
    return weir_program(scratch.path(), "run " + name + ".yaml -o " + name + ".h5 --progress none");
  };
  REQUIRE(answer_of("first", "silu", "  train:    {plugin: trainer/gradient, objective: task, steps: 3}\n")
              .exit == 0);
  const Answer other =
      answer_of("other", "tanh",
                "  judge:    {plugin: network/recorded, file: first.h5, node: train, objective: task}\n");
  CHECK(other.exit == 2);
  CHECK_THAT(other.err, Contains("the network of 'train' in ") &&
                            Contains("has activation: \"silu\", and this one \"tanh\"") &&
                            Contains("there it is {plugin: network/mlp, "));
}

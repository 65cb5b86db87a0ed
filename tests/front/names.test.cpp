// tests/front/names.test.cpp -- names of nodes, parts of nodes, blocks and axes never meet.
#include <catch2/catch.hpp>

#include "laboratory.hpp"

using Catch::Contains;

namespace {

std::string with_node(const std::string& name) {
  return std::string(laboratory::rotation)
      .insert(std::string(laboratory::rotation).find("  base:"),
              "  " + name + ": {plugin: source/gaussian, dim: 2}\n");
}

}  // namespace

TEST_CASE("no node has the name of a part of another, whatever the part is", "[front][names]") {
  // inline, of a default plugin, in a map port, an output, a parameter, a port, a key of every node, nothing; and deeper
  for (const std::string part : {"model", "optimiser", "probes", "probes.variance", "loss", "steps",
                                 "objective", "seed", "plugin", "other", "model.x.y", "1"}) {
    INFO(part);
    const std::string said = laboratory::faults_of(with_node("train." + part));
    CHECK_THAT(said, Contains("error[W307]: 'train." + part + "' is the name of a part of node 'train'") &&
                         Contains("name it train_"));
    CHECK_THAT(said, Contains("1 error"));
  }
  CHECK(laboratory::faults_of(with_node("trainer.model")) == "");
  CHECK(laboratory::faults_of(with_node("trainer.2.model")) == "");
}

TEST_CASE("a name that is proposed is free", "[front][names]") {
  std::string twice = with_node("train.model");
  twice.insert(twice.find("  base:"), "  train_model: {plugin: source/gaussian, dim: 2}\n");
  CHECK_THAT(laboratory::faults_of(twice), Contains("name it train_model_\n"));
}

TEST_CASE("a resolved pipeline of blocks keeps its names", "[front][names]") {
  const std::string blocks =
      "blocks:\n  b:\n    nodes:\n      p: {plugin: source/gaussian, dim: 2}\n      q: {plugin: "
      "coupling/independent, source: p, target: p, draw: {fixed: 8}}\nnodes:\n  loop: {use: b, repeat: 2}\n  "
      "one: {use: b}\n";
  const weir::Graph graph = laboratory::graph_of(blocks);
  CHECK(graph.node("loop.2.p"));
  CHECK(graph.node("one.q"));
  CHECK(laboratory::faults_of(weir::resolved_yaml(graph)) == "");
}

TEST_CASE("an axis is no column that every table has, and one named seed sets seeds", "[front][names]") {
  const auto with_axis = [](const std::string& name, const std::string& axis) {
    std::string text = laboratory::rotation;
    return text.insert(text.find("  sigma: {set"), "  " + name + ": " + axis + "\n");
  };
  for (const std::string name : {"run", "file", "status"})
    CHECK_THAT(laboratory::faults_of(with_axis(name, "{set: train.steps, values: [1, 2]}")),
               Contains("error[W122]: every table of a sweep has a column '" + name + "'") &&
                   Contains("name it " + name + "_axis"));
  std::string without = laboratory::rotation;
  const auto seed = without.find("  seed:");
  without.erase(seed, without.find('\n', seed) + 1 - seed);
  const auto named_seed = [&](const std::string& axis) {
    std::string text = without;
    return text.insert(text.find("  sigma: {set"), "  seed: " + axis + "\n");
  };
  CHECK_THAT(
      laboratory::faults_of(named_seed("{set: train.steps, values: [1, 2]}")),
      Contains("error[W122]: every table of a sweep has a column 'seed', and this axis sets 'train.steps'"));
  CHECK_THAT(laboratory::faults_of(named_seed("{cases: {a: {seed: 1}, b: {seed: 2, train.steps: 5}}}")),
             Contains("sets 'train.steps'"));
  CHECK(laboratory::faults_of(named_seed("{set: seed, values: [3, 5]}")) == "");
}

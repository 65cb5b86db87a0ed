// tests/front/blocks.test.cpp -- nodes that are written once and used several times.
#include <catch2/catch.hpp>

#include "laboratory.hpp"

namespace {

const std::string block = R"(
blocks:
  reflow:
    inputs: [pairs]
    nodes:
      task:  {plugin: objective/flow_matching, coupling: pairs}
      train: {plugin: trainer/gradient, objective: task, model: {plugin: mlp}, steps: 100, probes: {v: {plugin: gradient_variance}}}
      flow:  {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 9}
      next:  {plugin: coupling/given, points: flow.end}
    outputs: {pairs: next, field: train.ema, ends: flow.end}
)";
const std::string ends = R"(
  base:   {plugin: source/gaussian, dim: 2}
  first:  {plugin: coupling/affine, source: base, draw: {fixed: 16}}
  recall: {plugin: metric/memorisation, generated: loop.ends, pairs: first}
)";

std::string with(const std::string& use, const std::string& rest = "") {
  return block + "nodes:\n  loop: " + use + ends + rest;
}

std::string end(const weir::Graph& graph, const std::string& node, const std::string& port) {
  const weir::Link& link = graph.node(node)->ports.at(port).at(0).second;
  return link.output.empty() ? link.node : link.node + "." + link.output;
}

}  // namespace

TEST_CASE("A block is written out once for each round, and what has one name in and out is carried on",
          "[front][blocks]") {
  const weir::Graph graph = laboratory::graph_of(with("{use: reflow, repeat: 3, pairs: first}"));
  CHECK(graph.nodes.size() ==
        3 + 3 * (4 + 6));  // linear, zero, uniform, mlp, adam and the probe stand inline
  CHECK(end(graph, "loop.1.task", "coupling") == "first");
  CHECK(end(graph, "loop.1.flow", "start") == "first.x0");
  CHECK(end(graph, "loop.2.task", "coupling") == "loop.1.next");
  CHECK(end(graph, "loop.3.flow", "start") == "loop.2.next.x0");
  CHECK(end(graph, "loop.3.flow", "field") == "loop.3.train.field");
  CHECK(end(graph, "recall", "generated") == "loop.3.flow.end");
  CHECK(graph.node("loop.2.train.probes.v")->plugin == "probe/gradient_variance");
  // Written out, it is the same pipeline.
  CHECK(weir::resolved_yaml(laboratory::graph_of(weir::resolved_yaml(graph))) == weir::resolved_yaml(graph));
}

TEST_CASE("A bare word in a block is one of its nodes or inputs, else a plugin, and never a node outside",
          "[front][blocks]") {
  std::string text = with("{use: reflow, pairs: first}", "  sgd: {plugin: optimiser/adam}\n");
  text.replace(text.find("steps: 100"), 0, "optimiser: sgd, ");
  const weir::Graph graph = laboratory::graph_of(text);
  CHECK(end(graph, "loop.train", "optimiser") == "loop.train.optimiser");
  CHECK(graph.node("loop.train.optimiser")->plugin == "optimiser/sgd");
}

TEST_CASE("Without repeat the nodes have no number", "[front][blocks]") {
  const weir::Graph graph = laboratory::graph_of(with("{use: reflow, pairs: first}"));
  CHECK(end(graph, "recall", "generated") == "loop.flow.end");
  CHECK(end(graph, "loop.next", "points") == "loop.flow.end");
}

TEST_CASE("Rounds and outputs can be named from outside, in reports and expectations too",
          "[front][blocks]") {
  const weir::Graph graph = laboratory::graph_of(
      with("{use: reflow, repeat: 2, pairs: first}",
           "  early: {plugin: metric/memorisation, generated: loop.1.ends, pairs: loop.1.pairs}\n"
           "report: {loop.1.train.loss: last, loop.ends: mean}\n"
           "expect: [{that: loop.ends, at_least: 0}]\n"));
  CHECK(end(graph, "early", "generated") == "loop.1.flow.end");
  CHECK(end(graph, "early", "pairs") == "loop.1.next");
  CHECK(graph.report.at(0).what == "loop.1.train.loss");
  CHECK(graph.report.at(1).what == "loop.2.flow.end");
  CHECK(graph.expect.at(0).that == "loop.2.flow.end");
}

TEST_CASE("Parameters are set in every round or in one, by the file, the command line and a sweep",
          "[front][blocks]") {
  const std::string text =
      with("{use: reflow, repeat: 2, pairs: first, set: {train.steps: 10, 2.train.steps: 20}}",
           "sweep:\n  steps: {set: loop.flow.steps, values: [3, 5]}\n  rounds: {set: loop.repeat, values: "
           "[2, 3]}\n");
  const weir::Graph graph = laboratory::graph_of(text);
  CHECK(graph.node("loop.1.train")->params["steps"] == 10);
  CHECK(graph.node("loop.2.train")->params["steps"] == 20);

  weir::PipelineOptions options;
  options.set = {{"loop.train.batch", "7"}, {"loop.2.flow.steps", "4"}, {"loop.repeat", "3"}};
  const weir::Graph other = laboratory::graph_of(text, options);
  CHECK(other.node("loop.3.train")->params["batch"] == 7);
  CHECK(other.node("loop.1.flow")->params["steps"] == 9);
  CHECK(other.node("loop.2.flow")->params["steps"] == 4);
  CHECK(weir::combinations(graph).size() == 4);
}

TEST_CASE("A block may use another", "[front][blocks]") {
  const std::string text = block + R"(
  twice:
    inputs: [start]
    nodes:
      inner: {use: reflow, repeat: 2, pairs: start}
      look:  {plugin: metric/memorisation, generated: inner.ends, pairs: start}
    outputs: {ends: inner.ends}
nodes:
  loop: {use: twice, start: first})" +
                           ends;
  const weir::Graph graph = laboratory::graph_of(text);
  CHECK(end(graph, "loop.inner.1.task", "coupling") == "first");
  CHECK(end(graph, "loop.look", "generated") == "loop.inner.2.flow.end");
  CHECK(end(graph, "recall", "generated") == "loop.inner.2.flow.end");
}

TEST_CASE("Blocks in blocks are written out to a bounded number of nodes", "[front][blocks]") {
  const std::string text = R"(
blocks:
  one:  {nodes: {base: {plugin: source/gaussian, dim: 2}}}
  many: {nodes: {inner: {use: one, repeat: 100}}}
nodes:
  loop: {use: many, repeat: 100}
)";
  CHECK_THAT(laboratory::faults_of(text),
             Catch::Contains("error[W128]: blocks may be written out to 1000 nodes, and these make more"));
}

TEST_CASE("A name that nothing in the block has is told with the port where it stands", "[front][blocks]") {
  const std::string text = R"(
blocks:
  lone:
    nodes:
      task: {plugin: objective/flow_matching, coupling: independent}
nodes:
  loop: {use: lone}
)";
  const std::string faults = laboratory::faults_of(text);
  CHECK_THAT(faults, Catch::Contains("error[W128]: port 'coupling' of 'task' names 'independent', and block "
                                     "'lone' has no node or input of that name") &&
                         Catch::Contains("for the plugin, write {plugin: independent}"));
}

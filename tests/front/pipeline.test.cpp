// tests/front/pipeline.test.cpp -- good pipelines: what they resolve to, in which order, and back again.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <numbers>

#include <weir/front/sweep/combination.hpp>
#include <weir/front/sweep/node_key.hpp>

#include "laboratory.hpp"

namespace {

using laboratory::faults_of;
using laboratory::graph_of;

std::vector<std::string> order_of(const weir::Graph& graph) {
  std::vector<std::string> paths;
  for (const weir::GraphNode& node : graph.nodes) paths.push_back(node.path);
  return paths;
}

const weir::Link& link(const weir::Graph& graph, const std::string& node, const std::string& port) {
  return graph.node(node)->ports.at(port).at(0).second;
}

}  // namespace

TEST_CASE("the rotation pipeline resolves with defaults, default plugins and angles in radians",
          "[front][pipeline]") {
  const weir::Graph graph = graph_of(laboratory::rotation);

  CHECK(graph.name == "rotation");
  CHECK(graph.seed == 7);
  CHECK(graph.device == "auto");
  CHECK(graph.threads == 1);
  CHECK(graph.source == laboratory::rotation);
  CHECK(graph.main_trace == "train.loss");
  CHECK(graph.node("pairs")->params["angle"].get<double>() == std::numbers::pi);
  CHECK(graph.node("pairs")->params["draw"] == nlohmann::json({{"fixed", 128}}));
  CHECK(graph.node("base")->params["scale"] == 1.0);
  CHECK(graph.node("base")->params["covariance"].is_null());
  CHECK(graph.node("task.interpolant.noise")->plugin == "noise/constant");
  CHECK(graph.node("task.interpolant.noise")->parent == "task.interpolant");
  CHECK(graph.node("task.time")->plugin == "time/uniform");
  CHECK(graph.node("train.probes.variance")->params["bins"] == 10);
  CHECK(link(graph, "task", "interpolant").node == "task.interpolant");
  CHECK(graph.node("train")->ports.at("probes").at(0).first == "variance");
  CHECK(graph.node("train")->places.at("steps").line == 11);
  CHECK(graph.node("train")->places.count("ema") == 0);  // not written: a default
}

TEST_CASE("a bare node means its interface where the port wants one, else its single output of that kind",
          "[front][pipeline]") {
  const weir::Graph graph = graph_of(laboratory::rotation);
  CHECK(link(graph, "recall", "pairs").output == "");
  CHECK(link(graph, "flow", "start").output == "x0");

  const weir::Graph bare = graph_of(
      "nodes:\n  base: {plugin: source/gaussian, dim: 2}\n  pairs: {plugin: coupling/affine, source: base, "
      "draw: fresh}\n"
      "  a: {plugin: metric/smooth, points: pairs.x0}\n  b: {plugin: metric/smooth, points: a}\n"
      "  task: {plugin: objective/flow_matching, coupling: pairs}\n"
      "  train: {plugin: trainer/gradient, objective: task, model: {plugin: mlp}, steps: 1}\n"
      "  curve: {plugin: metric/curve, curve: train}\n");
  CHECK(link(bare, "b", "points").output == "points");
  CHECK(link(bare, "curve", "curve").output == "loss");
}

TEST_CASE("an inline node, its outputs and those in map ports can be named by path", "[front][pipeline]") {
  const weir::Graph graph = graph_of(
      "nodes:\n  base: {plugin: source/gaussian, dim: 2}\n"
      "  task: {plugin: objective/flow_matching, coupling: {plugin: affine, source: base, draw: fresh}}\n"
      "  train: {plugin: trainer/gradient, objective: task, model: {plugin: mlp}, steps: 1, probes: {v: "
      "{plugin: gradient_variance}}}\n"
      "  flow: {plugin: integrator/euler, field: train.ema, start: task.coupling.x1, steps: 2}\n"
      "  area: {plugin: metric/curve, curve: train.probes.v.total}\n"
      "  end: {plugin: metric/named, end: task.interpolant}\n");
  CHECK(link(graph, "flow", "start").node == "task.coupling");
  CHECK(link(graph, "flow", "start").output == "x1");
  CHECK(link(graph, "area", "curve").node == "train.probes.v");
  CHECK(link(graph, "end", "end").node == "task.interpolant");
}

TEST_CASE("a bare word in a port with a default is a node of that name, else the plugin",
          "[front][pipeline]") {
  const std::string text =
      "nodes:\n  base: {plugin: source/gaussian, dim: 2}\n"
      "  pairs: {plugin: coupling/affine, source: base, draw: fresh}\n"
      "  task: {plugin: objective/flow_matching, coupling: pairs, interpolant: {plugin: linear, noise: "
      "constant}}\n"
      "  train: {plugin: trainer/gradient, objective: task, model: {plugin: mlp}, steps: 1, optimiser: "
      "sgd}\n";
  const weir::Graph graph = graph_of(text);
  CHECK(graph.node("train.optimiser")->plugin == "optimiser/sgd");
  CHECK(graph.node("train.optimiser")->parent == "train");
  CHECK(graph.node("task.interpolant.noise")->plugin == "noise/constant");
  CHECK(weir::resolved_yaml(graph_of(weir::resolved_yaml(graph))) == weir::resolved_yaml(graph));

  const weir::Graph named = graph_of(text + "  sgd: {plugin: optimiser/adam}\n");
  CHECK(link(named, "train", "optimiser").node == "sgd");
  CHECK(named.node("train.optimiser") == nullptr);
  CHECK_THAT(
      faults_of(text + "  sgd: {plugin: time/uniform}\n"),
      Catch::Contains("a node is called as the plugin is; write optimiser: {plugin: sgd} for the plugin"));
}

TEST_CASE("nodes are ordered by what they need, then as declared, children before their parent",
          "[front][pipeline]") {
  const weir::Graph graph = graph_of(
      "nodes:\n"
      "  late: {plugin: metric/smooth, points: pairs.x0}\n"
      "  base: {plugin: source/gaussian, dim: 2}\n"
      "  other: {plugin: source/gaussian, dim: 2}\n"
      "  pairs: {plugin: coupling/affine, source: base, draw: fresh}\n"
      "  task: {plugin: objective/flow_matching, time: {plugin: uniform}, interpolant: {plugin: linear}, "
      "coupling: pairs}\n"
      "  later: {plugin: metric/smooth, points: late}\n");
  CHECK(order_of(graph) == std::vector<std::string>{"base", "other", "pairs", "late",
                                                    "task.interpolant.noise", "task.interpolant", "task.time",
                                                    "task", "later"});
}

TEST_CASE("the order is the same at every reading and does not hang on the order of keys in a node",
          "[front][pipeline]") {
  const auto first = order_of(graph_of(laboratory::rotation));
  CHECK(order_of(graph_of(laboratory::rotation)) == first);
  std::string turned = laboratory::rotation;
  const std::string written =
      "coupling: pairs, interpolant: {plugin: linear, noise: {plugin: constant, sigma: 0.05}}";
  turned.replace(turned.find(written), written.size(),
                 "interpolant: {noise: {sigma: 0.05, plugin: constant}, plugin: linear}, coupling: pairs");
  CHECK(order_of(graph_of(turned)) == first);
}

TEST_CASE("every node comes after all that it needs, whatever the order of declaration",
          "[front][pipeline]") {
  std::vector<std::string> lines = {
      "  a: {plugin: source/gaussian, dim: 2}\n", "  b: {plugin: coupling/affine, source: a, draw: fresh}\n",
      "  c: {plugin: metric/smooth, points: b.x0}\n", "  d: {plugin: metric/smooth, points: c}\n",
      "  e: {plugin: metric/kl, generated: d, target: a}\n"};
  do {
    std::string text = "nodes:\n";
    for (const std::string& line : lines) text += line;
    const weir::Graph graph = graph_of(text);
    std::vector<std::string> seen;
    for (const weir::GraphNode& node : graph.nodes) {
      for (const auto& [port, links] : node.ports) {
        for (const auto& [name, end] : links) CHECK(std::count(seen.begin(), seen.end(), end.node) == 1);
      }
      seen.push_back(node.path);
    }
    CHECK(seen.size() == 5);
  } while (std::next_permutation(lines.begin(), lines.end()));
}

TEST_CASE("the resolved YAML gives the same graph again", "[front][pipeline]") {
  const std::string unusual =
      "seed: 18446744073709551615\nthreads: 3\nvars: {t: \"yes: # [x]\"}\nnodes:\n"
      "  late: {plugin: metric/smooth, points: pairs.x0}\n"
      "  base: {plugin: source/gaussian, dim: 2e3, scale: 1.0e-30, covariance: [[1, 0.1], [0.1, 1]], seed: "
      "5, timeout: 2.5, note: \"a 'note': 1\", record: none}\n"
      "  pairs: {plugin: coupling/affine, source: base, angle: 33 deg, shift: [1, -2.5], draw: fresh, "
      "record: {x0: 7, id: false}}\n"
      "  task: {plugin: objective/flow_matching, coupling: pairs}\n"
      "  title: {plugin: metric/named, end: task.interpolant, title: \"${t}\"}\n"
      "  numbers: {plugin: metric/named, end: task.interpolant, title: \"12\"}\n";
  const std::string swept =
      std::string(laboratory::rotation).substr(0, std::string(laboratory::rotation).find("sweep:")) +
      "sweep:\n  a: {zip: {flow.steps: [1, 2], train.steps: [3, 4]}}\n  draw: {set: pairs.draw, values: "
      "[fresh, {fixed: 3}]}\n"
      "  both: {set: [train.batch, train.probes.variance.bins], values: [4, 5]}\n  shape: {cases: {x: "
      "{pairs.shift: [1, 2], base.scale: 2}, y: {pairs.shift: [3, 4]}}}\n  seed: {count: 2}\n"
      "expect:\n  - {that: recall.share, where: {shape: x, a: 1}, equals: 0.5, within: 0.1, within_se: 2}\n";
  for (const std::string& text : {std::string(laboratory::rotation), unusual, swept}) {
    const weir::Graph first = graph_of(text);
    const std::string yaml = weir::resolved_yaml(first);
    INFO(yaml);
    const weir::Graph again = graph_of(yaml);
    CHECK(weir::resolved_yaml(again) == yaml);
    CHECK(weir::resolved_json(again) == weir::resolved_json(first));
    CHECK(order_of(again) == order_of(first));
    for (const weir::GraphNode& node : first.nodes) {
      CHECK(again.node(node.path)->params == node.params);
      CHECK(weir::node_key(again, node.path) == weir::node_key(first, node.path));
    }
    const auto runs = weir::combinations(first), runs_again = weir::combinations(again);
    REQUIRE(runs_again.size() == runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
      CHECK(runs_again[i].run == runs[i].run);
      CHECK(laboratory::settings_of(again, runs_again[i]) == laboratory::settings_of(first, runs[i]));
    }
  }
}

TEST_CASE("the resolved JSON is itself a pipeline", "[front][pipeline]") {
  const weir::Graph graph = graph_of(laboratory::rotation);
  const auto json = weir::resolved_json(graph);
  CHECK(json["nodes"]["task"]["interpolant"]["noise"]["plugin"] == "noise/constant");
  CHECK(json["nodes"]["flow"]["start"] == "pairs.x0");
  CHECK(json["expect"][0]["at_least"] == 0.95);

  const weir::Graph again = graph_of(json.dump());
  CHECK(again.nodes.size() == graph.nodes.size());
  CHECK(weir::resolved_json(again) == json);
}

TEST_CASE("a node that nothing uses is allowed", "[front][pipeline]") {
  CHECK(faults_of("nodes:\n  base: {plugin: source/gaussian, dim: 2}\n") == "");
}

TEST_CASE("without a name the pipeline is called after its file", "[front][pipeline]") {
  const laboratory::Folder folder;
  const auto file = folder.write("my pairs.yaml", "nodes:\n  base: {plugin: source/gaussian, dim: 2}\n");
  CHECK(weir::read_pipeline(file, laboratory::registry()).name == "my_pairs");
}

TEST_CASE("aliases repeat values where they are used", "[front][pipeline]") {
  const weir::Graph graph = graph_of(
      "nodes:\n  a: {plugin: source/gaussian, dim: &d 3}\n  b: {plugin: source/gaussian, dim: *d}\n  c: &c "
      "{plugin: noise/constant, sigma: 1}\n  e: *c\n");
  CHECK(graph.node("b")->params["dim"] == 3);
  CHECK(graph.node("e")->params["sigma"] == 1.0);
}

TEST_CASE("vars stand for whole values, also in brackets with quotes, and come from the environment too",
          "[front][pipeline]") {
  ::setenv("WEIR_TEST_DIM", "12", 1);
  const weir::Graph graph = graph_of(
      "vars:\n  size: ${env:WEIR_TEST_DIM}\n  shift: [1, 2]\n  spread: 0.5\nseed: ${size}\nnodes:\n  base: "
      "{plugin: source/gaussian, dim: \"${size}\", scale: \"${spread}\"}\n"
      "  pairs: {plugin: coupling/affine, source: base, draw: fresh, shift: \"${shift}\"}\n");
  ::unsetenv("WEIR_TEST_DIM");
  CHECK(graph.seed == 12);
  CHECK(graph.node("base")->params["dim"] == 12);
  CHECK(graph.node("pairs")->params["shift"] == nlohmann::json({1.0, 2.0}));
}

TEST_CASE("the folders under plugins start from the file", "[front][pipeline]") {
  const laboratory::Folder folder;
  const auto file =
      folder.write("p.yaml", "plugins: [mine, /elsewhere]\nnodes:\n  base: {plugin: source/unheard}\n");
  const auto named = weir::plugin_folders(file);
  REQUIRE(named.size() == 2);
  CHECK(named[0].folder == folder.path() / "mine");
  CHECK(named[1].folder == "/elsewhere");
  CHECK(named[1].place.line == 1);
  CHECK(named[1].place.column == 17);
  CHECK(weir::plugin_folders(folder.path() / "gone.yaml").empty());
}

TEST_CASE("unknown plugins name the folders that were searched and what was rejected there",
          "[front][pipeline]") {
  const laboratory::Folder folder;
  folder.write("libweir_noise_odd.so", "not a library");
  const auto file = folder.write("p.yaml", "nodes:\n  n: {plugin: noise/odd}\n");
  ::setenv("WEIR_PLUGIN_PATH", "", 1);
  const auto found = weir::Registry::find({folder.path()});
  ::unsetenv("WEIR_PLUGIN_PATH");
  REQUIRE(found.rejected().size() >= 1);
  CHECK(found.searched().front() == folder.path());
  try {
    weir::read_pipeline(file, found);
    FAIL("accepted");
  } catch (const weir::InvalidPipeline& invalid) {
    const std::string text = invalid.what();
    CHECK_THAT(text, Catch::Contains("searched: " + folder.path().string()));
    CHECK_THAT(text, Catch::Contains("rejected: " + (folder.path() / "libweir_noise_odd.so").string() + ": " +
                                     found.rejected().front().reason));
  }
}

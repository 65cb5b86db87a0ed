// tests/front/experiment.test.cpp -- a pipeline is read once: the graphs of its runs, and what becomes of them when frozen.
#include <catch2/catch.hpp>
#include <filesystem>

#include <weir/front/check/frozen.hpp>
#include <weir/front/pipeline.hpp>
#include <weir/front/sweep/combination.hpp>

#include "laboratory.hpp"

namespace {

using Catch::Contains;
using laboratory::Folder;

std::string swept(const std::string& axes) {
  const std::string whole = laboratory::rotation;
  return whole.substr(0, whole.find("sweep:")) + "sweep:\n" + axes;
}

std::vector<weir::PluginSchema> schemas_of(const std::string&) { return laboratory::registry().plugins(); }

// As it was before it was frozen, but for what is judged.
weir::Graph thawed(const weir::Graph& graph) {
  return weir::read_frozen(weir::frozen(graph, {}).dump(), schemas_of).graph;
}

}  // namespace

TEST_CASE("The graph of each run is the one that the run's settings make when the file is read with them",
          "[front][sweep]") {
  const std::string text = GENERATE(
      std::string(laboratory::rotation),
      swept("  noise: {cases: {none: {task.interpolant.noise: {plugin: zero}}, some: "
            "{task.interpolant.noise.plugin: "
            "brownian}}}\n  field: {set: flow.field, values: [train.field, train.ema]}\n  steps: {set: "
            "flow.steps, "
            "values: [1, 2]}\n  seed: {count: 2}\n"),
      swept("  a: {cases: {x: {pairs.shift: [1, 2], pairs.draw: fresh}, y: {pairs.shift: [3, 4], pairs.draw: "
            "{fixed: 9}}, z: {pairs.draw.fixed: 5}}}\n  turn: {set: pairs.angle, values: [0, 90 deg]}\n"),
      std::string(
          "vars: {dim: 2}\nnodes:\n  base: {plugin: source/gaussian, dim: \"${dim}\"}\n  d: {plugin: "
          "source/idx, "
          "file: a}\nsweep:\n  dim: {set: vars.dim, values: [2, 3]}\n  data: {set: d.file, values: [x/b, "
          "/c]}\n"
          "  own: {set: base.seed, values: [5, 6]}\n  type: {set: dtype, values: [float32, float64]}\n"));
  const Folder folder;
  const auto file = folder.write("p.yaml", text);
  weir::Experiment experiment(file, laboratory::registry());
  for (const weir::Combination& combination : weir::combinations(experiment.graph())) {
    INFO(combination.run);
    const weir::Graph at_once = experiment.run(combination);
    const weir::Graph again = weir::read_pipeline(
        file, laboratory::registry(), {.set = laboratory::settings_of(experiment.graph(), combination)});
    CHECK(weir::resolved_yaml(at_once) == weir::resolved_yaml(again));
    CHECK(at_once.main_trace == again.main_trace);
    CHECK(at_once.source == again.source);
    REQUIRE(at_once.nodes.size() == again.nodes.size());
    for (std::size_t i = 0; i < again.nodes.size(); ++i) {
      CHECK(at_once.nodes[i].path == again.nodes[i].path);
      CHECK(at_once.nodes[i].params == again.nodes[i].params);
      CHECK(at_once.nodes[i].declared == again.nodes[i].declared);
    }
  }
}

TEST_CASE("What an axis sets is shown where the axis writes it", "[front][sweep]") {
  const Folder folder;
  const auto file = folder.write("p.yaml", swept("  steps: {set: flow.steps, values: [1, 2]}\n"));
  weir::Experiment experiment(file, laboratory::registry());
  const auto runs = weir::combinations(experiment.graph());
  const weir::Place place = experiment.run(runs[1]).node("flow")->places.at("steps");
  CHECK(place.file == file.string());
  CHECK(place.column == 40);
}

TEST_CASE("Once read, the runs of a pipeline are the same whatever becomes of its file", "[front][sweep]") {
  const Folder folder;
  const auto file = folder.write("p.yaml", laboratory::rotation);
  weir::Experiment experiment(file, laboratory::registry());
  const auto runs = weir::combinations(experiment.graph());
  const std::string before = weir::resolved_yaml(experiment.run(runs.back()));
  std::filesystem::remove(file);
  CHECK(weir::resolved_yaml(experiment.run(runs.back())) == before);
  CHECK(experiment.run(runs.back()).source == laboratory::rotation);
}

TEST_CASE("A reported number that one of the structures does not have is a fault before any run",
          "[front][sweep]") {
  const std::string text = laboratory::rotation;
  const std::string faults =
      laboratory::faults_of(swept("  judge: {cases: {share: {}, kl: {recall: {plugin: metric/kl, generated: "
                                  "flow.end, target: base}}}}\n") +
                            "report: {recall.share: mean}\n");
  CHECK_THAT(faults, Contains("recall") && Contains("share"));
}

TEST_CASE("A frozen graph reads back as it was, without what is judged", "[front]") {
  const weir::Graph graph = laboratory::graph_of(laboratory::rotation);
  const weir::Graph again = thawed(graph);
  CHECK(weir::frozen(again, {})["nodes"] == weir::frozen(graph, {})["nodes"]);
  CHECK(again.nodes.size() == graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    CHECK(weir::to_json(again.nodes[i].schema) == weir::to_json(graph.nodes[i].schema));
    CHECK(again.nodes[i].place == graph.nodes[i].place);
  }
  CHECK(again.name == graph.name);
  CHECK(again.file == graph.file);
  CHECK(again.seed == graph.seed);
  CHECK(again.dtype == graph.dtype);
  CHECK(again.threads == graph.threads);
  CHECK(again.main_trace == graph.main_trace);
  CHECK(again.source == graph.source);
  CHECK(again.report.empty());
  CHECK(again.sweep.empty());
}

TEST_CASE("A frozen graph keeps the resolved pipeline and what is recorded of it", "[front]") {
  const weir::Graph graph = laboratory::graph_of(laboratory::rotation);
  const weir::FrozenRun run =
      weir::read_frozen(weir::frozen(graph, {{"files", {{"a", "b"}}}}).dump(), schemas_of);
  CHECK(run.resolved == weir::resolved_yaml(graph));
  CHECK(run.recorded_json == nlohmann::json{{"files", {{"a", "b"}}}});
}

TEST_CASE("What is no frozen graph, and a plugin that is gone from its library, are said with the remedy",
          "[front]") {
  CHECK_THROWS_WITH(
      weir::read_frozen("{}", schemas_of),
      "this is not the graph of a run as this version of Weir freezes it; start runs by `weir run FILE`");
  const std::string text = weir::frozen(laboratory::graph_of(laboratory::rotation), {}).dump();
  CHECK_THROWS_WITH(
      weir::read_frozen(text, [](const std::string&) { return std::vector<weir::PluginSchema>{}; }),
      Contains("is no longer in ") && Contains("; give the same command again to look for it elsewhere"));
}

// tests/front/sweep.test.cpp -- axes, their combinations, what the runs share, and expectations of them.
#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include <weir/front/sweep/combination.hpp>
#include <weir/front/sweep/node_key.hpp>
#include <weir/front/sweep/sharing.hpp>

#include "laboratory.hpp"

namespace {

using laboratory::faults_of;
using laboratory::graph_of;
using laboratory::settings_of;
using Sets = std::vector<std::pair<std::string, std::string>>;

// The rotation pipeline with another sweep and nothing expected.
std::string swept(const std::string& axes) {
  const std::string whole = laboratory::rotation;
  return whole.substr(0, whole.find("sweep:")) + "sweep:\n" + axes;
}

std::size_t distinct(const std::vector<weir::SharedWork>& work, const std::string& node) {
  for (const weir::SharedWork& entry : work) {
    if (entry.node == node) return entry.distinct;
  }
  return 0;
}

}  // namespace

TEST_CASE("combinations are the product of the axes, the last fastest, named by their values",
          "[front][sweep]") {
  const weir::Graph graph = graph_of(laboratory::rotation);
  const auto runs = weir::combinations(graph);
  REQUIRE(runs.size() == 3 * 3 * 5);
  CHECK(runs[0].run == "sigma=0,steps=9,seed=7");
  CHECK(runs[1].run == "sigma=0,steps=9,seed=8");
  CHECK(runs[5].run == "sigma=0,steps=10,seed=7");
  CHECK(runs[44].run == "sigma=0.5,steps=50,seed=11");
  CHECK(settings_of(graph, runs[16]) ==
        Sets{{"task.interpolant.noise.sigma", "0.05"}, {"flow.steps", "9"}, {"seed", "8"}});
  CHECK(runs[16].axes[0].first == "sigma");
  CHECK(runs[16].axes[0].second == 0.05);
  std::set<std::string> names;
  for (const auto& run : runs) names.insert(run.run);
  CHECK(names.size() == runs.size());
}

TEST_CASE("a file without a sweep has one run without a name", "[front][sweep]") {
  const auto runs = weir::combinations(graph_of("nodes:\n  base: {plugin: source/gaussian, dim: 2}\n"));
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].run.empty());
  CHECK(runs[0].points.empty());
}

TEST_CASE("zip walks its lists together, cases go by name, a list of paths gets one value",
          "[front][sweep]") {
  const weir::Graph graph =
      graph_of(swept("  budget: {zip: {train.steps: [10, 20], train.batch: [4, 8]}}\n"
                     "  shape: {cases: {small: {base.dim: 2, pairs.shift: [1, 2]}, large: {base.dim: 3, "
                     "pairs.draw: {fixed: 9}}}}\n"
                     "  both: {set: [train.model.width, train.model.depth], values: [5]}\n"));
  const auto runs = weir::combinations(graph);
  REQUIRE(runs.size() == 4);
  CHECK(runs[3].run == "budget=20,shape=large,both=5");
  CHECK(settings_of(graph, runs[3]) == Sets{{"train.steps", "20"},
                                            {"train.batch", "8"},
                                            {"base.dim", "3"},
                                            {"pairs.draw", "{fixed: 9}"},
                                            {"train.model.width", "5"},
                                            {"train.model.depth", "5"}});
  CHECK(settings_of(graph, runs[0])[3] == std::pair<std::string, std::string>("pairs.shift", "[1, 2]"));
  CHECK(runs[3].axes[1].second == "large");
}

TEST_CASE("the sets of a combination, given back, make the graph of that run", "[front][sweep]") {
  const std::string text = swept(
      "  a: {cases: {x: {pairs.shift: [1, 2], pairs.draw: fresh}, y: {pairs.shift: [3, 4], pairs.draw: "
      "{fixed: 9}}}}\n  turn: {set: pairs.angle, values: [0, 90 deg]}\n");
  const weir::Graph base = graph_of(text);
  for (const auto& run : weir::combinations(base)) {
    weir::PipelineOptions options;
    options.set = settings_of(base, run);
    const weir::Graph graph = graph_of(text, options);
    CHECK(graph.node("pairs")->params["shift"] ==
          (run.axes[0].second == "x" ? nlohmann::json({1.0, 2.0}) : nlohmann::json({3.0, 4.0})));
    CHECK(graph.node("pairs")->params["draw"].is_string() == (run.axes[0].second == "x"));
    CHECK((graph.node("pairs")->params["angle"] == 0.0) == (run.axes[1].second == 0));
  }
}

TEST_CASE("labels are fit for file names and differ", "[front][sweep]") {
  const weir::Graph graph =
      graph_of(swept("  turn: {set: pairs.angle, values: [180 deg, -90 deg, 1.0e-3]}\n  title: {set: "
                     "recall.note, values: [\"a/b\", \"a b\", \"../..\"]}\n"));
  std::vector<std::string> labels;
  for (const auto& axis : graph.sweep) {
    for (const auto& point : axis.points) labels.push_back(point.label);
  }
  CHECK(labels == std::vector<std::string>{"180-deg", "-90-deg", "0.001", "a-b", "a-b-2", "..-.."});
}

TEST_CASE("a run whose name would be too long for a file is numbered", "[front][sweep]") {
  std::string axes;
  for (int i = 0; i < 10; ++i)
    axes += fmt::format("  a_rather_long_name_{}: {{cases: {{a_rather_long_case_{}: {{}}, other: {{}}}}}}\n",
                        i, i);
  const auto runs = weir::combinations(graph_of(swept(axes)));
  REQUIRE(runs.size() == 1024);
  CHECK(runs.front().run == "run=1");
  CHECK(runs.back().run == "run=1024");
}

TEST_CASE("a path among the values of an axis starts from the file", "[front][sweep]") {
  const laboratory::Folder folder;
  const auto file = folder.write("p.yaml",
                                 "nodes:\n  d: {plugin: source/idx, file: a}\nsweep:\n  data: {set: d.file, "
                                 "values: [x/train.gz, /abs]}\n");
  const weir::Graph graph = weir::read_pipeline(file, laboratory::registry());
  const auto runs = weir::combinations(graph);
  CHECK(settings_of(graph, runs[0])[0].second == "\"" + (folder.path() / "x/train.gz").string() + "\"");
  CHECK(settings_of(graph, runs[1])[0].second == "\"/abs\"");
}

TEST_CASE("axes may change plugins, links and vars, and parameters are checked in each such graph",
          "[front][sweep]") {
  CHECK(weir::combinations(graph_of(swept("  noise: {cases: {none: {task.interpolant.noise: {plugin: zero}}, "
                                          "some: {task.interpolant.noise.plugin: brownian}}}\n"
                                          "  field: {set: flow.field, values: [train.field, train.ema]}\n  "
                                          "steps: {set: flow.steps, values: [1, 2]}\n")))
            .size() == 8);
  CHECK(weir::combinations(graph_of("vars: {dim: 2}\nnodes:\n  base: {plugin: source/gaussian, dim: "
                                    "\"${dim}\"}\nsweep:\n  dim: {set: vars.dim, values: [2, 3]}\n"))
            .size() == 2);
  CHECK_THAT(faults_of("vars: {dim: 2}\nnodes:\n  base: {plugin: source/gaussian, dim: \"${dim}\"}\nsweep:\n "
                       " dim: {set: vars.dim, values: [2, x]}\n"),
             Catch::Contains("must be an integer, not 'x'") &&
                 Catch::Contains("p.yaml:5:36: the value comes from here"));
}

TEST_CASE("work counts the runs that differ in a node, by the axes that reach it", "[front][sweep]") {
  const auto work = weir::shared_work(graph_of(laboratory::rotation));
  CHECK(work.front().runs == 45);
  CHECK(distinct(work, "base") == 5);
  CHECK(distinct(work, "task.interpolant.noise") == 15);
  CHECK(distinct(work, "train.optimiser") == 5);
  CHECK(distinct(work, "train") == 15);
  CHECK(distinct(work, "flow") == 45);
  CHECK(distinct(work, "recall") == 45);
}

TEST_CASE("an axis that sets an inline node whole makes different work in it", "[front][sweep]") {
  const auto work = weir::shared_work(graph_of(
      swept("  rule: {set: train.optimiser, values: [adam, sgd]}\n  steps: {set: flow.steps, values: "
            "[1, 2]}\n")));
  CHECK(distinct(work, "train.optimiser") == 2);
  CHECK(distinct(work, "train") == 2);
  CHECK(distinct(work, "base") == 1);
  CHECK(distinct(work, "flow") == 4);
}

TEST_CASE("the runs that work counts as equal are those with equal keys", "[front][sweep]") {
  const weir::Graph graph = graph_of(laboratory::rotation);
  std::map<std::string, std::set<std::string>> keys;
  for (const auto& run : weir::combinations(graph)) {
    weir::PipelineOptions options;
    options.set = settings_of(graph, run);
    const weir::Graph one = graph_of(laboratory::rotation, options);
    for (const weir::GraphNode& node : one.nodes) keys[node.path].insert(weir::node_key(one, node.path));
  }
  for (const weir::SharedWork& entry : weir::shared_work(graph)) {
    INFO(entry.node);
    CHECK(keys[entry.node].size() == entry.distinct);
  }
}

TEST_CASE("a thousand combinations of two axes are listed", "[front][sweep]") {
  std::string text = "  width: {set: train.model.width, values: [";
  for (int i = 1; i <= 100; ++i) text += std::to_string(i) + (i < 100 ? ", " : "]}\n");
  const weir::Graph graph = graph_of(swept(text + "  seed: {count: 10}\n"));
  CHECK(weir::combinations(graph).size() == 1000);
}

TEST_CASE("an expectation keeps the axis value that its where names", "[front][sweep]") {
  const weir::Graph graph =
      graph_of(swept("  sigma: {set: task.interpolant.noise.sigma, values: [0, 5.0e-2]}\n  shape: {cases: "
                     "{a: {base.dim: 2}, b: {base.dim: 3}}}\n"
                     "expect:\n  - {that: recall.share, where: {sigma: 0.05, shape: b}, equals: 1, "
                     "within_se: 3}\n  - {that: train.loss, at_most: 2}\n"));
  REQUIRE(graph.expect.size() == 2);
  CHECK(graph.expect[0].where.at("sigma") == 0.05);
  CHECK(graph.expect[0].where.at("shape") == "b");
  CHECK(graph.expect[0].relation == "equals");
  CHECK(graph.expect[0].within_se == 3.0);
  CHECK_FALSE(graph.expect[0].within);
  CHECK(graph.expect[1].relation == "at_most");
  CHECK(graph.expect[1].value == 2.0);
}

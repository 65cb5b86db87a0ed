// tests/front/reference.test.cpp -- what is told of plugins and graphs.
#include <catch2/catch.hpp>

#include <weir/front/show/reference.hpp>

#include "laboratory.hpp"

namespace {
std::string no_example(const weir::PluginSchema&) { return ""; }
}  // namespace

TEST_CASE("show tells parameters, ports, outputs and a line to start from", "[front][reference]") {
  CHECK(weir::show(*laboratory::registry().plugin("coupling/affine"), no_example) ==
        "coupling/affine 0.1.0 -- the affine coupling\n"
        "\n"
        "parameters\n"
        "  angle  an angle such as 180 deg or 3.14 rad  optional\n"
        "         rotation\n"
        "  shift  a list of numbers such as [1, 2]      optional\n"
        "         added to every target\n"
        "  draw   fresh or {fixed: N}                   required\n"
        "         fresh or fixed pairs\n"
        "\n"
        "ports\n"
        "  source  a source  required\n"
        "          where x0 comes from\n"
        "\n"
        "outputs\n"
        "  x0  tensor [pair, dim]\n"
        "  x1  tensor [pair, dim]\n"
        "  id  tensor [pair]\n"
        "\n"
        "facets: affine_map\n"
        "\n"
        "in a pipeline\n"
        "  affine: {plugin: coupling/affine, draw: {fixed: 128}, source: ...}\n");
}

TEST_CASE("show tells what the author says first, and the example in place of the line",
          "[front][reference]") {
  weir::PluginSchema affine = *laboratory::registry().plugin("coupling/affine");
  affine.page = "  x1 = A x0 + b\n\nSource   this test";
  const auto example = [](const weir::PluginSchema& of) { return "# of " + of.name + "\n\nnodes:\n  a: 1"; };
  const std::string shown = weir::show(affine, example);
  CHECK_THAT(shown, Catch::StartsWith("coupling/affine 0.1.0 -- the affine coupling\n"
                                      "\n"
                                      "  x1 = A x0 + b\n"
                                      "\n"
                                      "Source   this test\n"
                                      "\n"
                                      "parameters\n"));
  CHECK_THAT(shown, Catch::EndsWith("\nin a pipeline\n  # of affine\n\n  nodes:\n    a: 1\n"));
  const std::string page = weir::markdown(weir::Registry({affine}), example);
  CHECK_THAT(page, Catch::Contains("\n```text\n  x1 = A x0 + b\n\nSource   this test\n```\n"));
  CHECK_THAT(page, Catch::EndsWith("\n```yaml\n# of affine\n\nnodes:\n  a: 1\n```\n"));
}

TEST_CASE("the reference page has a section for every plugin and a row for every declaration",
          "[front][reference]") {
  const std::string page = weir::markdown(laboratory::registry(), no_example);
  for (const weir::PluginSchema& schema : laboratory::registry().plugins()) {
    CHECK_THAT(page, Catch::Contains("\n### " + schema.id() + "\n"));
    for (const auto& param : schema.params) CHECK_THAT(page, Catch::Contains("\n| `" + param.name + "` |"));
  }
  CHECK_THAT(page, Catch::Contains("| `sigma` | a number, at least 0 | `0.05` | spread of the noise |"));
  CHECK_THAT(page, Catch::Contains("| `target` | a source | required | needs log_density |"));
}

TEST_CASE("drawings hold every node and every link", "[front][reference]") {
  const weir::Graph graph = laboratory::graph_of(laboratory::rotation);
  const std::string dot = weir::dot(graph), mermaid = weir::mermaid(graph);
  for (const weir::GraphNode& node : graph.nodes) {
    CHECK_THAT(dot, Catch::Contains("label=\"" + node.path + "\\n" + node.plugin + "\""));
    CHECK_THAT(mermaid, Catch::Contains("[\"" + node.path + "<br/>" + node.plugin + "\"]"));
  }
  CHECK_THAT(dot, Catch::StartsWith("digraph \"rotation\" {\n") && Catch::EndsWith("}\n"));
  CHECK_THAT(dot, Catch::Contains("  n_train -> n_flow [label=\"field > field\"];\n"));
  CHECK_THAT(dot, Catch::Contains("  n_task_interpolant -> n_task [label=\"interpolant\", style=dashed];\n"));
  CHECK_THAT(mermaid, Catch::Contains("  n_pairs -->|\"x0 to start\"| n_flow\n"));
}

TEST_CASE("a plan tells the order, what was written and what is default, and the work of a sweep",
          "[front][reference]") {
  const std::string plan = weir::plan_text(laboratory::graph_of(laboratory::rotation));
  CHECK_THAT(plan,
             Catch::StartsWith(
                 "rotation: seed 7, device auto, dtype float32, 1 thread\n12 nodes, in this order:\n\nbase  "
                 "source/gaussian\n    dim = 2\n    scale = 1  (default)\npairs  coupling/affine\n"));
  CHECK_THAT(plan, Catch::Contains("    shift = [5, 5]\n    draw = {fixed: 128}\n    source <- base\n    "
                                   "gives x0 [pair, dim], x1 [pair, dim], id [pair]\n"));
  CHECK_THAT(plan, Catch::Contains("    time <- task.time  (default)\n"));
  CHECK_THAT(plan, Catch::EndsWith("\nsweep: 45 runs (3 sigma x 3 steps x 5 seed)\n    base: 45 runs, 5 "
                                   "distinct\n    pairs: 45 runs, 5 distinct\n"
                                   "    task: 45 runs, 15 distinct\n    train: 45 runs, 15 distinct\n"));
}

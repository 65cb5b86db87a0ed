// tests/front/locate.test.cpp -- which node a path leads to, and what it says there.
#include <catch2/catch.hpp>

#include "laboratory.hpp"

namespace {

// "train.probes.variance | every", "- | seed".
std::string located(const weir::Graph& graph, const std::string& path) {
  const auto [node, rest] = graph.locate(path);
  return (node ? node->path : "-") + " | " + rest;
}

}  // namespace

TEST_CASE("a path is within a node by whole words, the node itself too", "[front][locate]") {
  CHECK(weir::is_within("train", "train"));
  CHECK(weir::is_within("train.probes.loss", "train"));
  CHECK(weir::is_within("train.probes.loss", "train.probes"));
  CHECK_FALSE(weir::is_within("trainer.loss", "train"));
  CHECK_FALSE(weir::is_within("train", "train.loss"));
  CHECK_FALSE(weir::is_within("", "train"));
}

TEST_CASE("a path leads to the innermost node that it names, and the rest is said there", "[front][locate]") {
  const weir::Graph graph = laboratory::graph_of(laboratory::rotation);
  CHECK(located(graph, "train") == "train | ");
  CHECK(located(graph, "train.loss") == "train | loss");
  CHECK(located(graph, "train.probes") == "train | probes");
  CHECK(located(graph, "train.probes.variance") == "train.probes.variance | ");
  CHECK(located(graph, "train.probes.variance.every") == "train.probes.variance | every");
  CHECK(located(graph, "task.interpolant.noise.sigma") == "task.interpolant.noise | sigma");
  CHECK(located(graph, "pairs.draw.fixed") == "pairs | draw.fixed");
}

TEST_CASE("what lies in no node is left as it is", "[front][locate]") {
  const weir::Graph graph = laboratory::graph_of(laboratory::rotation);
  for (const std::string path : {"seed", "vars.sigma", "trainer.loss", "tr", ""}) {
    INFO(path);
    CHECK(located(graph, path) == "- | " + path);
  }
}

// tests/front/resolved.test.cpp -- what a record says of its pipeline's numbers, read again.
#include <catch2/catch.hpp>
#include <tuple>

#include "laboratory.hpp"

namespace {

auto parts(const weir::Reported& r) { return std::tuple(r.what, r.reduction); }
auto parts(const weir::Expectation& e) {
  return std::tuple(e.that, e.where, e.relation, e.value, e.other, e.times, e.within, e.within_se,
                    e.within_chance, e.share);
}
auto parts(const weir::ExpectedOrder& c) {
  return std::tuple(c.that, c.axis, c.less, c.than, c.where, c.p_below);
}

template <class T>
void same(const std::vector<T>& found, const std::vector<T>& written) {
  REQUIRE(found.size() == written.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(parts(found[i]) == parts(written[i]));
}

}  // namespace

TEST_CASE("Report, expectations and comparisons are read from a resolved pipeline as they were written",
          "[front][resolved]") {
  const weir::Graph graph = laboratory::graph_of(std::string(laboratory::rotation) + R"(
  - {that: recall.share, where: {sigma: 0.05}, equals: train.loss, within: 1.0e-3, within_se: 3, share: 0.95}
  - {that: train.loss, at_most: -2.5e+12}
  - {that: train.loss, equals: 2, within_se: auto}
  - {that: train.loss, at_most: recall.share, times: 0.25}
compare:
  - {that: train.loss, axis: sigma, less: 0.5, than: 0, where: {steps: 9}, p_below: 0.01}
  - {less: recall.share, than: train.loss}
error_rate: 0.02
)");
  const weir::Graph read = weir::read_resolved(weir::resolved_yaml(graph));
  CHECK(read.name == "rotation");
  CHECK(read.report[0].what == "recall.share");  // the order of the file, not of the alphabet
  same(read.report, graph.report);
  same(read.expect, graph.expect);
  same(read.compare, graph.compare);
  REQUIRE(read.sweep.size() == 3);
  CHECK(read.sweep[1].name == "steps");
  CHECK(read.expect.size() == 5);
  CHECK(read.expect[3].within_chance);
  CHECK(read.expect[4].other == "recall.share");
  CHECK(read.expect[4].times == 0.25);
  CHECK(read.compare.size() == 2);
  CHECK_FALSE(read.compare[1].p_below);
  CHECK(read.error_rate == 0.02);
}

TEST_CASE("A resolved pipeline without numbers to judge reads as none, and what is no YAML is refused",
          "[front][resolved]") {
  const weir::Graph read = weir::read_resolved("name: a\nnodes:\n  base: {plugin: source/gaussian}\n");
  CHECK(read.report.empty());
  CHECK(read.sweep.empty());
  CHECK_THROWS_AS(weir::read_resolved("report: [\n"), weir::InvalidPipeline);
}

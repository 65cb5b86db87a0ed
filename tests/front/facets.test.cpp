// tests/front/facets.test.cpp -- what a port needs, of the plugins that are wired to it.
#include <catch2/catch.hpp>

#include "laboratory.hpp"

namespace {

weir::PluginSchema plugin(const std::string& kind, const std::string& name, std::vector<std::string> facets) {
  weir::PluginSchema schema;
  schema.kind = kind;
  schema.name = name;
  schema.facets = std::move(facets);
  return schema;
}

weir::PortSchema port(const std::string& name, const std::string& kind, std::vector<std::string> needs) {
  weir::PortSchema port;
  port.name = name;
  port.kind = kind;
  port.needs = std::move(needs);
  return port;
}

// Sources with a facet and without, a trainer whose output is a source, and a metric that needs the facet.
weir::Registry sources() {
  weir::PluginSchema trainer = plugin("trainer", "learnt", {});
  trainer.outputs.push_back({.name = "law", .kind = "source"});
  weir::PluginSchema metric = plugin("metric", "spread", {});
  metric.ports.push_back(port("of", "source", {"affine_map"}));
  return weir::Registry({plugin("source", "mapped", {"affine_map"}), plugin("source", "loose", {"moments"}),
                         std::move(trainer), std::move(metric)});
}

std::string faults_of(const std::string& of) {
  const laboratory::Folder folder;
  const auto file = folder.write("p.yaml",
                                 "nodes:\n"
                                 "  mapped: {plugin: source/mapped}\n"
                                 "  loose: {plugin: source/loose}\n"
                                 "  learnt: {plugin: trainer/learnt}\n"
                                 "  spread: {plugin: metric/spread, of: " +
                                     of + "}\n");
  try {
    weir::read_pipeline(file, sources(), {});
  } catch (const weir::InvalidPipeline& invalid) {
    return invalid.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A plugin without the facet that a port needs is refused, with those that have it",
          "[front][facets]") {
  CHECK(faults_of("mapped") == "");
  const std::string faults = faults_of("loose");
  CHECK_THAT(faults,
             Catch::Contains(
                 "p.yaml:5:39: error[W304]: metric/spread needs an affine map; source/loose has none\n"));
  CHECK_THAT(faults, Catch::Contains("'loose' is written here"));
  CHECK_THAT(faults, Catch::Contains("plugins with an affine map: source/mapped"));
}

TEST_CASE("What an output gives may have a facet that the plugin has not: that is known at plan",
          "[front][facets]") {
  CHECK(faults_of("learnt.law") == "");
  CHECK(faults_of("learnt") == "");
}

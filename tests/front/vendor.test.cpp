// tests/front/vendor.test.cpp -- plugins of several vendors: full names, short ones, and what a pipeline makes of them.
#include <catch2/catch.hpp>

#include <weir/front/show/json_schema.hpp>

#include "laboratory.hpp"

namespace {

weir::PluginSchema noise(const std::string& id) {
  weir::PluginSchema schema;
  schema.set_id(id);
  weir::ParamSchema sigma;
  sigma.name = "sigma";
  sigma.fallback = 0.05;
  schema.params = {sigma};
  return schema;
}

// Two vendors' sine; Weir's constant and one of acme's; a square of acme's alone.
const weir::Registry& registry() {
  static const weir::Registry made({noise("acme/noise/sine"), noise("bravo/noise/sine"),
                                    noise("noise/constant"), noise("acme/noise/constant"),
                                    noise("acme/noise/square")});
  return made;
}

std::string faults_of(const std::string& text) {
  const laboratory::Folder folder;
  try {
    weir::read_pipeline(folder.write("p.yaml", text), registry());
  } catch (const weir::InvalidPipeline& invalid) {
    return weir::text(invalid.faults());
  }
  return "";
}

}  // namespace

TEST_CASE("a full name is made of vendor, kind and name, and read back", "[front][vendor]") {
  for (const std::string id : {"acme/noise/sine", "noise/sine"}) {
    weir::PluginSchema schema;
    schema.set_id(id);
    CHECK(schema.kind == "noise");
    CHECK(schema.name == "sine");
    CHECK(schema.id() == id);
    CHECK(weir::plugin_schema(weir::to_json(schema)).id() == id);
  }
}

TEST_CASE("a full name always means its plugin, a short one only where there is one of it",
          "[front][vendor]") {
  CHECK(registry().plugin("acme/noise/sine")->vendor == "acme");
  CHECK(registry().plugin("bravo/noise/sine")->vendor == "bravo");
  CHECK(registry().plugin("noise/sine") == nullptr);
  CHECK(registry().named("noise/sine").size() == 2);
  CHECK(registry().plugin("noise/square")->id() == "acme/noise/square");
  CHECK(registry().plugin("bravo/noise/square") == nullptr);
  CHECK(registry().named("noise/saw").empty());
}

TEST_CASE(
    "Weir's own name is the whole name of its plugin: a vendor's of the same kind and name does not take it "
    "away",
    "[front][vendor]") {
  CHECK(registry().plugin("noise/constant")->vendor.empty());
  CHECK(registry().plugin("acme/noise/constant")->vendor == "acme");
  CHECK(registry().names("noise") == std::vector<std::string>{"acme/noise/constant", "acme/noise/sine",
                                                              "square", "bravo/noise/sine", "constant"});
}

TEST_CASE("a pipeline's nodes carry the full names", "[front][vendor]") {
  const laboratory::Folder folder;
  const auto graph = weir::read_pipeline(
      folder.write("p.yaml", "nodes:\n  a: {plugin: noise/square}\n  b: {plugin: bravo/noise/sine}\n"),
      registry());
  CHECK(graph.node("a")->plugin == "acme/noise/square");
  CHECK(graph.node("b")->plugin == "bravo/noise/sine");
}

TEST_CASE("a short name of several vendors is a fault that lists the full ones", "[front][vendor]") {
  CHECK(faults_of("nodes:\n  a: {plugin: noise/sine}\n")
            .find("p.yaml:2:15: error[W201]: plugin 'noise/sine' is there from several vendors (node 'a')\n"
                  "    2 |   a: {plugin: noise/sine}\n"
                  "      |               ^^^^^^^^^^ write 'acme/noise/sine' or 'bravo/noise/sine'\n") !=
        std::string::npos);
  CHECK(faults_of("nodes:\n  a: {plugin: acme/noise/sien}\n").find("did you mean 'acme/noise/sine'?") !=
        std::string::npos);
}

TEST_CASE(
    "a pipeline that extends another means the same plugin by a shorter name, another vendor's by another",
    "[front][vendor]") {
  const laboratory::Folder folder;
  folder.write(
      "base.yaml",
      "nodes:\n  a: {plugin: acme/noise/square, sigma: 2}\n  b: {plugin: acme/noise/sine, sigma: 3}\n");
  const auto graph = weir::read_pipeline(
      folder.write(
          "p.yaml",
          "extends: base.yaml\nnodes:\n  a: {plugin: noise/square}\n  b: {plugin: bravo/noise/sine}\n"),
      registry());
  CHECK(graph.node("a")->params["sigma"] == 2);
  CHECK(graph.node("b")->params["sigma"] == 0.05);
}

TEST_CASE("the JSON Schema offers each name that a pipeline may use", "[front][vendor][schema]") {
  const auto schema = weir::pipeline_schema(registry());
  CHECK(schema["definitions"]["plugin"]["enum"] ==
        nlohmann::json({"acme/noise/constant", "acme/noise/sine", "noise/square", "acme/noise/square",
                        "bravo/noise/sine", "noise/constant"}));
  CHECK(schema["definitions"].contains("bravo.noise.sine"));
}

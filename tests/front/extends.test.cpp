// tests/front/extends.test.cpp -- a pipeline merged over another.
#include <catch2/catch.hpp>

#include "laboratory.hpp"

namespace {

const char* const base =
    "name: base\nseed: 3\nnote: the first\nvars: {dim: 2, scale: 1}\nnodes:\n"
    "  base: {plugin: source/gaussian, dim: \"${dim}\", scale: \"${scale}\"}\n"
    "  digits: {plugin: source/idx, file: data/train.gz}\n"
    "  pairs: {plugin: coupling/affine, source: base, draw: {fixed: 8}, shift: [1, 2]}\n"
    "  task: {plugin: objective/flow_matching, coupling: pairs, interpolant: {plugin: linear, noise: "
    "{plugin: constant, sigma: 0.3}}}\n"
    "sweep:\n  shift: {set: base.scale, values: [1, 2]}\n";

}  // namespace

TEST_CASE("the extending file wins key by key, lists and axes go whole, name and note stay behind",
          "[front][extends]") {
  const laboratory::Folder folder;
  folder.write("below/base.yaml", base);
  const auto file = folder.write(
      "top.yaml",
      "extends: below/base.yaml\nvars: {dim: 5}\nnodes:\n  pairs: {shift: [3], draw: fresh}\n"
      "  task: {interpolant: {noise: {sigma: 0.4}}}\n  extra: {plugin: source/gaussian, dim: 1}\n"
      "sweep:\n  shift: {count: 2}\n");

  const weir::Graph graph = weir::read_pipeline(file, laboratory::registry());

  CHECK(graph.name == "top");
  CHECK(graph.seed == 3);
  CHECK(graph.node("base")->params["dim"] == 5);
  CHECK(graph.node("base")->params["scale"] == 1.0);
  CHECK(graph.node("pairs")->params["shift"] == nlohmann::json::array({3.0}));
  CHECK(graph.node("pairs")->params["draw"] == "fresh");
  CHECK(graph.node("task.interpolant.noise")->params["sigma"] == 0.4);
  CHECK(graph.node("extra") != nullptr);
  REQUIRE(graph.sweep.size() == 1);
  CHECK(graph.sweep[0].seeds);
}

TEST_CASE("every value keeps the place and the folder of the file that wrote it", "[front][extends]") {
  const laboratory::Folder folder;
  const auto below = folder.write("below/base.yaml", base);
  const auto file = folder.write("top.yaml",
                                 "extends: below/base.yaml\nnodes:\n  other: {plugin: source/idx, file: "
                                 "data/train.gz}\n  base: {scale: 2}\nvars: {scale: ~}\n");

  const weir::Graph graph = weir::read_pipeline(file, laboratory::registry());

  CHECK(graph.node("digits")->params["file"] == (folder.path() / "below/data/train.gz").string());
  CHECK(graph.node("other")->params["file"] == (folder.path() / "data/train.gz").string());
  CHECK(graph.node("base")->places.at("dim").file == below.string());
  CHECK(graph.node("base")->places.at("scale").file == file.string());
  CHECK(graph.node("base")->places.at("scale").line == 4);
}

TEST_CASE("a node that names another plugin replaces the inherited one, and a null takes a key away",
          "[front][extends]") {
  const laboratory::Folder folder;
  folder.write("base.yaml", base);
  const auto file = folder.write("top.yaml",
                                 "extends: base.yaml\nsweep: ~\nnodes:\n  task: {interpolant: {noise: "
                                 "{plugin: zero}}}\n  digits: ~\n  pairs: {shift: ~}\n");

  const weir::Graph graph = weir::read_pipeline(file, laboratory::registry());

  CHECK(graph.node("task.interpolant.noise")->plugin == "noise/zero");
  CHECK(graph.node("digits") == nullptr);
  CHECK(graph.node("pairs")->params["shift"].is_null());
  CHECK(graph.sweep.empty());
}

TEST_CASE("files may extend in a chain, and a circle of them is a fault at the line that closes it",
          "[front][extends]") {
  const laboratory::Folder folder;
  folder.write("a.yaml", base);
  folder.write("b.yaml", "extends: a.yaml\nseed: 4\n");
  const auto file = folder.write("c.yaml", "extends: b.yaml\nthreads: 2\n");
  const weir::Graph graph = weir::read_pipeline(file, laboratory::registry());
  CHECK(graph.seed == 4);
  CHECK(graph.threads == 2);

  folder.write("a.yaml", "extends: c.yaml\n");
  try {
    weir::read_pipeline(file, laboratory::registry());
    FAIL("accepted");
  } catch (const weir::InvalidPipeline& invalid) {
    REQUIRE(invalid.faults().size() == 1);
    CHECK(invalid.faults()[0].code == "W126");
    CHECK(invalid.faults()[0].place.file == (folder.path() / "a.yaml").string());
    CHECK_THAT(invalid.faults()[0].message, Catch::EndsWith("c.yaml' extends itself in a circle"));
  }
}

TEST_CASE("what is missing altogether is a fault of the extending file", "[front][extends]") {
  const laboratory::Folder folder;
  folder.write("base.yaml", "seed: 1\n");
  const auto file = folder.write("top.yaml", "# no nodes\nextends: base.yaml\n");
  try {
    weir::read_pipeline(file, laboratory::registry());
    FAIL("accepted");
  } catch (const weir::InvalidPipeline& invalid) {
    REQUIRE(invalid.faults().size() == 1);
    CHECK(invalid.faults()[0].code == "W121");
    CHECK(invalid.faults()[0].place.file == file.string());
    CHECK(invalid.faults()[0].place.line == 2);
  }
}

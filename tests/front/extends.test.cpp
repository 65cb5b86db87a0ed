// tests/front/extends.test.cpp -- a pipeline merged over another.
#include <catch2/catch.hpp>

#include <cstdlib>

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

namespace {

std::string text_of(const std::filesystem::path& file, const weir::PipelineOptions& options = {}) {
  try {
    weir::read_pipeline(file, laboratory::registry(), options);
  } catch (const weir::InvalidPipeline& invalid) {
    return weir::text(invalid.faults()) + weir::to_json(invalid.faults()).dump();
  }
  return "";
}

}  // namespace

TEST_CASE("nothing of a file that is no pipeline is shown, wherever it lies and however it is named",
          "[front][extends]") {
  const laboratory::Folder theirs, mine;
  const std::string shadow = "root:$y$j9T$secret:19000:0:99999:7:::\n";
  const std::vector<std::filesystem::path> files = {
      mine.write("shadow", shadow),
      mine.write("list.yaml", "- secret\n"),
      mine.write("text.yml", "secret\n"),
      mine.write("broken.yaml", "nodes: {secret: [\n"),
      mine.write("hosts.yml", "github.com: {oauth_token: secret}\n"),
      mine.write("mixed.yaml", "name: a\npassword: secret\n"),
      mine.write("config.json", "{\"auths\": \"secret\"}"),
      theirs.write("shadow", shadow),
      theirs.write(".env", "KEY=secret\n"),
      theirs.write(".hidden/hosts.yml", "oauth_token: secret\n")};
  std::filesystem::create_symlink(mine.path() / "shadow", theirs.path() / "link.yaml");
  std::filesystem::create_symlink(mine.path() / "hosts.yml", theirs.path() / "hosts.yaml");
  std::vector<std::filesystem::path> all = files;
  all.push_back(theirs.path() / "link.yaml");
  all.push_back(theirs.path() / "hosts.yaml");
  for (const auto& file : all) {
    const auto pipeline = theirs.write("p.yaml", "extends: " + file.string() + "\nnodes: {}\n");
    const std::string text = text_of(pipeline);
    INFO(file << "\n" << text);
    CHECK_THAT(text, Catch::Contains("error[W126]: '" + file.string() + "' is no pipeline"));
    CHECK_THAT(text, !Catch::Contains("secret"));
  }
  // Nor by way of a file between that is a pipeline.
  mine.write("between.yaml", "extends: hosts.yml\n");
  const auto pipeline = theirs.write("p.yaml", "extends: " + (mine.path() / "between.yaml").string() + "\n");
  CHECK_THAT(text_of(pipeline), Catch::Contains("hosts.yml' is no pipeline") && !Catch::Contains("secret"));
}

TEST_CASE("a pipeline elsewhere, and one with mistakes in the same folder, are shown with their faults",
          "[front][extends]") {
  const laboratory::Folder here, there;
  const auto elsewhere = there.write("base.yaml", "nodes:\n  n: {plugin: noise/constant, sigma: -1}\n");
  const auto file = here.write("p.yaml", "extends: " + elsewhere.string() + "\n");
  CHECK_THAT(text_of(file), Catch::Contains("    2 |   n: {plugin: noise/constant, sigma: -1}"));
  here.write("below/base.yaml", "nodse: {}\n");
  const auto beside = here.write("q.yaml", "extends: below/base.yaml\n");
  CHECK_THAT(text_of(beside), Catch::Contains("unknown key 'nodse'") && Catch::Contains("    1 | nodse: {}"));
}

TEST_CASE("an experiment says which files it was read from", "[front][extends]") {
  const laboratory::Folder folder;
  folder.write("a.yaml", base);
  folder.write("b.yaml", "extends: a.yaml\n");
  const auto file = folder.write("c.yaml", "extends: b.yaml\n");
  const weir::Experiment experiment(file, laboratory::registry());
  const auto path = std::filesystem::canonical(folder.path());
  CHECK(experiment.files() ==
        std::vector<std::filesystem::path>{path / "c.yaml", path / "b.yaml", path / "a.yaml"});
}

TEST_CASE("a resolved pipeline takes nothing from files or variables of whoever reads it",
          "[front][extends]") {
  const laboratory::Folder folder;
  folder.write("base.yaml", base);
  ::setenv("WEIR_SECRET", "hunter2", 1);
  const auto written = folder.write(
      "r.yaml",
      "nodes:\n  digits: {plugin: source/idx, file: \"${env:WEIR_SECRET}\", note: \"${env:WEIR_SECRET}\"}\n");
  const weir::Graph filled = weir::read_pipeline(written, laboratory::registry());
  const weir::Graph kept = weir::read_pipeline(written, laboratory::registry(), {.resolved = true});
  ::unsetenv("WEIR_SECRET");
  CHECK_THAT(filled.node("digits")->params["file"].get<std::string>(), Catch::EndsWith("/hunter2"));
  CHECK(kept.node("digits")->params["file"] == (folder.path() / "${env:WEIR_SECRET}").string());
  CHECK(kept.node("digits")->note == "${env:WEIR_SECRET}");

  const auto asking =
      folder.write("s.yaml", "extends: base.yaml\nvars: {a: 1}\nnodes:\n  n: {plugin: noise/zero}\n");
  const std::string text = text_of(asking, {.resolved = true});
  CHECK_THAT(text, Catch::Contains(
                       "error[W120]: a resolved pipeline holds every value itself and has no 'extends'"));
  CHECK_THAT(text,
             Catch::Contains("error[W120]: a resolved pipeline holds every value itself and has no 'vars'"));
}

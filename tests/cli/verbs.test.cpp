// tests/cli/verbs.test.cpp -- the built program: its verbs, its suggestions, its exit codes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

#include "pipelines.hpp"
#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using Catch::StartsWith;
using Json = nlohmann::json;

TEST_CASE("An unknown verb, option or file names the nearest one, and exits with 2") {
  const ScratchFolder scratch;
  scratch.write("rotation.yaml", small_pipeline);
  const Answer verb = weir_program(scratch.path(), "rnu rotation.yaml");
  CHECK(verb.exit == 2);
  CHECK(verb.err ==
        "weir: unknown verb 'rnu', did you mean 'run'?\n"
        "verbs: run, validate, plan, graph, plugins, show, schema, info, repair, completion        more: "
        "weir --help\n");
  CHECK(weir_program(scratch.path(), "rotation.yaml").err ==
        "weir: 'rotation.yaml' is a file; did you mean `weir run rotation.yaml`?\n");
  CHECK(weir_program(scratch.path(), "run rotatoin.yaml").err ==
        "weir: there is no file rotatoin.yaml, did you mean 'rotation.yaml'?\n");
  CHECK(weir_program(scratch.path(), "run rotation.yaml --job 2").err ==
        "weir: unexpected argument '--job', did you mean '--jobs'?\nmore: weir run --help\n");
  CHECK(weir_program(scratch.path(), "run").exit == 2);
  CHECK(weir_program(scratch.path(), "plan rotation.yaml --set train.steps").err ==
        "weir: --set train.steps: write it as PATH=VALUE, e.g. --set train.steps=100\n");
}

TEST_CASE("Help and version are answers, not errors") {
  const ScratchFolder scratch;
  CHECK(weir_program(scratch.path(), "--version").out.starts_with("weir 0."));
  const Answer help = weir_program(scratch.path(), "run --help");
  CHECK(help.exit == 0);
  for (const char* option :
       {"--set", "--out", "--jobs", "--device", "--threads", "--plugin-path", "--progress", "--force"})
    CHECK_THAT(help.out, Contains(option));
  CHECK_THAT(help.out, Contains("weir run rotation.yaml"));
}

TEST_CASE("Faults are shown with their place, all at once, and as JSON") {
  const ScratchFolder scratch;
  std::string faulty = small_pipeline;
  faulty.replace(faulty.find("depth: 1"), 8, "dept: 1");
  scratch.write("good.yaml", small_pipeline);
  scratch.write("bad.yaml", faulty);
  const Answer text = weir_program(scratch.path(), "validate good.yaml bad.yaml absent.yaml");
  CHECK(text.exit == 2);
  CHECK(text.out == "good.yaml: ok\n");
  CHECK_THAT(text.err, Contains("bad.yaml:") && Contains("unknown parameter 'dept' of field/mlp") &&
                           Contains("there is no file absent.yaml"));
  const Answer json = weir_program(scratch.path(), "validate good.yaml bad.yaml --format json");
  CHECK(json.exit == 2);
  const Json answers = Json::parse(json.out);
  CHECK(answers[0]["ok"] == true);
  CHECK(answers[1]["faults"].size() == 1);
  CHECK(answers[1]["faults"][0]["line"].get<int>() > 1);
  const Answer run = weir_program(scratch.path(), "run bad.yaml -o out.h5");
  CHECK(run.exit == 2);
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "out.h5"));
}

TEST_CASE("A plan names nodes, runs and shared work; its resolved forms give the same pipeline back") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  CHECK_THAT(weir_program(scratch.path(), "plan swept.yaml").out,
             Contains("train  trainer/gradient") && Contains("train: 4 runs, 2 distinct"));
  const Answer resolved = weir_program(scratch.path(), "plan swept.yaml --resolved");
  scratch.write("resolved.yaml", resolved.out);
  CHECK(weir_program(scratch.path(), "plan resolved.yaml --resolved").out == resolved.out);
  CHECK(Json::parse(weir_program(scratch.path(), "plan swept.yaml --format json").out)["name"] == "swept");
  CHECK(weir_program(scratch.path(), "graph swept.yaml").out.starts_with("digraph"));
  CHECK(weir_program(scratch.path(), "graph swept.yaml --format mermaid").out.starts_with("flowchart"));
}

TEST_CASE("Plugins are listed, shown by full or short name, and described for editors") {
  const ScratchFolder scratch;
  CHECK_THAT(weir_program(scratch.path(), "plugins").out,
             Contains("source/gaussian") && Contains("trainer/gradient"));
  const Json all = Json::parse(weir_program(scratch.path(), "plugins --json").out);
  CHECK(all["plugins"].size() >= 10);
  CHECK_THAT(weir_program(scratch.path(), "show noise/constant").out,
             StartsWith("noise/constant") && Contains("sigma"));
  CHECK(weir_program(scratch.path(), "show adam").out ==
        weir_program(scratch.path(), "show optimiser/adam").out);
  CHECK_THAT(weir_program(scratch.path(), "show noise/constnat").err,
             Contains("did you mean 'noise/constant'?"));
  CHECK_THAT(weir_program(scratch.path(), "show noise").err,
             Contains("'noise' is a kind; its plugins: noise/"));
  CHECK_THAT(weir_program(scratch.path(), "show affine").err,
             Contains("'affine' is the name of several plugins: coupling/affine, field/affine"));
  CHECK(weir_program(scratch.path(), "schema -o s.json").exit == 0);
  CHECK(Json::parse(scratch.read("s.json")).contains("$schema"));
}

TEST_CASE("What needs no run is answered within 0.3 s") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  for (const char* words :
       {"validate swept.yaml", "plan swept.yaml", "graph swept.yaml", "show adam", "schema"}) {
    // The best of three: a busy machine delays one process, not the program.
    double best = 1e9;
    for (int attempt = 0; attempt < 3; ++attempt) {
      const auto begun = std::chrono::steady_clock::now();
      CHECK(weir_program(scratch.path(), words).exit == 0);
      best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    }
    INFO(words);
    CHECK(best < 0.3);
  }
}

TEST_CASE("The completion script is one that bash can read") {
  const ScratchFolder scratch;
  scratch.write("c.bash", weir_program(scratch.path(), "completion bash").out + "complete -p weir\n");
  CHECK(std::system(("bash '" + (scratch.path() / "c.bash").string() + "' > /dev/null").c_str()) == 0);
}

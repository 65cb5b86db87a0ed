// tests/cli/verbs.test.cpp -- the built program: its verbs, its suggestions, its exit codes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "pipelines.hpp"
#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;
using Json = nlohmann::json;

TEST_CASE("An unknown verb, option or file names the nearest one, and exits with 2") {
  const ScratchFolder scratch;
  scratch.write("rotation.yaml", small_pipeline);
  const Answer verb = weir_program(scratch.path(), "rnu rotation.yaml");
  CHECK(verb.exit == 2);
  CHECK(verb.err ==
        "weir: unknown verb 'rnu', did you mean 'run'?\n"
        "verbs: run, validate, plan, graph, plugins, show, schema, explain, new, plugin, info, sample, "
        "export, compare, judge, replay, "
        "rerun, report, repair, verify, doctor, completion        more: weir --help\n");
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

TEST_CASE("An option that takes a number says which numbers") {
  const ScratchFolder scratch;
  const auto refusal = [&](const std::string& words) {
    const Answer answer = weir_program(scratch.path(), words);
    CHECK(answer.exit == 2);
    return answer.err.substr(0, answer.err.find('\n'));
  };
  CHECK(refusal("run x.yaml --jobs 0") == "weir: --jobs: '0' is no whole number from 1 to 4096");
  CHECK(refusal("validate x.yaml --threads 1.5") ==
        "weir: --threads: '1.5' is no whole number from 1 to 4096");
  CHECK(refusal("rerun x.h5 --tolerance -1") == "weir: --tolerance: '-1' is no number from 0");
  CHECK(refusal("replay x.h5 train --tolerance nan") == "weir: --tolerance: 'nan' is no number from 0");
  CHECK(refusal("plugin check x.so --timeout 0") == "weir: --timeout: '0' is no number above 0");
  CHECK(refusal("report x.h5 --port 70000") == "weir: --port: '70000' is no whole number from 0 to 65535");
  CHECK(refusal("report x.h5 --every 0") == "weir: --every: '0' is no number from 0.1 to 86400");
}

TEST_CASE("A record in a pipeline's place, and data in a record's, are told what reads them") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  REQUIRE(weir_program(scratch.path(), "run small.yaml --progress none").exit == 0);
  for (const std::string verb : {"validate", "plan", "graph", "run"}) {
    const Answer answer = weir_program(scratch.path(), verb + " small.h5");
    CHECK(answer.exit == 2);
    CHECK_THAT(answer.err,
               StartsWith("small.h5: error[W104]: this is an HDF5 file, and a pipeline is text\n") &&
                   Contains("the pipeline of a record: weir info small.h5:/pipeline/source"));
  }
  const Answer judged = weir_program(scratch.path(), "judge small.h5 small.h5");
  CHECK(judged.exit == 2);
  CHECK(judged.err ==
        "weir: small.h5 is a record, an HDF5 file, and no pipeline: each record is judged by itself, weir "
        "judge "
        "small.h5; two are compared by weir compare small.h5 small.h5\n");
  scratch.write("points.npy", "\x93NUMPY");
  for (const std::string name : {"points.npy", "points.npy:x"}) {
    const Answer data = weir_program(scratch.path(), "info " + name);
    CHECK(data.exit == 4);
    CHECK_THAT(data.err,
               Contains("it is not an HDF5 file\nsource/array reads .npy: {plugin: source/array, file: "
                        "points.npy}\n"));
  }
  scratch.write("swept.yaml", swept_pipeline);
  REQUIRE(weir_program(scratch.path(), "run swept.yaml -o swept --progress none").exit == 0);
  for (const std::string name : {"swept", "swept/"})
    CHECK_THAT(weir_program(scratch.path(), "info " + name).out,
               EndsWith("one run: weir info swept/runs/RUN.h5\n"));
}

TEST_CASE("Plugins that a pipeline names are loaded once the user trusts their folder") {
  const ScratchFolder scratch;
  scratch.write("mine/README", "no plugin");
  scratch.write("p.yaml", "plugins: mine\nnodes:\n  base: {plugin: source/gaussian, dim: 2}\n");
  const std::string folder = std::filesystem::canonical(scratch.path() / "mine").string();
  const Answer refused = weir_program(scratch.path(), "validate p.yaml");
  CHECK(refused.exit == 2);
  CHECK_THAT(refused.out + refused.err,
             Contains("p.yaml:1:10: error[W129]: plugins are programs, and those of '" + folder +
                      "' are loaded only if you trust it") &&
                 Contains("--trust " + folder));
  CHECK(weir_program(scratch.path(), "validate p.yaml --trust mine").exit == 0);
  CHECK(weir_program(scratch.path(), "validate p.yaml --plugin-path mine").exit == 0);
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
  const Json all = Json::parse(weir_program(scratch.path(), "plugins --format json").out);
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
  CHECK_THAT(weir_program(scratch.path(), "show two_moons").err,
             Contains("{plugin: source/mixture, set: two_moons}; more: weir show source/mixture"));
  CHECK(weir_program(scratch.path(), "schema -o s.json").exit == 0);
  CHECK(Json::parse(scratch.read("s.json")).contains("$schema"));
}

TEST_CASE("What needs no run starts no other program and loads no LibTorch") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  for (const char* words :
       {"validate swept.yaml", "plan swept.yaml", "graph swept.yaml", "show adam", "schema"}) {
    INFO(words);
    // LD_DEBUG=libs names every library that is loaded, by this process and by those it starts.
    const Answer answer = weir_program(scratch.path(), words, "WEIR_RUN=/nowhere LD_DEBUG=libs");
    CHECK(answer.exit == 0);
    CHECK_THAT(answer.err, Contains("libweir_front") && !Contains("libtorch") && !Contains("weir-run"));
  }
}

TEST_CASE("A plan with sizes says what a run would record") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  const Answer sizes = weir_program(scratch.path(), "plan swept.yaml --sizes");
  CHECK(sizes.exit == 0);
  CHECK_THAT(sizes.out, Contains("pairs.x0") && Contains("128 B        pair 16 x dim 2"));
  CHECK_THAT(sizes.out, Contains("train.loss") && Contains("8 B a row"));
  CHECK_THAT(sizes.out, Contains("a run records") && Contains("4 runs of this shape would record"));
}

TEST_CASE(
    "A path through several points where a closed form needs one of two is found by validate, with both "
    "ends") {
  const ScratchFolder scratch;
  scratch.write("path.yaml", R"(name: path
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  pairs:  {plugin: coupling/independent, source: base, target: base, draw: {fixed: 16}}
  curve:  {plugin: interpolant/spline, noise: {plugin: constant, sigma: 1}}
  exact:  {plugin: field/kernel, coupling: pairs, interpolant: curve}
)");
  const Answer answer = weir_program(scratch.path(), "validate path.yaml");
  CHECK(answer.exit == 2);
  CHECK_THAT(
      answer.err,
      Contains("path.yaml:6:64: error[W304]: field/kernel needs coefficients; interpolant/spline has none") &&
          Contains("path.yaml:5:3: 'curve' is written here") &&
          Contains("plugins with coefficients: interpolant/linear"));
}

TEST_CASE("Three points of each pair under a path of two are found before anything runs") {
  const ScratchFolder scratch;
  scratch.write("chain.yaml", R"(name: chain
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  pairs:  {plugin: coupling/chain, sources: {start: base, middle: base, end: base}, draw: fresh}
  task:   {plugin: objective/flow_matching, coupling: pairs, interpolant: linear}
  train:  {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp}, steps: 3}
)");
  const Answer answer = weir_program(scratch.path(), "run chain.yaml -o out.h5");
  CHECK(answer.exit == 2);
  CHECK_THAT(
      answer.err,
      Contains("chain.yaml:5:75: error[W502]") &&
          Contains("the path of 'task.interpolant' does not go through the 3 points that 'pairs' gives") &&
          Contains("use interpolant/spline, which goes through any number of them") &&
          Contains("chain.yaml:4:3: each pair is given 3 points here"));
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "out.h5"));
}

TEST_CASE("Shapes that cannot match are found before anything runs, with both ends") {
  const ScratchFolder scratch;
  scratch.write("shapes.yaml", R"(name: shapes
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  target: {plugin: source/gaussian, dim: 3}
  pairs:  {plugin: coupling/independent, source: base, target: target, draw: {fixed: 16}}
  fresh:  {plugin: coupling/independent, source: base, target: base, draw: fresh}
  task:   {plugin: objective/flow_matching, coupling: fresh}
  train:  {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp}, steps: 3}
  flow:   {plugin: integrator/euler, field: train.field, start: fresh.x0, steps: 2}
)");
  const std::string faults =
      "shapes.yaml:5:64: error[W502]: both ends of a pair need one shape: source 'base' has items [2], "
      "target 'target' "
      "has [3] (node 'pairs', coupling/independent)\n"
      "    5 |   pairs:  {plugin: coupling/independent, source: base, target: target, draw: {fixed: 16}}\n"
      "      |                                                                ^^^^^^ give the source that "
      "shape, or "
      "flatten the target\n"
      "   shapes.yaml:3:3: 'base' has items [2]\n"
      "    3 |   base:   {plugin: source/gaussian, dim: 2}\n"
      "      |   ^^^^\n"
      "   shapes.yaml:4:3: 'target' is source/gaussian\n"
      "    4 |   target: {plugin: source/gaussian, dim: 3}\n"
      "      |   ^^^^^^\n"
      "shapes.yaml:9:65: error[W502]: start needs fresh.x0 (source points of the pairs; there only with "
      "draw: {fixed: N}), which fresh "
      "does not give "
      "as it is set (node 'flow', integrator/euler)\n"
      "    9 |   flow:   {plugin: integrator/euler, field: train.field, start: fresh.x0, steps: 2}\n"
      "      |                                                                 ^^^^^^^^\n"
      "   shapes.yaml:6:3: set here\n"
      "    6 |   fresh:  {plugin: coupling/independent, source: base, target: base, draw: fresh}\n"
      "      |   ^^^^^\n"
      "2 errors. Nothing was run.        explained by: weir explain W502\n";
  for (const char* words : {"plan shapes.yaml --sizes", "run shapes.yaml -o out.h5"}) {
    const Answer answer = weir_program(scratch.path(), words);
    CHECK(answer.exit == 2);
    CHECK(answer.err == faults);
    CHECK_FALSE(std::filesystem::exists(scratch.path() / "out.h5"));
  }
}

TEST_CASE("Where two ends are images of other sizes, the size to read them in is said") {
  const ScratchFolder scratch;
  scratch.write("shapes.yaml", R"(nodes:
  base:   {plugin: source/gaussian, shape: [3, 20, 60]}
  target: {plugin: source/gaussian, shape: [3, 20, 20]}
  pairs:  {plugin: coupling/independent, source: base, target: target, draw: {fixed: 16}}
)");
  CHECK_THAT(weir_program(scratch.path(), "plan shapes.yaml --sizes").err,
             Contains("^^^^^^ give the source that shape, or the target that of the source: of source/images "
                      "height: 20, width: 60\n"));
}

TEST_CASE("A sweep is made smaller by its axes, and what an axis sets is not set beside it") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  const Answer small =
      weir_program(scratch.path(), "plan swept.yaml --set sweep.seed.count=1 --set sweep.steps.values=[5]");
  CHECK(small.exit == 0);
  CHECK_THAT(small.out, Contains("sweep: 1 run"));
  const Answer swept = weir_program(scratch.path(), "run swept.yaml --set flow.steps=7");
  CHECK(swept.exit == 2);
  CHECK(
      swept.err ==
      "weir: --set flow.steps=7: axis 'steps' of the sweep sets flow.steps in every run; set the axis: --set "
      "sweep.steps.values=...\n");
  CHECK(weir_program(scratch.path(), "plan swept.yaml --set seed=9").exit ==
        0);  // where a count of seeds starts
  CHECK_THAT(weir_program(scratch.path(), "plan swept.yaml --set sweep.stesp.values=[5]").err,
             Contains("the sweep has no axis 'stesp'") && Contains("did you mean 'steps'?") &&
                 Contains("axes: steps, seed"));
}

TEST_CASE("What a record keeps is checked with the rest") {
  const ScratchFolder scratch;
  std::string text = small_pipeline;
  const std::string from = "draw: {fixed: 16}";
  text.replace(text.find(from), from.size(), from + ", record: {x7: 10, x0: 0}");
  scratch.write("p.yaml", text);
  const Answer answer = weir_program(scratch.path(), "validate p.yaml");
  CHECK(answer.exit == 2);
  CHECK_THAT(answer.out + answer.err,
             Contains("unknown output 'x7' of coupling/affine (node 'pairs')") &&
                 Contains("outputs: x0, x1, id, label, x0_item, x1_item") &&
                 Contains("what is recorded of 'x0' must be all, none, true, false or a number "
                          "of first rows from 1 on, not"));
  text.replace(text.find("{x7: 10, x0: 0}"), 15, "some");
  scratch.write("p.yaml", text);
  CHECK_THAT(weir_program(scratch.path(), "validate p.yaml").err,
             Contains("'record' of coupling/affine (node 'pairs') must be all, none, or a map of outputs"));
}

TEST_CASE("A record's info shows its numbers") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  CHECK(weir_program(scratch.path(), "run small.yaml -o small.h5 --progress none").exit == 0);
  const auto info = Json::parse(weir_program(scratch.path(), "info small.h5 --format json").out);
  for (const auto& node : info["nodes"]) {
    for (const auto& dataset : node["datasets"]) {
      if (dataset["path"] == "/nodes/flow/nfe") CHECK(dataset["value"] == 2);
    }
  }
  CHECK_THAT(weir_program(scratch.path(), "info small.h5").out,
             Contains("int64    []             2  (evaluations of the field"));
}

TEST_CASE(
    "A record's info draws traces in blocks where they can be shown: on a terminal, in a locale of UTF-8") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  CHECK(weir_program(scratch.path(), "run small.yaml -o small.h5 --progress none").exit == 0);
  const std::string blocks = "\u2588", ascii = "#";
  const auto on_terminal = [&](const std::string& locale) {
    const std::string command = "cd '" + scratch.path().string() + "' && LC_ALL=" + locale +
                                " script -qec '" WEIR_BIN_DIR
                                "/weir info small.h5' /dev/null > shown < /dev/null";
    CHECK(std::system(command.c_str()) == 0);
    std::ifstream in(scratch.path() / "shown");
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  CHECK_THAT(on_terminal("C.UTF-8"), Contains(blocks));
  CHECK_THAT(on_terminal("C"), !Contains(blocks) && Contains(ascii));
  CHECK_THAT(weir_program(scratch.path(), "info small.h5", "LC_ALL=C.UTF-8").out,
             !Contains(blocks) && Contains(ascii));
}

TEST_CASE("The completion script is one that bash can read, and completes verbs, options and kinds") {
  const ScratchFolder scratch;
  scratch.write("c.bash", weir_program(scratch.path(), "completion bash").out + "complete -p weir\n");
  CHECK(std::system(("bash '" + (scratch.path() / "c.bash").string() + "' > /dev/null").c_str()) == 0);
  const auto completions = [&](const std::string& words) {
    scratch.write("ask.bash",
                  "source ./c.bash > /dev/null\nCOMP_WORDS=(weir " + words +
                      ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_weir\necho \"${COMPREPLY[*]}\"\n");
    const std::string command = "cd '" + scratch.path().string() + "' && bash ask.bash > answer";
    CHECK(std::system(command.c_str()) == 0);
    return scratch.read("answer");
  };
  CHECK(completions("ne") == "new\n");
  CHECK(completions("new ''") == "plugin pipeline\n");
  CHECK(completions("plugin ''") == "check\n");
  CHECK(completions("plugin check --on") == "--only\n");
  CHECK(completions("new plugin sine --k") == "--kind\n");
  CHECK(completions("new plugin sine --kind no") == "noise\n");
  CHECK(completions("new plugin leap --kind integrator --base emb") == "embedded\n");
}

// tests/front/set.test.cpp -- `--set path=value`.
#include <catch2/catch.hpp>

#include "laboratory.hpp"

namespace {

weir::PipelineOptions set(std::vector<std::pair<std::string, std::string>> assignments) {
  weir::PipelineOptions options;
  options.set = std::move(assignments);
  return options;
}

weir::Graph with(std::vector<std::pair<std::string, std::string>> assignments) {
  return laboratory::graph_of(laboratory::rotation, set(std::move(assignments)));
}

std::string faults_with(const std::string& path, const std::string& value) {
  return laboratory::faults_of(laboratory::rotation, set({{path, value}}));
}

}  // namespace

TEST_CASE("set reaches written parameters, defaults, inline nodes and default plugins", "[front][set]") {
  const weir::Graph graph = with({{"train.steps", "2e3"},
                                  {"train.ema", "0.5"},
                                  {"task.interpolant.noise.sigma", "0.7"},
                                  {"task.time.note", "default plugin"},
                                  {"train.probes.variance.bins", "3"},
                                  {"pairs.shift", "[1, 2]"},
                                  {"pairs.angle", "90 deg"}});
  CHECK(graph.node("train")->params["steps"] == 2000);
  CHECK(graph.node("train")->params["ema"] == 0.5);
  CHECK(graph.node("task.interpolant.noise")->params["sigma"] == 0.7);
  CHECK(graph.node("task.time")->note == "default plugin");
  CHECK(graph.node("train.probes.variance")->params["bins"] == 3);
  CHECK(graph.node("pairs")->params["shift"] == nlohmann::json({1.0, 2.0}));

  std::string plain = laboratory::rotation;
  plain.erase(plain.find("optimiser: {plugin: adam, lr: 1.0e-3}, "), 39);
  CHECK(laboratory::graph_of(plain, set({{"train.optimiser.lr", "0.25"}}))
            .node("train.optimiser")
            ->params["lr"] == 0.25);
}

TEST_CASE("set and sweeps write a plugin as a bare word, and reach its parameters", "[front][set]") {
  CHECK(with({{"train.optimiser", "sgd"}}).node("train.optimiser")->plugin == "optimiser/sgd");
  const weir::Graph graph = with({{"train.optimiser", "sgd"}, {"train.optimiser.lr", "0.25"}});
  CHECK(graph.node("train.optimiser")->plugin == "optimiser/sgd");
  CHECK(graph.node("train.optimiser")->params["lr"] == 0.25);
  std::string swept = laboratory::rotation;
  swept.replace(swept.find("  sigma: {set"), 0, "  rule: {set: train.optimiser, values: [adam, sgd]}\n");
  const weir::Graph all = laboratory::graph_of(swept);
  CHECK(all.sweep.at(0).points.at(1).label == "sgd");
  CHECK(all.sweep.at(0).points.at(1).set.at(0) ==
        std::pair<std::string, std::string>("train.optimiser", "sgd"));
}

TEST_CASE("set writes links, plugins, draws and the top level, and the last one counts", "[front][set]") {
  const weir::Graph graph = with({{"flow.field", "train.ema"},
                                  {"pairs.draw", "fresh"},
                                  {"pairs.draw.fixed", "16"},
                                  {"seed", "1"},
                                  {"seed", "99"},
                                  {"device", "cpu"},
                                  {"dtype", "float64"},
                                  {"threads", "4"}});
  CHECK(graph.node("flow")->ports.at("field").at(0).second.output == "ema");
  CHECK(graph.node("pairs")->params["draw"] == nlohmann::json({{"fixed", 16}}));
  CHECK(graph.seed == 99);
  CHECK(graph.device == "cpu");
  CHECK(graph.dtype == "float64");
  CHECK(graph.threads == 4);
  CHECK(weir::combinations(graph).front().axes.back().second ==
        99);  // seeds count from the seed that was set
}

TEST_CASE("set vars.x changes a var before it is put in", "[front][set]") {
  const std::string text = "vars: {dim: 2}\nnodes:\n  base: {plugin: source/gaussian, dim: \"${dim}\"}\n";
  CHECK(laboratory::graph_of(text, set({{"vars.dim", "9"}})).node("base")->params["dim"] == 9);
  CHECK(laboratory::faults_of(text, set({{"vars.dimm", "9"}})) ==
        "--set vars.dimm=9: error[W127]: this pipeline has no var 'dimm'\n   = did you mean 'dim'?\n" +
            laboratory::end_of_one("W127"));
  CHECK(laboratory::faults_of(text, set({{"vars.dim", "x"}})) ==
        "p.yaml:3:40: error[W206]: parameter 'dim' of source/gaussian (node 'base') must be an integer, not "
        "'x'\n"
        "    3 |   base: {plugin: source/gaussian, dim: \"${dim}\"}\n"
        "      |                                        ^^^^^^^^\n"
        "   --set vars.dim=x: the value comes from here\n" +
            laboratory::end_of_one("W206"));
}

TEST_CASE("a path set on the command line starts from the working directory", "[front][set]") {
  const weir::Graph graph =
      laboratory::graph_of("nodes:\n  d: {plugin: source/idx, file: a}\n", set({{"d.file", "b/c"}}));
  CHECK(graph.node("d")->params["file"] ==
        (std::filesystem::current_path() / "b/c").lexically_normal().string());
}

TEST_CASE("the options device and threads stand above file and set", "[front][set]") {
  weir::PipelineOptions options = set({{"device", "cpu"}});
  options.device = "cuda:1";
  options.threads = 2;
  const weir::Graph graph = laboratory::graph_of(laboratory::rotation, options);
  CHECK(graph.device == "cuda:1");
  CHECK(graph.threads == 2);
  options.device = "gpu";
  CHECK(laboratory::faults_of(laboratory::rotation, options) ==
        "--device gpu: error[W206]: 'device' must be cpu, cuda, cuda:N or auto, not 'gpu'\n" +
            laboratory::end_of_one("W206"));
}

TEST_CASE("a wrong path or value is a fault at the words of the command line", "[front][set]") {
  const auto end = [](const std::string& code) { return "\n" + laboratory::end_of_one(code); };
  CHECK(
      faults_with("train.lr", "1") ==
      "--set train.lr=1: error[W203]: unknown parameter 'lr' of trainer/gradient (node 'train')\n   = valid: "
      "steps, batch, ema, objective, model, optimiser, probes        more: weir show trainer/gradient" +
          end("W203"));
  CHECK(faults_with("trian.steps", "1") ==
        "--set trian.steps=1: error[W127]: there is no node 'trian' whose parameter could be set\n   = did "
        "you mean 'train'?" +
            end("W127"));
  CHECK(faults_with("train", "1") ==
        "--set train=1: error[W127]: 'train' is a node, and a value is set for one of its parameters\n   = "
        "write train.parameter" +
            end("W127"));
  CHECK(faults_with("task.coupling.angle", "1") ==
        "--set task.coupling.angle=1: error[W127]: port 'coupling' of node 'task' is linked to 'pairs'\n   = "
        "set pairs.angle" +
            end("W127"));
  CHECK(faults_with("train.steps.x", "1") ==
        "--set train.steps.x=1: error[W127]: parameter 'steps' of node 'train' has no parts\n   = write "
        "train.steps" +
            end("W127"));
  CHECK(faults_with("train.probes.loss.every", "1") ==
        "--set train.probes.loss.every=1: error[W127]: port 'probes' of node 'train' holds no 'loss'" +
            end("W127"));
  CHECK(faults_with("recall.ot.x", "1") ==
        "--set recall.ot.x=1: error[W127]: port 'ot' of node 'recall' is not written and has no default "
        "plugin" +
            end("W127"));
  CHECK(faults_with("flow.steps", "0") ==
        "--set flow.steps=0: error[W207]: parameter 'steps' of integrator/euler (node 'flow') must be at "
        "least 1, not 0" +
            end("W207"));
  CHECK(faults_with("flow.steps", "[1") ==
        "--set flow.steps=[1: error[W105]: this is not YAML: what is opened here is never closed" +
            end("W105"));
  CHECK(faults_with("flow.steps", "") ==
        "--set flow.steps=: error[W206]: parameter 'steps' of integrator/euler (node 'flow') must be an "
        "integer, not nothing" +
            end("W206"));
  CHECK(faults_with("flow.steps", "\x01") ==
        "--set flow.steps=?: error[W104]: a pipeline is text, and here stands the control byte 0x01\n   = "
        "remove it" +
            end("W104"));
}

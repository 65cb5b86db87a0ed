// tests/cli/first_hour.test.cpp -- what a user meets first: what cannot fit, names that are too long, fields that nothing has trained,
// averages of short trainings, full disks, commands to paste.
#include <catch2/catch.hpp>

#include <weir/record/reader.hpp>

#include "pipelines.hpp"
#include "trainings.hpp"

using Catch::Contains;

namespace {

namespace fs = std::filesystem;

const std::string sources = R"(nodes:
  base:   {plugin: source/gaussian, dim: 2}
  target: {plugin: source/mixture, set: two_moons}
)";

// Every run here ends at once, with `text` said.
Answer run_of(const ScratchFolder& scratch, const std::string& nodes, const std::string& words = "") {
  scratch.write("p.yaml", sources + nodes);
  return weir_program(scratch.path(), "run p.yaml --progress plain" + words);
}

std::string spaced(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

// Pairs of NaN, which only the distance refuses, after the training.
const std::string failing =
    "  pairs: {plugin: coupling/independent, source: base, target: target, draw: fresh}\n"
    "  task:  {plugin: objective/flow_matching, coupling: pairs}\n"
    "  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 4}, "
    "batch: 8, steps: 300}\n"
    "  start: {plugin: coupling/independent, source: base, target: target, draw: {fixed: 8}}\n"
    "  flow:  {plugin: integrator/euler, field: train.field, start: start.x0, steps: 2}\n"
    "  far:   {plugin: source/gaussian, dim: 2, scale: 1e38}\n"
    "  lost:  {plugin: coupling/affine, source: far, angle: 0 deg, shift: [3e38, 3e38], draw: {fixed: 8}}\n"
    "  w2:    {plugin: metric/w2, samples: flow.end, points: lost.x1}\n"
    "report: {w2.w2: last}\n";

// Whether anything was trained, as `--progress json` tells.
bool trained(const Answer& answer) {
  return answer.out.find(R"({"event":"progress","node":"train")") != std::string::npos;
}

}  // namespace

TEST_CASE("What cannot fit into memory is a fault of plan, with its bytes", "[first_hour]") {
  const ScratchFolder scratch;
  struct Case {
    std::string nodes, line, bytes;
  };
  const std::string fixed = "draw: {fixed: ";
  const std::vector<Case> cases = {
      {"  p: {plugin: coupling/ot, source: base, target: target, draw: {fixed: 3000000}}\n", "p.yaml:4:",
       "optimal transport of 3000000 pairs holds the distance of each point to each other: it needs 36.0 TB"},
      {"  p: {plugin: coupling/chain, sources: {a: base, b: target}, pairing: ot, draw: {fixed: 3000000}}\n",
       "p.yaml:4:", "36.0 TB"},
      {"  q: {plugin: coupling/independent, source: base, target: target, draw: {fixed: 3000000}}\n"
       "  p: {plugin: coupling/rematched, coupling: q}\n",
       "p.yaml:5:", "36.0 TB"},
      {"  p: {plugin: coupling/independent, source: base, target: target, draw: {fixed: 1e12}}\n",
       "p.yaml:4:", "what all nodes give, 24.0 TB of it from node 'p'"},
      {"  p: {plugin: coupling/independent, source: base, target: target, draw: fresh}\n"
       "  task: {plugin: objective/flow_matching, coupling: p}\n"
       "  t: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 4}, steps: 1, "
       "batch: 1e13}\n",
       "p.yaml:6:", "a step of 10000000000000 rows needs 160.0 TB"}};
  for (const Case& each : cases) {
    const Answer answer = run_of(scratch, each.nodes);
    INFO(each.nodes << answer.err);
    CHECK(answer.exit == 2);
    CHECK_THAT(answer.err, Contains(each.line) && Contains(each.bytes));
    CHECK_THAT(answer.err, Contains("of memory, and there are ") && Contains("take fewer"));
    CHECK_FALSE(fs::exists(scratch.path() / "p.h5"));
  }
}

TEST_CASE("A node of any name keeps its checkpoint, and a record's name leaves room for it", "[first_hour]") {
  const ScratchFolder scratch;
  const std::string node = "T" + std::string(900, 'p');
  const std::string pair = ": {plugin: coupling/ot, source: base, target: target, draw: {fixed: 8}}\n";
  const Answer fine = run_of(scratch, "  " + node + pair);
  INFO(fine.err);
  CHECK(fine.exit == 0);
  CHECK(weir::Reader(scratch.path() / "p.h5").has("/nodes/" + node + "/x0"));

  const std::string record = std::string(240, 'r') + ".h5";
  const Answer refused = run_of(scratch, "  a" + pair, " -o " + record);
  CHECK(refused.exit == 4);
  CHECK_THAT(refused.err, Contains("has 243 bytes") && Contains("name a shorter one with -o"));
}

TEST_CASE("A training of a long name is stopped and goes on", "[slow][first_hour]") {
  const ScratchFolder scratch;
  const std::string node = std::string(300, 'n');
  const std::string nodes =
      "  q: {plugin: coupling/independent, source: base, target: target, draw: fresh}\n"
      "  task: {plugin: objective/flow_matching, coupling: q}\n  " +
      node + ": {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 4}, steps: ";
  const Answer first = run_of(scratch, nodes + "2000000, timeout: 1}\n");
  CHECK(first.exit == 3);
  std::size_t checkpoints = 0;
  for (const auto& entry : fs::directory_iterator(scratch.path() / "p.h5.checkpoint")) {
    ++checkpoints;
    CHECK(entry.path().filename().string().size() < 128);
  }
  CHECK(checkpoints == 1);
}

TEST_CASE("A field that nothing has trained is followed with a warning, a trained or closed one without",
          "[first_hour]") {
  const ScratchFolder scratch;
  const std::string start =
      "  start: {plugin: coupling/independent, source: base, target: target, draw: {fixed: 16}}\n"
      "  q: {plugin: coupling/independent, source: base, target: target, draw: fresh}\n"
      "  task: {plugin: objective/flow_matching, coupling: q}\n"
      "  items: {plugin: source/sample, of: target, count: 8}\n"
      "  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 4}, steps: 3, "
      "batch: 8}\n";
  const auto warned = [&](const std::string& field) {
    const Answer answer = run_of(
        scratch,
        start + "  flow: {plugin: integrator/euler, field: " + field + ", start: start.x0, steps: 2}\n",
        " --force");
    INFO(answer.err);
    CHECK(answer.exit == 0);
    return answer.err;
  };
  CHECK_THAT(warned("{plugin: field/mlp, width: 8}"),
             Contains("nothing has trained field 'flow.field': its parameters are random") &&
                 Contains("train.field"));
  CHECK_THAT(warned("train.field"), !Contains("warning"));
  fs::copy_file(scratch.path() / "p.h5", scratch.path() / "was.h5");
  CHECK_THAT(warned("{plugin: recorded, file: was.h5, node: train, model: {plugin: mlp, width: 4}}"),
             !Contains("warning"));
  CHECK_THAT(warned("{plugin: empirical, source: base, target: items}"), !Contains("nothing has trained"));
}

TEST_CASE("An average that is mostly the start is followed with a warning", "[slow][first_hour]") {
  const ScratchFolder scratch;
  const auto warned = [&](const std::string& field, const std::string& more) {
    const Answer answer = run_of(
        scratch,
        "  start: {plugin: coupling/independent, source: base, target: target, draw: {fixed: 16}}\n"
        "  q: {plugin: coupling/independent, source: base, target: target, draw: fresh}\n"
        "  task: {plugin: objective/flow_matching, coupling: q}\n"
        "  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 4}, batch: "
        "4, " +
            more + "}\n  flow: {plugin: integrator/euler, field: " + field + ", start: start.x0, steps: 2}\n",
        " --force");
    INFO(answer.err);
    CHECK(answer.exit == 0);
    return answer.err;
  };
  CHECK_THAT(warned("train.ema", "steps: 40"),
             Contains("96 % are the initial parameters still, after 40 steps") &&
                 Contains("ema_warmup: true") && Contains("3000 steps at least"));
  CHECK_THAT(warned("train.field", "steps: 40"), !Contains("warning"));
  CHECK_THAT(warned("train.ema", "steps: 40, ema_warmup: true"), !Contains("warning"));
  CHECK_THAT(warned("train.ema", "steps: 40, ema_decay: 0.9"), !Contains("warning"));
  CHECK_THAT(warned("train.ema", "steps: 29, ema_decay: 0.9"), !Contains("warning"));  // 0.9^29 is 0.047
  CHECK_THAT(warned("train.ema", "steps: 28, ema_decay: 0.9"), Contains("5 % are the initial"));
  CHECK_THAT(warned("train.ema", "steps: 40, ema_decay: 0.9, ema_every: 10"),
             Contains("66 %") && Contains("300 steps"));
}

TEST_CASE("A command that is shown can be pasted, whatever the record is called", "[slow][first_hour]") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  scratch.write("swept.yaml", swept_pipeline);
  for (const std::string name : {"my run.h5", "-x.h5", "a'b$c.h5", "plain.h5"}) {
    INFO(name);
    const std::string quoted = "\"$(printf '%s' '" + (name == "a'b$c.h5" ? "a'\\''b$c.h5" : name) + "')\"";
    const Answer run = weir_program(scratch.path(), "run small.yaml --progress none --out=" + quoted);
    INFO(run.out << run.err);
    REQUIRE(run.exit == 0);
    const std::size_t next = run.out.rfind("next    weir ");
    REQUIRE(next != std::string::npos);
    const std::string command = run.out.substr(next + 13, run.out.find('\n', next) - next - 13);
    const Answer pasted = weir_program(scratch.path(), command);
    CHECK(pasted.exit == 0);
    CHECK_THAT(pasted.out, Contains("finished"));
  }
  const Answer sweep = weir_program(scratch.path(), "run swept.yaml --progress none -o 'my sweep'");
  REQUIRE(sweep.exit == 0);
  CHECK_THAT(sweep.out, Contains("next    weir info 'my sweep'\n"));
  CHECK(weir_program(scratch.path(), "info 'my sweep'").exit == 0);
  CHECK_THAT(weir_program(scratch.path(), "info 'my sweep'").out,
             Contains("weir info 'my sweep'/runs/RUN.h5"));
  CHECK_THAT(weir_program(scratch.path(), "replay 'my run.h5' --node nothing").err,
             Contains("weir info 'my run.h5'"));
}

TEST_CASE("What cannot be written to standard output ends with a sentence and exit code 4, of every verb",
          "[slow][first_hour]") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  scratch.write("swept.yaml", swept_pipeline);
  REQUIRE(weir_program(scratch.path(), "run small.yaml -o r.h5 --progress none").exit == 0);
  REQUIRE(weir_program(scratch.path(), "run swept.yaml -o s --progress none").exit == 0);
  const std::string library = "'" WEIR_BIN_DIR "/../lib/weir/plugins/libweir_noise_zero.so'";
  for (const std::string words : {"--version",
                                  "--help",
                                  "help",
                                  "run --help",
                                  "run small.yaml -o r.h5",
                                  "run swept.yaml -o s",
                                  "validate small.yaml",
                                  "plan small.yaml",
                                  "plan small.yaml --sizes",
                                  "graph small.yaml",
                                  "plugins",
                                  "show field/mlp",
                                  "show --format markdown",
                                  "schema",
                                  "explain",
                                  "explain W203",
                                  "info r.h5",
                                  "info s",
                                  "info r.h5:flow.end",
                                  "info r.h5 --format json",
                                  "verify r.h5",
                                  "verify s",
                                  "repair r.h5",
                                  "replay r.h5 --node flow",
                                  "rerun r.h5",
                                  "report r.h5",
                                  "doctor",
                                  "completion bash",
                                  "new pipeline fresh"}) {
    INFO(words);
    scratch.write("go", "'" WEIR_BIN_DIR "/weir' " + words + " > /dev/full\n");
    const std::string command = "cd '" + scratch.path().string() + "' && bash go 2> err < /dev/null";
    const int status = std::system(command.c_str());
    INFO(scratch.read("err"));
    CHECK(WEXITSTATUS(status) == 4);
    CHECK_THAT(spaced(scratch.read("err")),
               Contains("cannot write to standard output: No space left on device"));
  }
}

TEST_CASE("~ in a path is the home folder, wherever a path is written", "[first_hour]") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  REQUIRE(weir_program(scratch.path(), "run small.yaml -o home.h5 --progress none").exit == 0);
  scratch.write("below/base.yaml",
                "nodes:\n  s: {plugin: source/tensor, file: ~/home.h5, dataset: /nodes/pairs/x0}\n");
  scratch.write("below/p.yaml",
                "extends: ~/below/base.yaml\nnodes:\n  q: {plugin: coupling/independent, source: s, target: "
                "s, draw: {fixed: 8}}\n"
                "sweep: {which: {set: s.file, values: [~/home.h5]}}\n");
  const Answer run = weir_program(scratch.path(), "run below/p.yaml -o out --progress none",
                                  "HOME='" + scratch.path().string() + "'");
  INFO(run.err);
  CHECK(run.exit == 0);
  const Answer plain =
      weir_program(scratch.path(), "run below/base.yaml --progress none '--set' 's.file=~/none.h5'",
                   "HOME='" + scratch.path().string() + "'");
  CHECK(plain.exit != 0);
  CHECK_THAT(plain.err, Contains((scratch.path() / "none.h5").string()));
}

TEST_CASE("A training outlives what fails after it, and a parameter of that which is mended",
          "[slow][first_hour]") {
  const ScratchFolder scratch;
  scratch.write("p.yaml", sources + failing);
  const auto run = [&](const std::string& words) {
    return weir_program(scratch.path(), "run p.yaml --progress json" + words);
  };
  const Answer failed = run("");
  INFO(failed.out << failed.err);
  REQUIRE(failed.exit == 3);
  CHECK(trained(failed));

  const Answer again = run("");  // fails again, and trains nothing
  INFO(again.out << again.err);
  CHECK(again.exit == 3);
  CHECK_FALSE(trained(again));

  const Answer mended = run(" --set far.scale=1 --set 'lost.shift=[3, 3]'");
  INFO(mended.out << mended.err);
  REQUIRE(mended.exit == 0);
  CHECK_FALSE(trained(mended));
  CHECK_FALSE(fs::exists(scratch.path() / "p.h5.checkpoint"));
  const Answer whole = run(" --set far.scale=1 --set 'lost.shift=[3, 3]' -o whole.h5");
  REQUIRE(whole.exit == 0);
  for (const std::string group : {"/nodes/train", "/nodes/flow", "/nodes/w2"})
    CHECK(trainings::numbers(scratch.path() / "p.h5", group) ==
          trainings::numbers(scratch.path() / "whole.h5", group));
  CHECK(weir_program(scratch.path(), "verify p.h5").exit == 0);

  SECTION("but not if the training is another, or what it follows from") {
    for (const std::string other :
         {"train.steps=301", "target.set=eight_gaussians", "seed=3", "train.model.width=5"}) {
      fs::remove(scratch.path() / "p.h5");
      REQUIRE(run("").exit == 3);
      const Answer refused = run(" --set " + other);
      INFO(other << refused.err);
      CHECK(refused.exit == 4);
      CHECK_THAT(refused.err, Contains("start over with --force"));
      CHECK(fs::exists(scratch.path() / "p.h5.checkpoint"));
      REQUIRE(run(" --force").exit == 3);
    }
  }
}

TEST_CASE("A sweep's trainings outlive what fails after them, and a parameter of that which is mended",
          "[slow][first_hour]") {
  const ScratchFolder scratch;
  const auto write = [&](const std::string& sweep) {
    scratch.write("p.yaml", sources + failing + "sweep: {" + sweep + "seed: {count: 2}}\n");
  };
  const auto run = [&](const std::string& words, const std::string& progress = "json") {
    return weir_program(scratch.path(), "run p.yaml --jobs 1 --progress " + progress + words);
  };
  const std::string mended = " --set far.scale=1 --set 'lost.shift=[3, 3]'";
  const auto numbers = [&](const std::string& folder, const std::string& name) {
    return trainings::numbers(scratch.path() / folder / "runs" / (name + ".h5"), "/nodes");
  };
  const std::string rate = "lr: {set: train.optimiser.lr, values: [1e-3, 1e-2]}, ";
  for (const std::string& axis : {std::string(), rate}) {
    INFO(axis);
    write(axis);
    const Answer failed = run("");
    INFO(failed.out << failed.err);
    REQUIRE(failed.exit == 3);
    CHECK(trained(failed));
    const bool plain = !axis.empty();
    const Answer again = run(mended, plain ? "plain" : "json");
    INFO(again.out << again.err);
    REQUIRE(again.exit == 0);
    if (plain) CHECK_THAT(again.err, Contains("what they leave as it was is kept: train"));
    if (!plain) CHECK_FALSE(trained(again));
    REQUIRE(run(mended + " -o whole").exit == 0);
    const std::string one = axis.empty() ? "seed=0" : "lr=0.01,seed=1";
    CHECK(numbers("p", one) == numbers("whole", one));
    CHECK(weir_program(scratch.path(), "verify p").exit == 0);

    // What is finished stays, whatever else is asked.
    const Answer refused = run(" --set far.scale=2");
    CHECK(refused.exit == 4);
    CHECK_THAT(refused.err, Contains("p belongs to a sweep of another pipeline, or of other parameters"));
    CHECK_FALSE(fs::exists(scratch.path() / "p/frozen"));
    CHECK(run(mended).exit == 0);
    for (const std::string folder : {"p", "whole"}) fs::remove_all(scratch.path() / folder);
  }

  // A training that would be another one is not thrown away, nor is one that the sweep no longer has.
  write(rate);
  REQUIRE(run("").exit == 3);
  CHECK(run(mended + " --set train.steps=301").exit == 4);
  write("");
  const Answer fewer = run(mended);
  INFO(fewer.err);
  CHECK(fewer.exit == 4);
  CHECK(fs::exists(scratch.path() / "p/runs/lr=0.01,seed=1.h5.checkpoint"));
}

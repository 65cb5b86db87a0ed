// tests/check/zoo.test.cpp -- what `weir plugin check` says of plugins that are broken in one way each (tests/sdk/zoo).
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "../cli/program.hpp"
#include "../cli/scratch_folder.hpp"

using Catch::Contains;
using Catch::StartsWith;
using Json = nlohmann::json;

namespace {

std::string library(const std::string& name) { return WEIR_ZOO_DIR "/libweir_zoo_" + name + ".so"; }

Answer check(const std::string& words) {
  const ScratchFolder scratch;
  return weir_program(scratch.path(), "plugin check " + words);
}

Json rows_of(const std::string& words) { return Json::parse(check(words + " --json").out); }

// All checks of all that run and break, made once.
const Json& broken_rows() {
  static const Json rows = rows_of(library("broken"));
  return rows;
}

const Json& row(const std::string& plugin, const std::string& check) {
  const auto found = std::ranges::find_if(
      broken_rows(), [&](const Json& row) { return row["plugin"] == plugin && row["check"] == check; });
  REQUIRE(found != broken_rows().end());
  return *found;
}

// The plugin fails the check; its row as one text.
std::string failure(const std::string& plugin, const std::string& check) {
  const Json& one = row(plugin, check);
  INFO(plugin << " " << one.dump(1));
  CHECK(one["status"] == "failed");
  if (one["status"] != "failed") return "";
  return one["expected"].get<std::string>() + "; found " + one["found"].get<std::string>() + "; " +
         one["remedy"].get<std::string>();
}

}  // namespace

TEST_CASE("A plugin that breaks one rule fails the check of that rule, and is told what to do",
          "[zoo][slow]") {
  struct Case {
    const char *plugin, *check, *found, *remedy;
  };
  const std::vector<Case> cases = {
      {"metric/nameless", "declares", "found none", "say in a few words what it is"},
      {"metric/boundless", "declares", "found 2", "change the default or the limits"},
      {"metric/unitless", "declares", "found none", "write \"1\" for a number without one"},
      {"metric/unsure", "declares", "'size_se' without 'size_n'", "a t test of the number needs all three"},
      {"field/fraying", "laws", "NaN or infinity at t = 0 with interpolant/linear", "give the limit"},
      {"noise/tireless", "laws", "the square of gamma' in the target is not integrable at t = 0",
       "declare a Facet<InfiniteAction>"},
      {"metric/stray", "declares", "a class of none of Weir's kinds",
       "derive the class from the interface of metric"},
      {"metric/misshapen", "defaults", "output 'subject.size' has shape [4] but its plan said [3]",
       "correct run"},
      {"metric/throwing", "defaults", "node 'subject' (metric/throwing from ", "correct run"},
      {"metric/dying", "defaults", "a crash: Aborted", "--in-process repeats it in a debugger"},
      {"metric/leaving", "defaults", "it exited with code 0",
       "a plugin never ends the process: throw instead"},
      {"metric/missing", "promises", "1 of 1 numbers of subject.size are NaN",
       "say in the description when it is NaN"},
      {"metric/forgetful", "promises", "subject.size was planned and never set", "set it, or do not plan it"},
      {"metric/gnawing", "promises", "numbers that differ by up to ", "work on x.clone()"},
      {"metric/single", "float64", "expected Float", "make tensors with options()"},
      {"metric/nibbling", "float64", "numbers that differ by up to ", "work on x.clone()"},
      {"noise/careless", "laws", "(with {\"power\":1.75})", "correct dgamma"},
      {"interpolant/upright", "laws", "[9, 1] at t [9]", "return one number for each time"},
      {"coupling/stitched", "laws", "dependent_rows() is true of 16 fixed pairs",
       "return false from dependent_rows() where size() is not null"},
      {"source/still", "laws", "the same 20 samples from two seeds",
       "draw from `rng`, the argument of sample"},
      {"objective/crowded", "laws", "they differ by ", "no statistics over the batch in loss"},
      {"objective/straying", "laws", "0 tensors after 'flock.' where it makes 4",
       "return network_->init(signature, rng).prefixed(prefix)"},
      {"objective/echoing", "laws", "is on the tape twice", "return false from taped()"},
      {"network/mingling", "laws", "they differ by ", "no statistics over the batch"},
      {"network/deaf", "laws", "the same output for another 'label'", "or refuse it in plan_for"},
      {"network/stuttering", "laws", "parameter 'own.word.weight' is on the tape twice",
       "leave taped() false"},
      {"probe/meddling", "laws", "numbers that differ by up to ", "change nothing that observe is given"},
      {"optimiser/idle", "laws", "is what init made it, after three steps", "update it in place"},
      {"schedule/sinking", "laws", "-0.5 at step 1 of 1", "correct scale at the ends"},
      {"schedule/counting", "laws", " at step 50 of 50", "a resumed training asks from its middle on"},
      {"schedule/hibernating", "laws", "0 at each of 100000 steps", "1 for all of it"},
      {"probe/forgetting", "resumes", "/nodes/", "what a probe remembers it gives in save"},
      {"metric/brittle", "bounds", "while trying: --set 'subject.legs=1'",
       "--in-process repeats it in a debugger"},
      {"metric/changing", "repeats", "subject.size differs by 1 where its largest number is 2",
       "static or global"},
      {"metric/herding", "threads", "subject.size differs by 3 where", "at::get_num_threads"},
      {"metric/roaming", "generator", "another state after a run", "draw from the Rng"},
      {"metric/dicing", "generator", "another state after a run", "draw from the Rng"},
      {"metric/burrowing", "writes", "burrow.txt in the working directory", "as an output"},
      {"metric/noisy", "writes", "found 'moo'", "run.progress"},
      {"metric/amnesic", "resumes", "/nodes/subject/eaten/value differs",
       "save and load all that a step depends on"}};
  for (const Case& of : cases) {
    const std::string text = failure(of.plugin, of.check);
    INFO(of.plugin);
    CHECK_THAT(text, Contains(of.found) && Contains(of.remedy));
  }
}

TEST_CASE("A plugin that breaks one rule keeps the others", "[zoo][slow]") {
  for (const Json& one : broken_rows()) {
    INFO(one.dump(1));
    if (one["plugin"] == "metric/unitless") CHECK((one["status"] != "failed" || one["check"] == "declares"));
    if (one["plugin"] == "metric/noisy") CHECK((one["status"] != "failed" || one["check"] == "writes"));
    if (one["plugin"] == "metric/brittle") CHECK((one["status"] != "failed" || one["check"] == "bounds"));
    if (one["plugin"] == "metric/dying" && one["check"] == "repeats") {
      CHECK(one["status"] == "skipped");
      CHECK(one["note"] == "it needs 'defaults' to hold");
    }
  }
}

TEST_CASE("A plugin that breaks one law of its kind is told that law, and fails no other check",
          "[zoo][slow]") {
  struct Case {
    const char *plugin, *law, *text, *remedy;
  };
  const std::vector<Case> cases = {
      {"integrator/huddling", "rows", "numbers that differ by up to ", "no statistics over the batch"},
      {"integrator/dawdling", "accuracy", "they differ by ", "correct the steps"},
      {"integrator/onward", "backward", "they differ by ", "h is negative on the way back"},
      {"integrator/limping", "order", "order 1.0", "what it takes from earlier ones"},
      {"integrator/marching", "order", "by steps that alternate between h and 2 h", "correct order()"},
      {"integrator/boastful", "tableau", "order 4 as declared", "correct tableau()"},
      {"integrator/reckless", "tolerance", "10 times the tolerance 0.0001 on x' = x^2 cos 3t",
       "correct the error weights"},
      {"integrator/snacking", "effort", " counted, ", "leave follow() to the base class"},
      {"integrator/reeling", "marginals",
       "with diffusion 0.5 the points at t = 0.5 have mean 1 and variance 0.3125",
       "correct step(): h, drift, diffusion and dw"},
      {"integrator/zigzag", "path", "distances ", "use dw as it is given, once a step"},
      {"interpolant/hasty", "points", "they differ by ",
       "say in takes() which numbers of points it goes through"},
      {"interpolant/lagging", "ends", "they differ by ",
       "give the numbers that alpha and beta have at the ends"},
      {"field/deaf", "context", "the same velocity", "take the context by nn::context_features"},
      {"optimiser/swaggering", "rate", "they differ by ", "correct rate(), or leave it to the base class"},
      {"time/wandering", "samples", "where atom() is 0.5", "leave atom() to the base class"},
      {"source/uncounted", "classes", "labels without a number of classes",
       "give classes(), known after plan"},
      {"field/straggling", "pass", "they differ by ", "correct pass, or leave it out"},
      {"objective/overstating", "regression", "they differ by ", "leave regression() out"},
      {"objective/docked", "sample", "'tail' [11] for n = 12", "for the n rows that are asked for"},
      {"objective/miscounting", "terms", "fore where terms() says fore, hind",
       "give each with the name that terms() has for it"},
      {"objective/secretive", "domain", "nothing of 'mood'", "override domain()"}};
  for (const Case& of : cases) {
    INFO(of.plugin);
    const std::string kind(of.plugin, std::string(of.plugin).find('/'));
    CHECK_THAT(failure(of.plugin, "laws"),
               StartsWith("law/" + kind + "/" + of.law + ": ") && Contains(of.text) && Contains(of.remedy));
    for (const Json& one : broken_rows()) {
      INFO(one.dump(1));
      if (one["plugin"] == of.plugin) CHECK((one["status"] != "failed" || one["check"] == "laws"));
    }
  }
}

TEST_CASE("A plugin that cannot be planned fails, and is not passed over", "[zoo]") {
  const Answer answer = check(library("finicky"));
  INFO(answer.out << answer.err);
  CHECK(answer.exit == 3);
  CHECK_THAT(
      answer.out,
      Contains("defaults   FAILED") &&
          Contains("expected  it can be planned with its defaults in a small pipeline of the check") &&
          Contains("found     legs is 3, and an animal of its kind has an even number of them") &&
          Contains(
              "to do     correct plan, or the default that it refuses; where it needs other nodes around "
              "it, add --with FILE.yaml, a small pipeline of yours that uses metric/finicky") &&
          Contains("laws       skipped  it needs 'defaults' to hold") && Contains(" 1 failed, ") &&
          !Contains("not run: "));
}

TEST_CASE("A plugin that needs what the check has not is said to be unchecked, and how to check it",
          "[zoo]") {
  const Answer answer = check(library("lonely"));
  INFO(answer.out << answer.err);
  CHECK(answer.exit == 0);
  const std::string lacking =
      "the check has no zoo for port 'mate'; add --with FILE.yaml, a small pipeline of yours that uses "
      "metric/lonely";
  CHECK_THAT(answer.out, Contains("defaults   skipped  " + lacking) &&
                             Contains("promises   skipped  as 'defaults'") && Contains(" 0 failed, ") &&
                             Contains("skipped\nnot run: metric/lonely, " + lacking));
}

TEST_CASE("A plugin that hangs is ended, and the host lives", "[zoo][slow]") {
  const Answer answer = check(library("sleeping") + " --only defaults --timeout 3");
  CHECK(answer.exit == 3);
  CHECK_THAT(answer.out, Contains("defaults   FAILED") && Contains("expected  a trial ends within 3 s") &&
                             Contains("found     it hangs") && Contains("allow more with --timeout"));
}

TEST_CASE("A library that cannot be loaded is refused in the loader's words", "[zoo][slow]") {
  const auto refusal = [](const std::string& name) { return check(library(name)).out; };
  CHECK_THAT(refusal("exploding"), Contains("loads      FAILED") && Contains("a crash: Aborted"));
  CHECK_THAT(refusal("silent"),
             Contains("it lacks the symbol weir_plugin_v1") && Contains("WEIR_PLUGIN(...)"));
  CHECK_THAT(refusal("failing"), Contains("its constructor failed: no cage is left"));
  CHECK_THAT(refusal("needy"), Contains("it needs 'weir::fodder(std::"));
  CHECK_THAT(refusal("twofold"), Contains("cannot load plugin integrator/twofold from ") &&
                                     Contains("its constructor failed: port 'field' is declared twice"));
  const ScratchFolder scratch;
  scratch.write("libweir_text.so", "# not a library\n");
  std::filesystem::copy_file(library("tame"), scratch.path() / "libtame.so");
  const Answer text = weir_program(scratch.path(), "plugin check libweir_text.so libtame.so");
  CHECK(text.exit == 3);
  CHECK_THAT(text.out, Contains("it is not an ELF library") &&
                           Contains("found     libtame.so, which weir would not look at") &&
                           Contains("to do     name it as weir_add_plugin does"));
}

TEST_CASE("A plugin without a fault passes, and what cannot be checked is said", "[zoo]") {
  const Answer answer = check(library("tame"));
  INFO(answer.out << answer.err);
  CHECK(answer.exit == 0);
  CHECK_THAT(answer.out, Contains("  zoo/tame\n    declares   ok\n") &&
                             Contains("laws       skipped  Weir knows no laws of kind zoo") &&
                             Contains("resumes    skipped  it does not say stateful()") &&
                             Contains(" 0 failed, 2 skipped"));
}

TEST_CASE(
    "Right plugins that stand on others, on each base class, or with classes, keep the laws of their kind",
    "[zoo][slow]") {
  const Json rows = rows_of(library("riders") + " --only laws");
  std::set<std::string> kept;
  for (const Json& row : rows) {
    INFO(row.dump(1));
    CHECK(row["status"] == "ok");
    kept.insert(row["plugin"].get<std::string>());
  }
  CHECK(kept == std::set<std::string>{"field/flock", "field/hound", "field/rider", "integrator/drifter",
                                      "integrator/rider", "integrator/ruminant", "integrator/strider",
                                      "interpolant/rider", "network/rider", "noise/rider", "objective/rider",
                                      "optimiser/rider", "schedule/rider", "source/breeds", "source/rider",
                                      "time/rider"});
}

TEST_CASE("A failed law is told by the name under which weir explain states it", "[zoo][slow]") {
  CHECK_THAT(failure("noise/careless", "laws"),
             StartsWith("law/noise/derivative: dgamma is the derivative of gamma") &&
                 Contains("(weir explain law/noise)"));
  CHECK_THAT(row("coupling/stitched", "laws")["expected"].get<std::string>(),
             Contains("law/coupling/units: fixed pairs are not dependent"));
  const ScratchFolder scratch;
  CHECK_THAT(weir_program(scratch.path(), "explain law/noise").out, Contains("\n   derivative   "));
}

TEST_CASE("A field takes several fields, trained ones among them, and runs", "[zoo]") {
  const ScratchFolder scratch;
  scratch.write("flock.yaml", R"(seed: 3
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  target: {plugin: source/mixture, set: eight_gaussians}
  pairs:  {plugin: coupling/independent, source: base, target: target, draw: {fixed: 32}}
  task:   {plugin: objective/flow_matching, coupling: pairs}
  train:  {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 8, depth: 2}, steps: 5, batch: 8}
  other:  {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 6, depth: 2}, steps: 5, batch: 8}
  twice:  {plugin: field/flock, fields: {one: train.field, again: train.field}}
  mean:   {plugin: field/flock, fields: {one: train.field, two: other.ema, three: {plugin: field/mlp, width: 4, depth: 2}}}
  alone:  {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 2}
  same:   {plugin: integrator/euler, field: twice, start: pairs.x0, steps: 2}
  flow:   {plugin: integrator/euler, field: mean, start: pairs.x0, steps: 2}
  none:   {plugin: metric/w2, samples: same.end, points: alone.end}
expect:
  - {that: none.w2, at_most: 1e-6}   # float32
)");
  const std::string plugins = " --plugin-path " + library("riders");
  const Answer valid = weir_program(scratch.path(), "validate flock.yaml" + plugins);
  INFO(valid.err);
  CHECK(valid.exit == 0);
  const Answer ran = weir_program(scratch.path(), "run flock.yaml --progress none" + plugins);
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 0);
}

TEST_CASE("A field of others is told the classes of a source of others, and guided along a pair of others",
          "[zoo]") {
  const ScratchFolder scratch;
  scratch.write("called.yaml", R"(seed: 3
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  target: {plugin: source/rider, source: {plugin: source/breeds, breeds: 3}}
  pairs:  {plugin: coupling/independent, source: base, target: target, draw: {fixed: 32}}
  task:   {plugin: objective/flow_matching, coupling: pairs, leave_out: 0.2}
  train:  {plugin: trainer/gradient, objective: task, model: {plugin: field/hound}, steps: 5, batch: 8}
  flow:   {plugin: integrator/strider, field: train.ema, start: pairs.x0, context: {label: pairs.label}, guidance: 3, save: 3}
  noisy:  {plugin: integrator/drifter, field: train.ema, start: pairs.x0, context: {label: pairs.label}, steps: 4}
  still:  {plugin: integrator/ruminant, field: train.ema, start: pairs.x0, context: {label: pairs.label}, steps: 4}
)");
  const Answer ran =
      weir_program(scratch.path(), "run called.yaml --progress none --plugin-path " + library("riders"));
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 0);
}

TEST_CASE("A failed check prints the command that repeats it, and that command does", "[zoo][slow]") {
  const Json& one = row("metric/boundless", "declares");
  const std::string command = one["repeat"];
  CHECK(command ==
        "weir plugin check " + library("broken") + " --only declares --plugin metric/boundless --in-process");
  CHECK_THAT(row("metric/brittle", "bounds")["repeat"].get<std::string>(),
             Contains(" --seed 1 --in-process"));
  const ScratchFolder scratch;
  const Answer again = weir_program(scratch.path(), command.substr(5));
  CHECK(again.exit == 3);
  CHECK_THAT(again.out, Contains("declares   FAILED"));
}

TEST_CASE("Words that name no check, plugin or file are refused", "[zoo]") {
  const Answer only = check(library("tame") + " --only bound");
  CHECK(only.exit == 2);
  CHECK_THAT(only.err, Contains("unknown check 'bound', did you mean 'bounds'?") &&
                           Contains("checks: loads, declares"));
  const Answer plugin = check(library("tame") + " --plugin zoo/tam");
  CHECK(plugin.exit == 2);
  CHECK_THAT(plugin.err, Contains("unknown plugin 'zoo/tam', did you mean 'zoo/tame'?"));
  CHECK(check("libweir_none.so").exit == 2);
  const ScratchFolder scratch;
  scratch.write("other.yaml", "nodes:\n  base: {plugin: source/gaussian, dim: 2}\n");
  const Answer with = weir_program(scratch.path(), "plugin check " + library("tame") + " --with other.yaml");
  CHECK(with.exit == 2);
  CHECK_THAT(with.err, Contains("other.yaml: no node of it is zoo/tame; name a pipeline that uses"));
  CHECK(check(library("tame") + " --in-process").err ==
        "weir: --in-process makes one check of one library: name it with --only CHECK\n");
  CHECK(check("").err == "weir: name the library to check: weir plugin check build/libweir_noise_sine.so\n");
  CHECK_THAT(check("--list").out, Contains("bounds     values within the limits run or give a fault"));
}

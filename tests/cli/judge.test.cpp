// tests/cli/judge.test.cpp -- weir judge: finished results judged anew, without a run.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>

#include "pipelines.hpp"
#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string without_runs = "WEIR_RUN=/nowhere";

std::map<std::string, std::string> files_below(const ScratchFolder& scratch, const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.path() / folder))
    if (entry.is_regular_file()) {
      const std::string name = fs::relative(entry.path(), scratch.path()).string();
      all[name] = scratch.read(name) + std::to_string(entry.last_write_time().time_since_epoch().count());
    }
  return all;
}

}  // namespace

TEST_CASE("A record is judged by its own pipeline, and by the file as it is now") {
  const ScratchFolder scratch;
  const std::string expects = "expect: [{that: recall.share, at_least: 0}]\n";
  scratch.write("small.yaml", small_pipeline + expects);
  const Answer run = weir_program(scratch.path(), "run small.yaml");
  REQUIRE(run.exit == 0);

  const Answer own = weir_program(scratch.path(), "judge small.h5", without_runs);
  CHECK(own.exit == 0);
  CHECK(own.err.empty());
  CHECK_THAT(own.out, Contains("expected: 1 of 1 met\n  + recall.share at least 0: "));
  CHECK(run.out.starts_with(own.out));  // the same words as at the end of the run

  scratch.write("now.yaml", small_pipeline + "expect: [{that: recall.share, at_least: 2}]\n");
  const Answer now = weir_program(scratch.path(), "judge small.h5 now.yaml", without_runs);
  CHECK(now.exit == 1);
  CHECK_THAT(now.out, Contains("expected: 0 of 1 met\n  - recall.share at least 2: "));
  const Answer json = weir_program(scratch.path(), "judge small.h5 now.yaml --format json", without_runs);
  CHECK(json.exit == 1);
  CHECK(Json::parse(json.out)["expect"][0]["met"] == false);
  CHECK(Json::parse(json.out)["exit"] == 1);

  const Answer other =
      weir_program(scratch.path(), "judge small.h5 now.yaml --set train.steps=21", without_runs);
  CHECK(other.exit == 2);
  CHECK_THAT(other.err, Contains("small.h5 is the record of another pipeline, or of other parameters"));
}

TEST_CASE("Data that are gone, or others, do not matter to what is judged of a record") {
  const ScratchFolder scratch;
  scratch.write("p.csv", "x,y\n1,2\n3,4\n5,6\n7,9\n");
  scratch.write("own.yaml",
                "name: own\nnodes:\n  points: {plugin: source/table, file: p.csv}\n"
                "  pairs: {plugin: coupling/independent, source: points, target: points, draw: {fixed: 4}}\n"
                "  w2: {plugin: metric/w2, samples: pairs.x0, points: pairs.x1}\n"
                "expect: [{that: w2.w2, at_most: 0.001}]\n");
  REQUIRE(weir_program(scratch.path(), "run own.yaml").exit == 0);
  fs::remove(scratch.path() / "p.csv");
  for (const char* words : {"judge own.h5", "judge own.h5 own.yaml"}) {
    const Answer answer = weir_program(scratch.path(), words, without_runs);
    INFO(words << answer.err);
    CHECK(answer.exit == 0);
    CHECK_THAT(answer.out, Contains("+ w2.w2 at most 0.001"));
  }
}

TEST_CASE("A sweep is judged as its run ended, or by what is expected now, and its folder stays as it is") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  const Answer run = weir_program(scratch.path(), "run swept.yaml");
  REQUIRE(run.exit == 0);
  const auto before = files_below(scratch, "swept");
  const Answer own = weir_program(scratch.path(), "judge swept", without_runs);
  INFO(own.err);
  CHECK(own.exit == 0);
  CHECK_THAT(own.out, Contains("expected: 2 of 2 met"));
  CHECK(run.out.starts_with(own.out));

  scratch.write("now.yaml", swept_pipeline +
                                "  - {that: flow.nfe, at_most: 2}\n"
                                "compare:\n  - {less: flow.nfe, than: train.loss, p_below: 0.9}\n");
  const Answer now = weir_program(scratch.path(), "judge swept/ now.yaml", without_runs);
  CHECK(now.exit == 1);
  CHECK_THAT(now.out, Contains("+ flow.nfe at most 2 (steps = 2)") &&
                          Contains("- flow.nfe at most 2 (steps = 3)") && Contains("compared: 2 of 2 met\n"));
  CHECK(files_below(scratch, "swept") == before);

  const Answer one = weir_program(scratch.path(), "judge swept/runs/steps=2,seed=7.h5", without_runs);
  CHECK(one.exit == 2);
  CHECK_THAT(one.err, Contains("is one run of a sweep, and what swept expects is of means over its runs"));

  fs::remove(scratch.path() / "swept/runs/steps=3,seed=8.h5");
  const Answer part = weir_program(scratch.path(), "judge swept", without_runs);
  CHECK(part.exit == 75);
  CHECK_THAT(part.err, Contains("not judged: 1 of the 4 runs in swept, which are not finished\n"
                                "  steps=3,seed=8  not run\n"));
  scratch.write("swept/runs/steps=3,seed=8.h5", "no record");
  CHECK(weir_program(scratch.path(), "judge swept", without_runs).exit == 4);
  fs::remove(scratch.path() / "swept/weir-sweep.json");
  CHECK_THAT(weir_program(scratch.path(), "judge swept", without_runs).err,
             Contains("weir-sweep.json does not say what it is the sweep of; give the pipeline"));
}

TEST_CASE("A failed run is not judged, and the exit is that of a run that failed") {
  const ScratchFolder scratch;
  std::string failing = small_pipeline + "expect: [{that: train.loss, at_least: 0}]\n";
  failing.replace(failing.find("steps: 20"), 9, "steps: 20000000, timeout: 0.3");
  scratch.write("small.yaml", failing);
  REQUIRE(weir_program(scratch.path(), "run small.yaml").exit == 3);
  const Answer answer = weir_program(scratch.path(), "judge small.h5", without_runs);
  CHECK(answer.exit == 3);
  CHECK_THAT(answer.err, Contains("not judged: 1 of the 1 runs in small.h5"));
}

TEST_CASE("Where nothing is expected, judge says what to give it") {
  const ScratchFolder scratch;
  std::string silent = small_pipeline;
  silent.resize(silent.find("report:"));
  scratch.write("small.yaml", silent);
  REQUIRE(weir_program(scratch.path(), "run small.yaml").exit == 0);
  const Answer answer = weir_program(scratch.path(), "judge small.h5", without_runs);
  CHECK(answer.exit == 2);
  CHECK_THAT(answer.err,
             Contains("there is nothing to judge") && Contains("weir judge small.h5 PIPELINE.yaml"));
}

// tests/cli/run.test.cpp -- weir run, with the real weir-run and with stand-ins that fail in every way.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <vector>

#include <weir/record/reader.hpp>

#include "pipelines.hpp"
#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

// A weir-run of a few shell lines; $OUT is the record it was asked for.
std::string stand_in(const ScratchFolder& scratch, const std::string& script) {
  const fs::path file = scratch.write("weir-run", "#!/bin/sh\nOUT=$4\n" + script + "\n");
  fs::permissions(file, fs::perms::owner_all);
  return "WEIR_RUN=" + file.string();
}

std::vector<std::vector<std::string>> table(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back(1);
    bool quoted = false;
    for (char c : line) {
      if (c == '"')
        quoted = !quoted;
      else if (c == ',' && !quoted)
        rows.back().emplace_back();
      else if (c != '\r')
        rows.back().back() += c;
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("A run ends with its numbers, its record and the next command, and is not run over") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  const Answer run = weir_program(scratch.path(), "run small.yaml");
  CHECK(run.exit == 0);
  CHECK_THAT(run.out, Contains("recall.share") && Contains("record  small.h5") &&
                          Contains("next    weir info small.h5"));
  CHECK(weir::Reader(scratch.path() / "small.h5").text("/status") == "finished");

  const Answer again = weir_program(scratch.path(), "run small.yaml", "WEIR_RUN=/nowhere");
  CHECK(again.exit == 0);
  CHECK(again.err == "small.h5 is finished: nothing to run; --force starts over\n");
  CHECK_THAT(again.out, Contains("recall.share") && Contains("record  small.h5"));
  CHECK(weir_program(scratch.path(), "run small.yaml --set train.steps=10").exit == 4);
  CHECK(weir_program(scratch.path(), "run small.yaml --set train.steps=10 --force").exit == 0);
  CHECK(weir::Reader(scratch.path() / "small.h5").shape("/nodes/train/loss/value")[0] == 10);
  CHECK_THAT(weir::Reader(scratch.path() / "small.h5").text("/provenance/command"),
             EndsWith("weir run small.yaml --set train.steps=10 --force"));
}

TEST_CASE("An expectation that is not met makes exit 1, with the measured value") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline + "expect: [{that: recall.share, at_least: 2}]\n");
  const Answer run = weir_program(scratch.path(), "run small.yaml");
  CHECK(run.exit == 1);
  CHECK_THAT(run.out, Contains("expected: 0 of 1 met\n  - recall.share at least 2: "));
}

TEST_CASE(
    "A sweep writes a record per run, tables that agree with the records, and goes on where it stopped") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  const Answer run = weir_program(scratch.path(), "run swept.yaml --jobs 2");
  CHECK(run.exit == 0);
  CHECK_THAT(run.err, Contains("steps=3,seed=7  train: taken from another run"));
  CHECK_THAT(run.out, Contains("expected: 2 of 2 met"));

  const auto rows = table(scratch.read("swept/table.csv"));
  REQUIRE(rows.size() == 5);
  CHECK(rows[0] == std::vector<std::string>{"run", "file", "status", "seed", "steps", "recall.share",
                                            "recall.share_se", "recall.share_n", "train.loss"});
  const weir::Reader index(scratch.path() / "swept/index.h5");
  const weir::Array loss = index.read("/table/train.loss");
  for (std::size_t row = 1; row < rows.size(); ++row) {
    const weir::Reader record(scratch.path() / "swept" / rows[row][1]);
    const weir::Array trace = record.rows("/nodes/train/loss/value", 19, 1);
    const double last =
        trace.dtype == weir::DType::float64 ? trace.data<double>()[0] : trace.data<float>()[0];
    CHECK(std::strtod(rows[row][8].c_str(), nullptr) == last);
    CHECK(loss.data<double>()[row - 1] == last);
  }
  CHECK(index.read("/curves/train.loss/value").count() == 4 * 20);

  const Json summary = Json::parse(scratch.read("swept/summary.json"));
  REQUIRE(summary["cases"].size() == 2);
  for (const std::size_t c : {0, 1}) {
    const Json& values = summary["cases"][c]["values"];
    const auto number = [&](std::size_t of) { return std::strtod(rows[1 + 2 * c + of][8].c_str(), nullptr); };
    CHECK(values["train.loss"]["mean"].get<double>() == Approx((number(0) + number(1)) / 2));
    CHECK(values["train.loss"]["n"] == 2);
    CHECK_THAT(run.out, Contains(values["recall.share"]["text"].get<std::string>()));
    CHECK(summary["cases"][c]["recorded"]["flow.nfe"]["mean"] == summary["cases"][c]["axes"]["steps"]);
    CHECK_THAT(run.out, Contains(summary["expect"][c]["text"].get<std::string>()));
  }

  fs::remove(scratch.path() / "swept/runs/steps=3,seed=8.h5");
  const Answer again = weir_program(scratch.path(), "run swept.yaml");
  CHECK(again.exit == 0);
  CHECK_THAT(again.out, Contains("4 records, 3 kept from before"));
  CHECK_THAT(again.err, Contains("3 finished runs are kept, 1 to do"));
  CHECK(table(scratch.read("swept/table.csv")) == rows);
  CHECK(Json::parse(scratch.read("swept/summary.json")) == summary);
  CHECK(weir_program(scratch.path(), "info swept").out.find("steps=3,seed=8") != std::string::npos);
  CHECK(weir_program(scratch.path(), "run swept.yaml --set train.steps=7").exit == 4);
}

TEST_CASE("A sweep sets which schedule a training has, as a bare word or with its parameters") {
  const ScratchFolder scratch;
  scratch.write("rates.yaml",
                "name: rates" + small_nodes +
                    "sweep:\n  rates: {set: train.schedule, values: [constant, cosine, {plugin: "
                    "step, every: 5}]}\n");
  const Answer run = weir_program(scratch.path(), "run rates.yaml --progress none");
  INFO(run.err);
  CHECK(run.exit == 0);
  const auto rows = table(scratch.read("rates/table.csv"));
  REQUIRE(rows.size() == 4);
  std::set<std::string> plugins, losses;
  for (std::size_t row = 1; row < rows.size(); ++row) {
    const weir::Reader record(scratch.path() / "rates" / rows[row][1]);
    plugins.insert(record.attribute("/nodes/train/schedule", "plugin"));
    losses.insert(rows[row].back());
  }
  CHECK(plugins == std::set<std::string>{"schedule/constant", "schedule/cosine", "schedule/step"});
  CHECK(losses.size() == 3);
}

TEST_CASE("What is expected, compared and reported of a finished sweep is judged anew, and nothing is run") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  REQUIRE(weir_program(scratch.path(), "run swept.yaml").exit == 0);
  std::string judged = swept_pipeline;
  judged.replace(judged.find("report: {"), 9, "report: {flow.nfe: mean, ");
  judged += "  - {that: flow.nfe, at_most: 2}\n";
  judged += "compare:\n  - {less: flow.nfe, than: train.loss, p_below: 0.9}\n";
  scratch.write("swept.yaml", judged);
  const Answer again = weir_program(scratch.path(), "run swept.yaml", "WEIR_RUN=/nowhere");
  CHECK(again.exit == 1);
  CHECK_THAT(again.out, Contains("4 records, 4 kept from before"));
  CHECK_THAT(again.out, Contains("+ flow.nfe at most 2 (steps = 2)"));
  CHECK_THAT(again.out, Contains("- flow.nfe at most 2 (steps = 3)"));
  CHECK_THAT(again.out, Contains("compared: 2 of 2 met\n  + flow.nfe less than train.loss (steps = 2)"));
  const Json summary = Json::parse(scratch.read("swept/summary.json"));
  CHECK(summary["expect"].size() == 4);
  CHECK(summary["compare"].size() == 2);
  CHECK_THAT(scratch.read("swept/table.csv"), Contains("flow.nfe"));
}

TEST_CASE("What is expected of a finished record is judged anew, and nothing is run") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  REQUIRE(weir_program(scratch.path(), "run small.yaml").exit == 0);
  scratch.write("small.yaml", small_pipeline + "expect: [{that: recall.share, at_least: 2}]\n");
  const Answer again = weir_program(scratch.path(), "run small.yaml", "WEIR_RUN=/nowhere");
  CHECK(again.exit == 1);
  CHECK_THAT(again.out, Contains("expected: 0 of 1 met\n  - recall.share at least 2: "));
}

TEST_CASE("A file that is edited while its sweep runs changes nothing in it", "[slow]") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  REQUIRE(weir_program(scratch.path(), "run swept.yaml -o quiet --jobs 1").exit == 0);
  // The first run's program edits the pipeline before it begins.
  const std::string edits = stand_in(
      scratch, "sed -i 's/steps: 20/steps: 5/; s/shift: .5, 5./shift: [9, 9]/' '" +
                   (scratch.path() / "swept.yaml").string() + "'\nexec '" WEIR_BIN_DIR "/weir-run' \"$@\"");
  REQUIRE(weir_program(scratch.path(), "run swept.yaml -o edited --jobs 1", edits).exit == 0);
  CHECK(scratch.read("swept.yaml") != swept_pipeline);
  for (const std::string run : {"steps=2,seed=7", "steps=2,seed=8", "steps=3,seed=7", "steps=3,seed=8"}) {
    const weir::Reader quiet(scratch.path() / "quiet/runs" / (run + ".h5")),
        edited(scratch.path() / "edited/runs" / (run + ".h5"));
    CHECK(edited.text("/pipeline/source") == swept_pipeline);
    CHECK(edited.text("/pipeline/resolved") == quiet.text("/pipeline/resolved"));
    CHECK(*edited.read("/nodes/flow/end").bytes == *quiet.read("/nodes/flow/end").bytes);
    CHECK(*edited.read("/nodes/train/loss/value").bytes == *quiet.read("/nodes/train/loss/value").bytes);
  }
  CHECK_FALSE(fs::exists(scratch.path() / "edited/frozen"));
}

TEST_CASE("A frozen graph that is not the one that was checked is refused") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  const std::string changes =
      stand_in(scratch, "printf ' ' >> \"$2\"\nexec '" WEIR_BIN_DIR "/weir-run' \"$@\"");
  const Answer run = weir_program(scratch.path(), "run small.yaml", changes);
  CHECK(run.exit == 3);
  CHECK_THAT(run.err, Contains("was changed after this run was checked; give the same command again"));
  const std::string removes = stand_in(scratch, "rm \"$2\"\nexec '" WEIR_BIN_DIR "/weir-run' \"$@\"");
  CHECK_THAT(weir_program(scratch.path(), "run small.yaml", removes).err,
             Contains("was taken away after this run was checked"));
}

TEST_CASE("JSON progress gives every event its run, and ends with a summary") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  const Answer run = weir_program(scratch.path(), "run small.yaml --progress json");
  CHECK(run.exit == 0);
  CHECK(run.err.empty());
  std::istringstream lines(run.out);
  Json last;
  for (std::string line; std::getline(lines, line);) {
    last = Json::parse(line);
    CHECK((last.contains("run") || last["event"] == "summary"));
  }
  CHECK(last["event"] == "summary");
  CHECK(last["cases"][0]["values"].contains("train.loss"));
}

TEST_CASE("A node that fails is exit 3 with its message") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  const std::string fake =
      stand_in(scratch, R"(exec >&3; echo '{"event":"failed","node":"train","message":"loss is nan"}'
echo '{"event":"end","status":"failed","message":"node train: loss is nan at step 3","exit":3}'; exit 3)");
  const Answer run = weir_program(scratch.path(), "run small.yaml", fake);
  CHECK(run.exit == 3);
  CHECK(run.err == "failed: node train: loss is nan at step 3\n");
}

TEST_CASE("A crash is exit 3 with the signal and the last words") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  const Answer run = weir_program(scratch.path(), "run small.yaml",
                                  stand_in(scratch, "echo 'terminate called' >&2; kill -ABRT $$"));
  CHECK(run.exit == 3);
  CHECK_THAT(
      run.err,
      StartsWith("failed: the run crashed between two nodes: Aborted (signal 6); `weir plugin check`") &&
          EndsWith("\nterminate called\n"));
}

TEST_CASE("Faults that only weir-run finds are exit 2, and a sweep leaves nothing behind") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  const std::string fake = stand_in(
      scratch,
      R"(printf '%s\n' '{"event":"invalid","faults":[],"text":"swept.yaml:4:3: error[W301]: no\n"}' >&3; exit 2)");
  const Answer run = weir_program(scratch.path(), "run swept.yaml --progress none", fake);
  CHECK(run.exit == 2);
  CHECK(run.err == "swept.yaml:4:3: error[W301]: no\n");
  CHECK_FALSE(fs::exists(scratch.path() / "swept"));
}

TEST_CASE("A failed run of a sweep is named, the others are run, and the worst exit is returned") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  const std::string fake =
      stand_in(scratch,
               "case $OUT in *seed=8*) echo '{\"event\":\"end\",\"status\":\"failed\",\"message\":\"no "
               "luck\"}' >&3; exit 3;; "
               "esac\nexec '" WEIR_BIN_DIR "/weir-run' \"$@\"");
  const Answer run = weir_program(scratch.path(), "run swept.yaml --progress none", fake);
  CHECK(run.exit == 3);
  CHECK(run.err == "failed: 2 of 4 runs\n  steps=2,seed=8\n  steps=3,seed=8\nno luck\n");
  CHECK_THAT(scratch.read("swept/table.csv"),
             Contains("\"steps=2,seed=8\",\"runs/steps=2,seed=8.h5\",failed,8,2,,,,"));
}

TEST_CASE("Threads and allocator are set for the child, whose command line names the frozen graph") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  const std::string fake = stand_in(scratch, "echo \"$OMP_NUM_THREADS $GLIBC_TUNABLES $*\" > seen; exit 3");
  // What the user set stays, so nothing may be set here.
  weir_program(scratch.path(), "run small.yaml --threads 2 --jobs 3 --set train.steps=5 -o x.h5",
               "-u OMP_NUM_THREADS -u GLIBC_TUNABLES " + fake);
  CHECK_THAT(
      scratch.read("seen"),
      StartsWith("2 glibc.malloc.mmap_threshold=2000000000:glibc.malloc.trim_threshold=4000000000 run ") &&
          Contains("--out x.h5 --mode create --sha256 ") && Contains(" --events 3 --jobs 3 --command=") &&
          EndsWith("weir run small.yaml --threads 2 --jobs 3 --set train.steps=5 -o x.h5\n"));
}

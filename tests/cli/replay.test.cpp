// tests/cli/replay.test.cpp -- weir replay and weir rerun: the same numbers again, and what is said where they differ.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include <weir/record/arrays_file.hpp>
#include <weir/record/reader.hpp>

#include "pipelines.hpp"
#include "program.hpp"
#include "scratch_folder.hpp"

#include "lab/records/same_numbers.hpp"

using Catch::Contains;
using Catch::StartsWith;
namespace fs = std::filesystem;

namespace {

weir::Array array(const std::vector<float>& numbers) {
  auto bytes = std::make_shared<std::vector<std::byte>>(numbers.size() * sizeof(float));
  std::copy(numbers.begin(), numbers.end(), reinterpret_cast<float*>(bytes->data()));
  return {weir::DType::float32, {static_cast<std::int64_t>(numbers.size())}, std::move(bytes)};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

// A record of the pipeline, small.h5.
void record(const ScratchFolder& scratch, const std::string& pipeline = small_pipeline) {
  scratch.write("small.yaml", pipeline);
  REQUIRE(weir_program(scratch.path(), "run small.yaml -o small.h5 --force --progress none").exit == 0);
}

}  // namespace

TEST_CASE("Arrays differ where they do, by the largest difference") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto same = weir::tools::difference(array({1, nan, 3}), array({1, nan, 3}));
  CHECK(same.comparable);
  CHECK(same.unequal == 0);
  const auto found = weir::tools::difference(array({1, -4, 3}), array({1, -4.5, 3.25}));
  CHECK(found.unequal == 2);
  CHECK(found.largest == 0.5);
  CHECK(found.relative() == 0.125);
  CHECK(found.where == "[1]: -4.5 was -4");
  CHECK(weir::tools::difference(array({1, 2}), array({1, nan})).largest ==
        std::numeric_limits<double>::infinity());
  CHECK_FALSE(weir::tools::difference(array({1, 2}), array({1})).comparable);
  // A difference where all was zero is no small one.
  CHECK(std::isinf(weir::tools::difference(array({0}), array({1e-30F})).relative()));
}

TEST_CASE("Every node of a record replays to the same numbers, a training too", "[slow]") {
  const ScratchFolder scratch;
  record(scratch);
  for (const std::string node : {"pairs", "train", "flow", "recall"}) {
    INFO(node);
    const Answer answer = weir_program(scratch.path(), "replay small.h5 --progress none --node " + node);
    CHECK(answer.exit == 0);
    CHECK(answer.err.empty());
    CHECK_THAT(answer.out, Contains(" equal, 0 different\n"));
  }
  CHECK_THAT(weir_program(scratch.path(), "replay small.h5 --node flow").out, StartsWith("2 datasets equal"));
  CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 2);  // small.yaml and small.h5
}

TEST_CASE("A replay shows what another parameter would have given") {
  const ScratchFolder scratch;
  record(scratch);
  const Answer answer =
      weir_program(scratch.path(), "replay small.h5 --node flow --set flow.steps=3 -o three.h5");
  CHECK(answer.exit == 1);
  CHECK_THAT(answer.out, Contains("/nodes/flow/end") && Contains("/nodes/flow/nfe") &&
                             Contains(": 3 was 2") && Contains("0 datasets equal, 2 different\n"));
  const weir::Reader kept(scratch.path() / "three.h5");
  CHECK(*kept.read("/nodes/flow/nfe").data<std::int64_t>() == 3);
  CHECK_FALSE(kept.has("/nodes/train/loss"));
  const Answer again = weir_program(scratch.path(), "replay small.h5 --node flow -o three.h5");
  CHECK(again.exit == 4);
  CHECK(again.err == "weir: three.h5 exists; replace it with --force, or name another file with -o\n");
  CHECK(weir_program(scratch.path(), "replay small.h5 --node flow -o three.h5 --force").exit == 0);
}

TEST_CASE("A field is made from its recorded parameters, or trained again if they are not there") {
  const ScratchFolder scratch;
  record(scratch, replaced(small_pipeline, "batch: 16}", "batch: 16, record: {params: none}}"));
  const Answer answer = weir_program(scratch.path(), "replay small.h5 --node flow");
  CHECK(answer.exit == 0);
  CHECK_THAT(answer.err, Contains("'train' is run again: the record does not give back what it made"));
}

TEST_CASE("Inputs that were recorded in part are refused, with the line that keeps them") {
  const ScratchFolder scratch;
  record(scratch, replaced(small_pipeline, "draw: {fixed: 16}", "draw: {fixed: 16}, record: {x0: 4}"));
  const Answer answer = weir_program(scratch.path(), "replay small.h5 --node flow");
  CHECK(answer.exit == 2);
  CHECK_THAT(answer.err,
             Contains("flow.start needs the whole of pairs.x0 [16, 2], of which the record holds the "
                      "first 4 rows; run the pipeline again with `record: {x0: all}` at node 'pairs'"));
  record(scratch, replaced(small_pipeline, "draw: {fixed: 16}", "draw: {fixed: 16}, record: none"));
  CHECK_THAT(weir_program(scratch.path(), "replay small.h5 --node flow").err,
             Contains("pairs.x0 [16, 2], which is not in the record; run the pipeline again with"));
}

TEST_CASE("A rebuilt library is taken by --plugin, and named where it differs") {
  const ScratchFolder scratch;
  record(scratch);
  const fs::path copy = scratch.path() / "libweir_integrator_euler.so";
  fs::copy(fs::path(WEIR_PLUGIN_DIR) / "libweir_integrator_euler.so", copy);
  const std::string words = "replay small.h5 --node flow --plugin libweir_integrator_euler.so";
  CHECK_THAT(weir_program(scratch.path(), words).out, StartsWith("2 datasets equal, 0 different\n"));
  std::ofstream(copy, std::ios::app) << "another build";
  const Answer answer = weir_program(scratch.path(), words);
  CHECK(answer.exit == 0);
  CHECK_THAT(answer.out, StartsWith("made with") && Contains("integrator/euler") && Contains(", sha256 "));
}

TEST_CASE("What cannot be replayed is said") {
  const ScratchFolder scratch;
  record(scratch);
  const Answer unknown = weir_program(scratch.path(), "replay small.h5 --node flwo");
  CHECK(unknown.exit == 2);
  CHECK(unknown.err ==
        "weir: small.h5 has no node 'flwo', did you mean 'flow'?\nits nodes: weir info small.h5\n");
  CHECK(weir_program(scratch.path(), "replay small.h5").err ==
        "weir: --node is required\nmore: weir replay --help\n");
  weir::write_arrays(scratch.path() / "table.h5", {{"x", array({1})}});
  CHECK(weir_program(scratch.path(), "replay table.h5 --node x").err ==
        "weir: table.h5 is not a record of weir; what it holds: weir info table.h5\n");
  CHECK(weir_program(scratch.path(), "rerun table.h5").exit == 2);
}

TEST_CASE("A record of plugins that are not found says where they were") {
  const ScratchFolder scratch;
  record(scratch);
  const Answer answer = weir_program(scratch.path(), "replay small.h5 --node flow", "XDG_DATA_HOME=/nowhere");
  CHECK(answer.exit == 0);
  fs::create_directories(scratch.path() / "bin");
  fs::copy(fs::path(WEIR_BIN_DIR) / "weir", scratch.path() / "bin/weir");  // no plugins lie beside it
  const std::string command = "cd '" + scratch.path().string() +
                              "' && LD_LIBRARY_PATH='" WEIR_BUILD_DIR "/lib' WEIR_RUN='" WEIR_BIN_DIR
                              "/weir-run' bin/weir replay small.h5 --node flow 2> err; echo $? > code";
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(scratch.read("code") == "2\n");
  CHECK_THAT(scratch.read("err"),
             StartsWith("weir: small.h5 was made with plugins that are not found; name their "
                        "folders with --plugin-path:\n") &&
                 Contains("\n  integrator/euler from ") && Contains("libweir_integrator_euler.so"));
}

TEST_CASE("A rerun gives the same record, and says what is another way") {
  const ScratchFolder scratch;
  record(scratch);
  const Answer answer = weir_program(scratch.path(), "rerun small.h5 --progress none");
  CHECK(answer.exit == 0);
  CHECK_THAT(answer.out, StartsWith("made with the same plugins as then\n") &&
                             Contains("record  small.rerun.h5") && Contains(" equal, 0 different\n"));
  CHECK_THAT(weir::Reader(scratch.path() / "small.rerun.h5").text("/provenance/command"),
             Contains("rerun small.h5"));

  const Answer other = weir_program(
      scratch.path(), "rerun small.h5 --progress none --threads 2 --set flow.steps=3 -o other.h5");
  CHECK(other.exit == 1);
  CHECK_THAT(other.out,
             StartsWith("made with  then  now\nthreads       1    2\n") && Contains("/nodes/flow/end"));
  const Answer again = weir_program(scratch.path(), "rerun small.h5");
  CHECK(again.exit == 4);
  CHECK(
      again.err ==
      "weir: small.rerun.h5 exists and is finished; replace it with --force, or name another file with -o\n");
}

TEST_CASE("One run of a sweep can be run again by itself") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  REQUIRE(weir_program(scratch.path(), "run swept.yaml --progress none").exit == 0);
  const Answer answer =
      weir_program(scratch.path(), "rerun 'swept/runs/steps=3,seed=8.h5' --progress none -o again.h5");
  CHECK(answer.exit == 0);
  CHECK_THAT(answer.out, Contains(" equal, 0 different\n"));
  CHECK(weir_program(scratch.path(), "replay 'swept/runs/steps=2,seed=7.h5' --node train").exit == 0);
}

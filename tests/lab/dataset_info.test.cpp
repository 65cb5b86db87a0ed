// tests/lab/dataset_info.test.cpp -- weir info OUT.h5:/nodes/flow/end.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "../cli/pipelines.hpp"
#include "../cli/program.hpp"
#include "../cli/scratch_folder.hpp"

#include "lab/records/dataset_info.hpp"

using Catch::Contains;
using Catch::StartsWith;
using Json = nlohmann::json;

TEST_CASE("A dataset tells what it is and where it comes from") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  REQUIRE(weir_program(scratch.path(), "run small.yaml --progress none").exit == 0);

  const Answer end = weir_program(scratch.path(), "info small.h5:/nodes/flow/end");
  CHECK(end.exit == 0);
  CHECK_THAT(end.out,
             StartsWith("small.h5:/nodes/flow/end\n") && Contains("float32, pair 16 x dim 2, unit 1\n") &&
                 Contains("flow: integrator/euler ") && Contains("field: train.field") &&
                 Contains("start: pairs.x0") && Contains("steps: 2") && Contains("seed 7 node flow") &&
                 Contains("libweir_integrator_euler.so\n") && Contains("(unchanged since)") &&
                 Contains("small.yaml:9\n") && Contains("flow:   {plugin: integrator/euler,"));
  for (const std::string name : {"flow.end", "nodes/flow/end", "/nodes/flow/end/"})
    CHECK(weir_program(scratch.path(), "info small.h5:" + name).out == end.out);

  const Answer loss = weir_program(scratch.path(), "info small.h5:train.loss");
  CHECK(loss.out == weir_program(scratch.path(), "info small.h5:/nodes/train/loss/value").out);
  CHECK_THAT(loss.out, Contains("float64, step 20, unit 1") && Contains("steps 1 to 20") &&
                           Contains("estimator mean over the batch"));

  const auto json = Json::parse(weir_program(scratch.path(), "info small.h5:flow.nfe --format json").out);
  CHECK(json["numbers"]["mean"] == 2);
  CHECK(json["plugin"]["library_now"] == "unchanged");
  CHECK(json["given"]["steps"] == 2);

  CHECK(weir_program(scratch.path(), "info small.h5:/pipeline/source").out == small_pipeline + "\n");
  CHECK(weir_program(scratch.path(), "info small.h5:/status").out == "finished\n");

  const Answer params = weir_program(scratch.path(), "info small.h5:train.params");
  CHECK_THAT(params.out, Contains("train.params.net.0.weight  float32  ") && !Contains("ema_params"));
}

TEST_CASE("What no node has written is no number") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  REQUIRE(weir_program(scratch.path(), "run small.yaml --set train.timeout=1e-9 --progress none").exit == 3);
  CHECK_THAT(weir_program(scratch.path(), "info small.h5").out,
             Contains("nfe                      int64    []             not written  ("));
  const Answer nfe = weir_program(scratch.path(), "info small.h5:flow.nfe");
  CHECK_THAT(nfe.out, Contains("one number") && Contains("not written: the node 'flow' has not finished\n") &&
                          !Contains("mean"));
  CHECK_THAT(weir_program(scratch.path(), "info small.h5:flow").out,
             Contains("flow.nfe  int64  one number  not written: the node 'flow' has not finished\n"));
  CHECK_THAT(weir_program(scratch.path(), "info small.h5:pairs.x0").out,
             Contains(" to ") && Contains("mean"));
  const Answer refused = weir_program(scratch.path(), "export small.h5:flow.nfe -o nfe.csv");
  CHECK(refused.exit == 2);
  CHECK_THAT(refused.err,
             Contains("flow.nfe of small.h5 is not written: the run is failed, and its node 'flow' has "
                      "not finished; go on with it by the command that made it:\n  ") &&
                 Contains("run small.yaml --set train.timeout=1e-9 --progress none\n"));
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "nfe.csv"));
  CHECK(weir_program(scratch.path(), "export small.h5:pairs.x0 -o x0.npy").exit == 0);

  const Answer replayed = weir_program(scratch.path(), "replay small.h5 --node recall");
  CHECK(replayed.exit != 0);
  CHECK_THAT(replayed.err,
             Contains("recall.generated needs flow.end, which the record has no numbers of: its run has "
                      "not finished node 'flow'"));
  const std::string partner = "/nodes/recall/partner";
  for (const std::string& reading :
       {"source/tensor, file: small.h5, dataset: " + partner,
        "source/snapshots, file: small.h5, points_dataset: " + partner + ", time_dataset: " + partner,
        "coupling/given, file: small.h5, x0_dataset: /nodes/pairs/x0, x1_dataset: " + partner}) {
    scratch.write("reads.yaml", "name: reads\nnodes:\n  data: {plugin: " + reading + "}\n");
    const Answer read = weir_program(scratch.path(), "run reads.yaml --progress none");
    INFO(read.err);
    CHECK(read.exit == 2);
    CHECK_THAT(read.err, Contains("is not written: its run has not finished the node") &&
                             Contains("go on with that run first"));
  }
}

TEST_CASE("A name that a record does not have is answered with the nearest") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  REQUIRE(weir_program(scratch.path(), "run small.yaml --progress none").exit == 0);
  const Answer answer = weir_program(scratch.path(), "info small.h5:flow.ned");
  CHECK(answer.exit == 2);
  CHECK(
      answer.err ==
      "weir: small.h5 holds no flow.ned, did you mean 'flow.end'?\nall that it holds: weir info small.h5\n");
  CHECK_THAT(weir_program(scratch.path(), "info small.h5:base").err,
             Contains("node 'base' (source/gaussian) records nothing; ") && Contains("dim: 2"));
  CHECK_THAT(weir_program(scratch.path(), "info smal.h5:flow.end").err, Contains("there is no file smal.h5"));
}

TEST_CASE("A colon divides a file from a dataset only where no file has the whole name") {
  const ScratchFolder scratch;
  const std::string file = scratch.write("a:b.h5", "").string();
  using weir::tools::split_dataset;
  CHECK(split_dataset(file) == std::pair<std::string, std::string>(file, ""));
  CHECK(split_dataset(file + ":x.y") == std::pair<std::string, std::string>(file, "x.y"));
  CHECK(split_dataset("out.h5") == std::pair<std::string, std::string>("out.h5", ""));
}

// tests/record/dotted_path.test.cpp -- names in pipelines and places in records.
#include <catch2/catch.hpp>

#include <weir/record/recorder.hpp>

TEST_CASE("a name of the pipeline and its place in the record are each other's inverse",
          "[record][dotted_path]") {
  for (const std::string name : {"train", "train.loss", "loop.2.train.probes.variance.total"}) {
    INFO(name);
    CHECK(weir::dotted_path(weir::record_path(name)) == name);
  }
  CHECK(weir::record_path("train.loss") == "/nodes/train/loss");
  CHECK(weir::dotted_path("/nodes/train/loss") == "train.loss");
}

TEST_CASE("what is dotted already stays, and only /nodes is left out", "[record][dotted_path]") {
  CHECK(weir::dotted_path("train.loss") == "train.loss");
  CHECK(weir::dotted_path("/pipeline/source") == "pipeline.source");
  CHECK(weir::dotted_path("/nodes_of_mine/x") == "nodes_of_mine.x");
  CHECK(weir::dotted_path("/nodes/nodes/x") == "nodes.x");
}

TEST_CASE("a dataset's own name keeps its dots where it lies", "[record][dotted_path]") {
  weir::DatasetSpec spec;
  spec.node = "train";
  spec.name = "params/net.0.weight";
  CHECK(weir::path_of(spec) == "/nodes/train/params/net.0.weight");
  CHECK(weir::key_of(spec) == "train.params/net.0.weight");
}

// tests/record/round_trip.test.cpp -- what is appended and written is what is read.
#include <catch2/catch.hpp>

#include <weir/record/reader.hpp>
#include "dummy_run.hpp"

using weir::Recorder;

TEST_CASE("a finished record holds every row, tensor and checksum", "[record]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    dummy::train(recorder, 0, 700);
    dummy::write_tensors(recorder);
    recorder.close_node("train");
    recorder.commit();
    CHECK(recorder.rows("train.loss") == 700);
    CHECK(std::filesystem::exists(file.string() + ".lock"));
    recorder.finish("finished");
  }

  CHECK(dummy::verify(file) == 700);
  CHECK_FALSE(std::filesystem::exists(file.string() + ".lock"));
  const weir::Reader reader(file);
  CHECK(reader.text("/status") == "finished");
  CHECK(reader.text("/message").empty());
  CHECK(reader.shape("/nodes/train/loss/value_crc") == std::vector<std::int64_t>{3});
  CHECK(reader.text("/pipeline/source") == dummy::spec().source);
  CHECK(reader.shape("/nodes/pairs/x0") == std::vector<std::int64_t>{300, 2});
  CHECK(reader.read("/nodes/pairs/id").data<std::int64_t>()[17] == 17 * 17);
  CHECK(reader.read("/nodes/flow/end").data<float>()[59999] == 59999.0f / 9);
  CHECK(reader.attribute("/nodes/flow/end", "end_reason") == "singular at t = 1/2");
  CHECK(reader.attribute("/nodes/flow/end", "units") == "m");
  CHECK(reader.attribute("/nodes/train", "plugin") == "trainer/gradient");
  CHECK(reader.attribute("/nodes/train", "name") == "caf?");
  CHECK(reader.attribute("/nodes/train", "matrix") == "1 2 3 4");
  CHECK(reader.attribute("/nodes/train", "matrix_shape") == "2 2");
  CHECK(reader.attribute("/nodes/train", "none") == "[]");
  CHECK(reader.attribute("/nodes/train", "note").empty());
  CHECK(reader.attribute("/nodes/train", "schedule").empty());
  CHECK(reader.attribute("/", "weir_format") == "1.0");
  CHECK(reader.attribute("/", "default") == "nodes/train/loss");
  CHECK(reader.attribute("/nodes/train/image/value", "column_edges") == "column_edge");
}

// tests/cli/verify.test.cpp -- weir verify, what is salvaged, and runs that failed and go on.
#include <catch2/catch.hpp>

#include <weir/record/reader.hpp>

#include "pipelines.hpp"
#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using Catch::EndsWith;
namespace fs = std::filesystem;

namespace {

// Changes one bit of the first of these bytes in the file.
void flip(const fs::path& file, const std::string& bytes) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(stream)), {});
  const auto at = all.find(bytes);
  REQUIRE(at != std::string::npos);
  stream.clear();
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(static_cast<char>(all[at] ^ 1));
}

std::string row_of(const fs::path& record, const std::string& trace, std::int64_t row) {
  const weir::Array value = weir::Reader(record).rows(trace + "/value", row, 1);
  return {reinterpret_cast<const char*>(value.bytes->data()), value.bytes->size()};
}

std::string bytes_of(const fs::path& record, const std::string& dataset) {
  const weir::Array value = weir::Reader(record).read(dataset);
  return {reinterpret_cast<const char*>(value.bytes->data()), value.bytes->size()};
}

}  // namespace

TEST_CASE("weir verify names what is damaged, and --salvage keeps the rest") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  const fs::path record = scratch.path() / "small.h5";
  REQUIRE(weir_program(scratch.path(), "run small.yaml --progress none").exit == 0);
  const Answer whole = weir_program(scratch.path(), "verify small.h5");
  CHECK(whole.exit == 0);
  CHECK_THAT(whole.out, Contains("small.h5: whole: ") && EndsWith(" committed rows\n"));

  flip(record, row_of(record, "/nodes/train/loss", 7));
  const Answer damaged = weir_program(scratch.path(), "verify small.h5 --salvage whole.h5");
  CHECK(damaged.exit == 4);
  CHECK_THAT(damaged.out,
             Contains("small.h5: damaged\n  /nodes/train/loss: rows 0 to 19 do not match their checksum\n") &&
                 EndsWith("whole.h5: written, with everything of small.h5 that is whole\n"));
  CHECK(bytes_of(scratch.path() / "whole.h5", "/nodes/flow/end") == bytes_of(record, "/nodes/flow/end"));
  CHECK(weir_program(scratch.path(), "verify whole.h5").exit == 0);
  CHECK(weir_program(scratch.path(), "info whole.h5").exit == 0);
  const Answer onto = weir_program(scratch.path(), "run small.yaml -o whole.h5");
  CHECK(onto.exit == 4);
  CHECK_THAT(onto.err, Contains("whole.h5 is what was salvaged of a damaged record: no run goes on with it"));

  const Answer folder = weir_program(scratch.path(), "verify .");
  CHECK(folder.exit == 4);
  CHECK(
      folder.err ==
      "weir: 1 of 2 records are not whole; weir verify OUT.h5 --salvage NEW.h5 keeps what is whole of one\n");
  const Answer stranger = weir_program(scratch.path(), "verify small.yaml");
  CHECK(stranger.exit == 4);
  CHECK_THAT(stranger.out, Contains("small.yaml: cannot read it: it is not an HDF5 file"));
}

TEST_CASE("A run that failed goes on with the same command, or with more time", "[slow]") {
  const ScratchFolder scratch;
  std::string pipeline = small_pipeline;
  pipeline.replace(pipeline.find("steps: 20"), 9, "steps: 4000");
  scratch.write("small.yaml", pipeline);
  REQUIRE(weir_program(scratch.path(), "run small.yaml -o whole.h5 --progress none").exit == 0);

  const Answer late = weir_program(scratch.path(), "run small.yaml --set train.timeout=0.2 --progress none");
  INFO(late.err);
  REQUIRE(late.exit == 3);
  CHECK(weir::Reader(scratch.path() / "small.h5").text("/status") == "failed");
  const Answer again = weir_program(scratch.path(), "run small.yaml --progress none");
  INFO(again.err);
  CHECK(again.exit == 0);
  for (const char* dataset : {"/nodes/train/loss/value", "/nodes/train/loss/step", "/nodes/flow/end"})
    CHECK(bytes_of(scratch.path() / "small.h5", dataset) == bytes_of(scratch.path() / "whole.h5", dataset));
  CHECK(weir::Reader(scratch.path() / "small.h5").shape("/provenance/attempts/start") ==
        std::vector<std::int64_t>{2});
  CHECK(weir_program(scratch.path(), "verify small.h5").exit == 0);
}

TEST_CASE("Checkpoints of a record that was taken away are none of the next one's", "[slow]") {
  const ScratchFolder scratch;
  std::string pipeline = small_pipeline;
  pipeline.replace(pipeline.find("steps: 20"), 9, "steps: 4000");
  scratch.write("small.yaml", pipeline);
  const std::string stopped = "run small.yaml -o out.h5 --progress none --set train.timeout=0.2";
  REQUIRE(weir_program(scratch.path(), stopped).exit == 3);
  REQUIRE(fs::exists(scratch.path() / "out.h5.checkpoint" / "train.h5"));
  fs::remove(scratch.path() / "out.h5");
  // Another learning rate onto the same name: what the first has left would be wrong.
  REQUIRE(weir_program(scratch.path(),
                       "run small.yaml -o out.h5 --progress none --set train.optimiser.lr=0.1 "
                       "--set train.timeout=0.000001")
              .exit == 3);
  const std::string other = " --progress none --set train.optimiser.lr=0.1";
  REQUIRE(weir_program(scratch.path(), "run small.yaml -o out.h5" + other).exit == 0);
  REQUIRE(weir_program(scratch.path(), "run small.yaml -o alone.h5" + other).exit == 0);
  CHECK(bytes_of(scratch.path() / "out.h5", "/nodes/flow/end") ==
        bytes_of(scratch.path() / "alone.h5", "/nodes/flow/end"));
}

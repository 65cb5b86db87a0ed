// tests/record/repair.test.cpp -- repairing a record whose writer died.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include <weir/record/arrays_file.hpp>
#include <weir/record/reader.hpp>
#include "dummy_run.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using weir::Recorder;

namespace {

void killed_run(const std::filesystem::path& file) {
  const int code = dummy::wait(dummy::start([&] {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    dummy::train(recorder, 0, 600);
    recorder.commit();
    ::raise(SIGKILL);
    return 0;
  }));
  REQUIRE(code == 128 + SIGKILL);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

}  // namespace

TEST_CASE("repair keeps every row, completes the checksums and sets the status", "[record][repair]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  killed_run(file);
  CHECK(weir::Reader(file).shape("/nodes/train/loss/value_crc") == std::vector<std::int64_t>{2});
  const auto before = std::filesystem::file_size(file);

  const std::string done = joined(weir::repair_record(file));
  CHECK_THAT(done, Contains("cleared HDF5's marks of an unfinished writer"));
  CHECK_THAT(done, Contains("/nodes/train/loss: 600 rows kept, checksums completed"));
  CHECK_THAT(done, Contains("set its status to interrupted"));
  CHECK(dummy::verify(file) == 600);
  CHECK(std::filesystem::file_size(file) >= before);
  const weir::Reader reader(file);
  CHECK(reader.shape("/nodes/train/loss/value_crc") == std::vector<std::int64_t>{3});
  CHECK(reader.text("/status") == "interrupted");
  CHECK_THAT(reader.text("/message"), Contains("its writer died; repaired 20"));
  CHECK(joined(weir::repair_record(file)) ==
        "nothing to repair: its status is interrupted and it was closed properly\n");
}

TEST_CASE("repair names a damaged block and changes none of its bytes", "[record][repair]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  killed_run(file);
  dummy::flip(file, *dummy::scalar(dummy::loss(300)).bytes);
  CHECK_THAT(
      joined(weir::repair_record(file)),
      Contains("/nodes/train/loss: rows 256 to 511 do not match their checksum: the values are damaged; "
               "left as they are"));
  CHECK_THROWS_WITH(dummy::verify(file),
                    Contains("/nodes/train/loss: row 300 of 600 is not what was appended"));
  CHECK(weir::Reader(file).shape("/nodes/train/loss/value") == std::vector<std::int64_t>{600});
}

TEST_CASE("only records are repaired", "[record][repair]") {
  const dummy::Folder folder;
  CHECK_THROWS_WITH(weir::repair_record(folder / "no.h5"),
                    EndsWith("no.h5: cannot repair it: there is no such file"));
  weir::write_arrays(folder / "arrays.h5", {{"a", dummy::scalar(1)}});
  CHECK_THROWS_WITH(weir::repair_record(folder / "arrays.h5"),
                    EndsWith("arrays.h5: cannot repair it: it is not a weir record"));
  CHECK_FALSE(std::filesystem::exists((folder / "arrays.h5").string() + ".lock"));
}

TEST_CASE("a record is inspected without a change", "[record][repair]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  CHECK_FALSE(weir::inspect_record(file).exists);
  killed_run(file);
  const auto before = std::filesystem::last_write_time(file);
  const weir::RecordState state = weir::inspect_record(file);
  CHECK(state.exists);
  CHECK(state.is_record);
  CHECK(state.status == "interrupted");
  CHECK(nlohmann::json::parse(state.resolved_json) == dummy::spec().resolved_json);
  CHECK(std::filesystem::last_write_time(file) == before);
}

TEST_CASE("repair says how a run ended where that is known, and changes no end that stands",
          "[record][repair]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  killed_run(file);
  const weir::RecordEnd end{"failed", "node 'train' crashed\033: " + std::string(10'000, 'x'), 3};
  CHECK_THAT(joined(weir::repair_record(file, end)), Contains("set its status to failed"));
  CHECK(dummy::verify(file) == 600);
  {
    const weir::Reader reader(file);
    CHECK(reader.text("/status") == "failed");
    CHECK_THAT(reader.text("/message"), Catch::StartsWith("node 'train' crashed?: xxx"));
    CHECK(*reader.read("/provenance/attempts/exit").data<std::int64_t>() == 3);
  }
  CHECK(joined(weir::repair_record(file, weir::RecordEnd{"interrupted", "", 75})) ==
        "nothing to repair: its status is failed and it was closed properly\n");
}

TEST_CASE("Who saw a run die closes its record without reading the rows; who goes on with it reads them",
          "[record][repair]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  killed_run(file);
  dummy::flip(file, *dummy::scalar(dummy::loss(300)).bytes);
  CHECK_THAT(joined(weir::repair_record(file, weir::RecordEnd{"failed", "it crashed", 3})),
             !Contains("the values are damaged"));
  CHECK_THROWS_WITH(
      weir::Recorder(file, weir::Recorder::Mode::resume, dummy::spec(), {{"train.loss", {600, 0, 0}}}),
      Contains("rows 256 to 511 do not match their checksum"));
}

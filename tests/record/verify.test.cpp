// tests/record/verify.test.cpp -- one changed bit anywhere is found, and a whole record is called whole.
#include <signal.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <functional>

#include <weir/record/arrays_file.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/salvage.hpp>
#include <weir/record/verify.hpp>
#include <weir/record/write/layout.hpp>
#include <weir/record/write/revive.hpp>
#include "dummy_run.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using weir::Recorder;

namespace {

void finished_run(const std::filesystem::path& file) {
  Recorder recorder(file, Recorder::Mode::create, dummy::spec());
  dummy::train(recorder, 0, 700);
  dummy::write_tensors(recorder);
  recorder.finish("finished");
}

void killed_run(const std::filesystem::path& file) {
  REQUIRE(dummy::wait(dummy::start([&] {
            Recorder recorder(file, Recorder::Mode::create, dummy::spec());
            dummy::train(recorder, 0, 300);
            dummy::write_tensors(recorder);
            recorder.commit();
            dummy::train(recorder, 300, 600);
            recorder.commit();
            ::raise(SIGKILL);
            return 0;
          })) == 128 + SIGKILL);
}

std::string found(const std::filesystem::path& file) {
  std::string text;
  for (const auto& damage : weir::verify_record(file).damage)
    text += damage.path + " | " + damage.what + '\n';
  return text;
}

std::vector<std::byte> bytes_of(const std::string& text) {
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

template <class T>
std::vector<std::byte> bytes_of(std::initializer_list<T> values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

using Maker = void (*)(const std::filesystem::path&);

// One bit of a dataset, `byte` bytes from its begin.
void flip_in(const std::filesystem::path& file, const std::string& path, std::int64_t byte) {
  haddr_t at = 0;
  {
    const weir::hdf5::Turn turn;
    const weir::hdf5::File open{file, weir::hdf5::open_for_reading(file)};
    const weir::hdf5::Handle dataset = weir::hdf5::open_dataset(open, path);
    at = H5Dget_offset(dataset);
    const weir::hdf5::Handle space(H5Dget_space(dataset), H5Sclose);
    if (at == HADDR_UNDEF) REQUIRE(H5Dget_chunk_info(dataset, space, 0, nullptr, nullptr, &at, nullptr) >= 0);
  }
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto place = static_cast<std::streamoff>(at) + byte;
  bytes.seekg(place);
  const int one = bytes.get();
  bytes.seekp(place);
  bytes.put(static_cast<char>(one ^ 4));
}

void change(const std::filesystem::path& file, const std::function<void(const weir::hdf5::File&)>& work) {
  const weir::hdf5::Turn turn;
  weir::record::clear_flags(file);
  const weir::hdf5::Handle access = weir::hdf5::access_properties();
  work({file, weir::hdf5::Handle(H5Fopen(file.c_str(), H5F_ACC_RDWR, access), H5Fclose)});
}

}  // namespace

TEST_CASE("a record that is whole has no damage, finished or killed", "[record][verify]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  SECTION("finished") {
    finished_run(file);
    const auto verified = weir::verify_record(file);
    CHECK(found(file) == "");
    CHECK(verified.datasets == 9);
    CHECK(verified.rows == 700 + 700 + 70);
  }
  SECTION("killed") {
    killed_run(file);
    CHECK(found(file) == "");
    CHECK(weir::verify_record(file).rows == 600 + 600 + 60);
    weir::repair_record(file);
    CHECK(found(file) == "");
  }
  SECTION("interrupted and resumed") {
    killed_run(file);
    {
      Recorder recorder(file, Recorder::Mode::resume, dummy::spec(), dummy::kept(290));
      dummy::train(recorder, 290, 400);
      recorder.finish("interrupted");
    }
    CHECK(found(file) == "");
  }
  SECTION("being written") {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    dummy::train(recorder, 0, 300);
    recorder.commit();
    dummy::train(recorder, 300, 310);
    // HDF5 opens a file once for writing or for reading in one process.
    CHECK(dummy::wait(dummy::start([&] { return found(file).empty() ? 0 : 1; })) == 0);
    recorder.finish("finished");
  }
}

TEST_CASE("one changed bit is found, in whatever part of a record", "[record][verify]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  const Maker make = GENERATE(finished_run, killed_run);
  make(file);
  struct Case {
    std::vector<std::byte> bytes;
    std::string path, what;
  };
  const std::vector<Case> cases{
      {*dummy::scalar(dummy::loss(10)).bytes, "/nodes/train/loss",
       "rows 0 to 255 do not match their checksum"},
      {*dummy::scalar(dummy::loss(590)).bytes, "/nodes/train/loss", "do not match their checksum"},
      {*dummy::bins(599).bytes, "/nodes/train/probes/bins/variance", "do not match their checksum"},
      {bytes_of<std::int64_t>({570, 571, 572}), "/nodes/train/", "its steps do not match their checksum"},
      {bytes_of<std::int64_t>({0, 1, 4, 9}), "/nodes/pairs/id", "checksum"},
      {bytes_of<float>({0.0F / 7, 1.0F / 7, 2.0F / 7}), "/nodes/train/params/net.0.weight",
       "does not match its checksum"},
      {bytes_of("name: dummy\nnote"), "/pipeline/source", "does not match its checksum"},
      {bytes_of("weir run dummy.yaml"), "/provenance/command", "does not match its checksum"},
      {bytes_of(std::string(64, 'a')), "/provenance/plugins/sha256", "does not match its checksum"},
  };
  const auto& one = cases[static_cast<std::size_t>(GENERATE(range(0, 9)))];
  dummy::flip(file, one.bytes);
  INFO(one.path);
  CHECK_THAT(found(file), Contains(one.path) && Contains(one.what));
}

TEST_CASE("one changed bit is found in what says how a run goes", "[record][verify]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  struct Case {
    std::string path;
    std::int64_t byte;
    std::string what;
  };
  SECTION("of a record that was closed") {
    finished_run(file);
    const Case one =
        GENERATE(values<Case>({{"/status", 1, "checksum"},
                               {"/status", 15, "checksum"},
                               {"/message", 4000, "checksum"},
                               {"/heartbeat", 3, "does not match its checksum"},
                               {"/provenance/attempts/start", 5, "checksum"},
                               {"/provenance/attempts/end", 5, "checksum"},
                               {"/provenance/attempts/exit", 0, "checksum"},
                               {"/nodes/train/loss/value_crc", 16, "its last checksum is not that"},
                               {"/committed", 5, "one of its two copies damaged"}}));
    flip_in(file, one.path, one.byte);
    INFO(one.path);
    CHECK_THAT(found(file), Contains(one.path + " | ") && Contains(one.what));
  }
  SECTION("of a record whose run was killed") {
    killed_run(file);
    const Case one = GENERATE(values<Case>({{"/status", 1, "none of "},
                                            {"/status", 15, "has something behind its end"},
                                            {"/message", 0, "says how the run ended"},
                                            {"/message", 4000, "has something behind its end"},
                                            {"/heartbeat", 3, "does not match its checksum"},
                                            {"/provenance/attempts/start", 5, "checksum"},
                                            {"/provenance/attempts/exit", 0, "checksum"},
                                            {"/committed", 5, "one of its two copies damaged"}}));
    flip_in(file, one.path, one.byte);
    INFO(one.path);
    CHECK_THAT(found(file), Contains(one.path + " | ") && Contains(one.what));
  }
}

// One bit of what says which scale an axis has.
void flip_reference(const std::filesystem::path& file) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(bytes), {}};
  const std::size_t heap = all.find("GCOL\x01");
  REQUIRE(heap != std::string::npos);
  const auto place = static_cast<std::streamoff>(heap) + 16 + 8 + 2;  // the size of its first object
  bytes.clear();
  bytes.seekp(place);
  bytes.put(static_cast<char>(all[static_cast<std::size_t>(place)] ^ 4));
}

TEST_CASE("one changed bit is found in what leads axes to their scales, before HDF5 believes it",
          "[record][verify]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  const Maker make = GENERATE(finished_run, killed_run);
  make(file);
  flip_reference(file);
  CHECK_THAT(found(file), Contains("/references | no longer leads axes to their scales: what lies at byte "));
  const auto left = weir::salvage_record(file, folder / "whole.h5");
  CHECK_THAT(left.back(), Contains("/references: left out: ") && Contains("does not match its checksum"));
  CHECK(found(folder / "whole.h5") == "");
  if (make == Maker(killed_run))
    CHECK_THROWS_WITH(Recorder(file, Recorder::Mode::resume, dummy::spec(), dummy::kept(290)),
                      Contains("cannot resume it: /references no longer leads axes to their scales"));
}

TEST_CASE("a record keeps its checksums when it is taken up, repaired and closed again", "[record][verify]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  killed_run(file);
  weir::repair_record(file);
  CHECK(found(file) == "");
  for (const std::int64_t step : {290, 400}) {
    {
      Recorder recorder(file, Recorder::Mode::resume, dummy::spec(), dummy::kept(step));
      dummy::train(recorder, step, step + 110);
      recorder.finish(step == 290 ? "interrupted" : "failed", "for a test");
    }
    CHECK(found(file) == "");
  }
  flip_in(file, "/message", 2);
  CHECK_THAT(found(file), Contains("/message | does not match its checksum"));
}

TEST_CASE("a tensor that comes out otherwise the second time is never read against its first checksum",
          "[record][verify]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    dummy::train(recorder, 0, 300);
    dummy::write_tensors(recorder);
    recorder.finish("interrupted");
  }
  Recorder recorder(file, Recorder::Mode::resume, dummy::spec(), dummy::kept(290));
  recorder.write("train.params/net.0.weight",
                 dummy::array<float>(weir::DType::float32, {8, 3}, std::vector<float>(24, 0.5F)));
  recorder.commit();
  CHECK(dummy::wait(dummy::start([&] {
          const auto weight = weir::Reader(file).read("/nodes/train/params/net.0.weight");
          return weight.data<float>()[0] == 0.5F && found(file).empty() ? 0 : 1;
        })) == 0);
  recorder.finish("interrupted");
  CHECK(found(file) == "");
}

TEST_CASE("a run is not taken up on rows that are no longer those that were committed", "[record][verify]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  killed_run(file);
  const auto [row, sentence] = GENERATE(
      table<std::int64_t, std::string>({{10, "/nodes/train/loss: rows 0 to 255 do not match their checksum"},
                                        {280,
                                         "/nodes/train/loss: rows 256 to 289 do not match their "
                                         "checksum"}}));  // in the block that is not yet whole
  dummy::flip(file, *dummy::scalar(dummy::loss(row)).bytes);
  const auto before = std::filesystem::last_write_time(file);
  CHECK_THROWS_WITH(Recorder(file, Recorder::Mode::resume, dummy::spec(), dummy::kept(290)),
                    EndsWith("run.h5: cannot resume it: " + sentence + "; `weir verify " + file.string() +
                             " --salvage NEW.h5` keeps what is whole, --force starts over"));
  CHECK(std::filesystem::last_write_time(file) == before);
}

TEST_CASE("a run is not taken up where a scale or a text is no longer what was written", "[record][verify]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  killed_run(file);
  const auto [bytes, path] = GENERATE(table<std::vector<std::byte>, std::string>(
      {{bytes_of<double>({0.1, 0.3, 0.5, 0.7, 0.9}), "/nodes/train/probes/bins/variance/time"},
       {bytes_of("weir run dummy.yaml"), "/provenance/command"}}));
  dummy::flip(file, bytes);
  CHECK_THROWS_WITH(Recorder(file, Recorder::Mode::resume, dummy::spec(), dummy::kept(290)),
                    Contains("run.h5: cannot resume it: " + path + " does not match its checksum"));
}

TEST_CASE("a disk too full for what is salvaged leaves nothing behind", "[record][verify][salvage]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  finished_run(file);
  const int code = dummy::wait(dummy::start([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      weir::salvage_record(file, folder / "whole.h5");
    } catch (const weir::RecordError& error) {
      return Contains("whole.h5: cannot ").match(error.what()) &&
                     EndsWith(": File too large").match(error.what())
                 ? 0
                 : 1;
    }
    return 2;
  }));
  CHECK(code == 0);
  CHECK(std::distance(std::filesystem::directory_iterator(folder / ""), {}) == 1);
}

TEST_CASE("one slot of /committed may be damaged, the other tells what is committed but for the last",
          "[record][verify]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  killed_run(file);
  const auto kept = dummy::kept(600).at("train.loss");
  dummy::flip(file, bytes_of<std::int64_t>({kept.rows, kept.value_crc, kept.step_crc}));
  CHECK_THAT(found(file), Contains("counts 1260 rows; 630 were committed"));
  dummy::flip(file, bytes_of<std::int64_t>({300, dummy::kept(300).at("train.loss").value_crc}));
  CHECK_THAT(found(file), Contains("/committed | is missing, or both of its copies are damaged"));
  CHECK_THROWS_WITH(weir::repair_record(file), Contains("cannot repair it: both copies of /committed"));
}

TEST_CASE("only records are verified", "[record][verify]") {
  const dummy::Folder folder;
  weir::write_arrays(folder / "arrays.h5", {{"a", dummy::scalar(1)}});
  CHECK_THROWS_WITH(weir::verify_record(folder / "arrays.h5"),
                    EndsWith("arrays.h5: cannot verify it: it is not a weir record"));
}

TEST_CASE("what is whole of a damaged record is salvaged, rows with their steps",
          "[record][verify][salvage]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5", whole = folder / "whole.h5";
  const Maker make = GENERATE(finished_run, killed_run);
  make(file);
  CHECK(weir::salvage_record(file, whole).empty());
  CHECK(dummy::verify(whole) == dummy::verify(file));
  CHECK(found(whole) == "");
  std::filesystem::remove(whole);

  dummy::flip(file, *dummy::scalar(dummy::loss(300)).bytes);
  dummy::flip(file, bytes_of<float>({0.0F / 7, 1.0F / 7, 2.0F / 7}));
  const auto left = weir::salvage_record(file, whole);
  REQUIRE(left.size() == 2);
  CHECK_THAT(left[0],
             Contains("/nodes/train/loss: rows 256 to 511 do not match their checksum: these are left out"));
  CHECK_THAT(left[1], Contains("/nodes/train/params/net.0.weight: left out: /nodes/train/params/net.0.weight "
                               "does not match its checksum"));
  CHECK(
      found(whole).starts_with("/nodes/train/params/net.0.weight | cannot open"));  // declared, and not there

  const weir::Reader reader(whole);
  CHECK(reader.text("/status") == "salvaged");
  const weir::Array steps = reader.read("/nodes/train/loss/step"),
                    values = reader.read("/nodes/train/loss/value");
  REQUIRE(steps.count() == values.count());
  CHECK(steps.count() == weir::Reader(file).shape("/nodes/train/loss/step").at(0) - 256);
  for (std::int64_t row = 0; row < steps.count(); ++row)
    REQUIRE(values.data<double>()[row] == dummy::loss(steps.data<std::int64_t>()[row]));
  CHECK(steps.data<std::int64_t>()[256] == 512);
  CHECK(reader.read("/nodes/flow/end").data<float>()[9] == 1.0F);
  CHECK_THROWS_WITH(weir::salvage_record(file, whole),
                    EndsWith("whole.h5: it exists already; name a new file"));
  CHECK_THROWS_WITH(Recorder(whole, Recorder::Mode::resume, dummy::spec()),
                    Contains("cannot resume it: it is what was salvaged of a damaged record"));
}

TEST_CASE("a record whose end is cut off is salvaged as far as it goes", "[record][verify][salvage]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5", whole = folder / "whole.h5";
  finished_run(file);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  CHECK_THROWS_WITH(weir::verify_record(file), Contains("run.h5: cannot read it: truncated file"));
  CHECK_FALSE(weir::salvage_record(file, whole).empty());
  CHECK(weir::Reader(whole).text("/status") == "salvaged");
}

TEST_CASE("repair leaves a trace whose committed rows are not all there as it is, for salvage",
          "[record][verify][repair]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  killed_run(file);
  // Steps that were cut: of 600 rows 17 are left.
  change(file, [](const weir::hdf5::File& open) {
    const hsize_t rows = 17;
    REQUIRE(H5Dset_extent(weir::hdf5::open_dataset(open, "/nodes/train/loss/step"), &rows) >= 0);
  });
  std::string done;
  for (const auto& line : weir::repair_record(file)) done += line + '\n';
  CHECK_THAT(
      done,
      Contains(
          "/nodes/train/loss: it has 17 rows; 600 were committed: nothing of it was changed; `weir verify " +
          file.string() + " --salvage NEW.h5` keeps what is whole"));
  CHECK(weir::Reader(file).shape("/nodes/train/loss/value") == std::vector<std::int64_t>{600});
  CHECK(weir::Reader(file).shape("/nodes/train/loss/value_crc") == std::vector<std::int64_t>{2});
  CHECK_THAT(found(file), Contains("/nodes/train/loss | it has 17 rows; 600 were committed"));
}

TEST_CASE("what /schema says is compared with what lies in the file before it is salvaged",
          "[record][verify][salvage]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5", whole = folder / "whole.h5";
  weir::RunSpec spec = dummy::spec();
  {
    Recorder recorder(file, Recorder::Mode::create, spec);
    dummy::train(recorder, 0, 300);
    recorder.finish("finished");
  }
  // Five numbers a row lie there; a hundred are declared, and signed as if Weir had written it.
  for (auto& dataset : spec.datasets)
    if (dataset.name == "variance") dataset.shape = {100};
  change(file, [&](const weir::hdf5::File& open) {
    REQUIRE(H5Ldelete(open.id, "/schema", H5P_DEFAULT) >= 0);
    weir::hdf5::create_bytes(open, "/schema", weir::record::schema_of(spec).dump());
  });
  CHECK_THAT(found(file), Contains("/nodes/train/probes/bins/variance | ") &&
                              Contains("has shape [300, 5]; /schema declares [-1, 100]"));
  std::string left;
  for (const auto& line : weir::salvage_record(file, whole)) left += line + '\n';
  CHECK_THAT(left, Contains("/nodes/train/probes/bins/variance: left out: ") &&
                       Contains("/schema declares [-1, 100]"));
  CHECK(weir::Reader(whole).shape("/nodes/train/loss/value") == std::vector<std::int64_t>{300});
}

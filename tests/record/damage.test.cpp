// tests/record/damage.test.cpp -- records that are damaged or cut: read, or refused in a sentence, and always at an end.
#include <signal.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include <weir/record/info.hpp>
#include <weir/record/reader.hpp>
#include "dummy_run.hpp"

using Catch::Matchers::Contains;
using weir::Recorder;
using weir::RecordError;

namespace {

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// Of a run that was killed: HDF5 reads metadata of such a file again and again where they look torn.
std::string killed_record(const std::filesystem::path& file) {
  const pid_t writer = dummy::start([&] {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    dummy::train(recorder, 0, 300);
    recorder.commit();
    ::raise(SIGKILL);
    return 0;
  });
  dummy::wait(writer);
  return bytes_of(file);
}

// What reading everything ends with: "" or the error.
std::string read_all(const std::filesystem::path& file) {
  try {
    weir::info(file);
    const weir::Reader reader(file);
    for (const std::string& path : reader.objects("/nodes")) reader.read(path);
  } catch (const RecordError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a killed record with a hole anywhere is read or refused, and never waited for",
          "[record][damage]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  const std::string whole = killed_record(file);
  REQUIRE(read_all(file).empty());
  std::size_t refused = 0;
  constexpr std::size_t hole = 256;
  for (std::size_t at = 0; at + hole < whole.size(); at += whole.size() / 150) {
    std::string holed = whole;
    holed.replace(at, hole, hole, '\0');
    write(file, holed);
    const std::string error = read_all(file);
    INFO(at << ": " << error);
    refused += !error.empty();
    CHECK((error.empty() || Contains("run.h5: ").match(error)));
  }
  CHECK(refused > 3);
}

TEST_CASE("a finished record that is cut is refused, wherever", "[record][damage]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    dummy::train(recorder, 0, 300);
    recorder.finish("finished");
  }
  const std::string whole = bytes_of(file);
  constexpr std::size_t room = 64 << 10;  // at its end, for what a full disk must not prevent
  for (std::size_t size = 0; size < whole.size() - room; size += whole.size() / 20) {
    write(file, whole.substr(0, size));
    INFO(size);
    CHECK_THAT(read_all(file), Contains("run.h5: cannot read it: "));
  }
}

TEST_CASE("what is no regular file is not opened", "[record][damage]") {
  const dummy::Folder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(read_all(folder / "pipe"), Contains("pipe: cannot read it: it is a pipe, not a file"));
  CHECK_THAT(read_all("/dev/zero"), Contains("it is a device, not a file"));
  CHECK_THAT(read_all(folder / ""), Contains("it is a folder, not a file"));
}

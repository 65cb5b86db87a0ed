// tests/record/lock_file.test.cpp -- a lock writes into its own file and into no other's.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include <weir/record/data/record_error.hpp>
#include <weir/record/write/lock_file.hpp>

#include "../cli/scratch_folder.hpp"

namespace fs = std::filesystem;
using Catch::EndsWith;
using weir::RecordError;
using weir::record::is_locked;
using weir::record::LockFile;

namespace {

std::string refusal(const fs::path& record) {
  try {
    const LockFile lock(record);
  } catch (const RecordError& error) {
    return error.what();
  }
  return "locked";
}

}  // namespace

TEST_CASE("A lock names its holder, is found held, and is gone afterwards", "[record][lock]") {
  const ScratchFolder scratch;
  {
    const LockFile lock(scratch.path() / "run.h5");
    CHECK(scratch.read("run.h5.lock").starts_with("process "));
    CHECK(is_locked(scratch.path() / "run.h5"));
    CHECK_THAT(refusal(scratch.path() / "run.h5"), EndsWith("wait for it or choose another output"));
  }
  CHECK(fs::is_empty(scratch.path()));
}

TEST_CASE("What has a lock's name and is none is neither written to nor removed", "[record][lock]") {
  const ScratchFolder scratch;
  const fs::path record = scratch.path() / "run.h5", lock = scratch.path() / "run.h5.lock";
  const std::string refused = record.string() + ": " + lock.string() +
                              " is not a lock that weir made, and is left as it is; move it away, or choose "
                              "another output";
  scratch.write("victim", "mine");
  fs::create_symlink("victim", lock);
  CHECK(refusal(record) == refused);
  CHECK_FALSE(is_locked(record));
  CHECK(fs::is_symlink(lock));
  fs::remove(lock);

  fs::create_symlink("not_there_yet", lock);
  CHECK(refusal(record) == refused);
  CHECK_FALSE(fs::exists(scratch.path() / "not_there_yet"));
  fs::remove(lock);

  fs::create_hard_link(scratch.write("empty", ""), lock);
  CHECK(refusal(record) == refused);
  CHECK(scratch.read("empty").empty());
  fs::remove(lock);

  for (const std::string& text : {std::string("mine"), std::string("process 1 on host\nand more\n"),
                                  "process 1 on " + std::string(400, 'x')}) {
    scratch.write("run.h5.lock", text);
    CHECK(refusal(record) == refused);
    CHECK(scratch.read("run.h5.lock") == text);
  }
  fs::remove(lock);

  fs::create_directory(lock);
  CHECK(refusal(record) == refused);
  fs::remove(lock);

  REQUIRE(::mkfifo(lock.c_str(), 0600) == 0);
  CHECK(refusal(record) == refused);
  CHECK_FALSE(is_locked(record));
  CHECK(fs::is_fifo(lock));
  CHECK(scratch.read("victim") == "mine");
}

TEST_CASE("The lock that a killed run left is taken", "[record][lock]") {
  const ScratchFolder scratch;
  for (const char* left : {"", "process 7 on elsewhere\n", "process 7 on"}) {
    scratch.write("run.h5.lock", left);
    CHECK(refusal(scratch.path() / "run.h5") == "locked");
    CHECK(fs::is_empty(scratch.path()));
  }
}

TEST_CASE("A lock that was exchanged is not removed with ours", "[record][lock]") {
  const ScratchFolder scratch;
  {
    const LockFile lock(scratch.path() / "run.h5");
    fs::remove(scratch.path() / "run.h5.lock");
    scratch.write("run.h5.lock", "another's");
  }
  CHECK(scratch.read("run.h5.lock") == "another's");
}

// tests/os/way_in.test.cpp -- who may write on the way to a path.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <weir/os/way_in.hpp>

#include "../cli/scratch_folder.hpp"

namespace fs = std::filesystem;
using weir::os::may_be_planted;
using weir::os::way_in;

namespace {

constexpr uid_t nobody = 65534;

// The words of the way in, with the scratch folder's name left out; "" if there is none.
std::string words(const ScratchFolder& scratch, const std::string& path) {
  const auto way = way_in(scratch.path() / path);
  if (!way) return "";
  std::string text = way->words();
  const std::string folder = scratch.path().string();
  if (const auto at = text.find(folder); at != std::string::npos) text.replace(at, folder.size(), "S");
  return text;
}

void allow(const fs::path& path, mode_t mode) { REQUIRE(::chmod(path.c_str(), mode) == 0); }

}  // namespace

TEST_CASE("A path is open to all if it, or any folder above it, may be written to by everyone") {
  const ScratchFolder scratch;
  scratch.write("a/b/c/file", "x");
  CHECK(words(scratch, "a/b/c/file").empty());
  allow(scratch.path() / "a", 0777);
  CHECK(words(scratch, "a/b/c/file") == "everyone may write to S/a");
  CHECK(words(scratch, "a/b") == "everyone may write to S/a");
  CHECK(words(scratch, "a") == "everyone may write to S/a");
  CHECK(words(scratch, "a/b/../b/./c/") == "everyone may write to S/a");
  allow(scratch.path() / "a", 0755);
  allow(scratch.path() / "a/b/c/file", 0666);
  CHECK(words(scratch, "a/b/c/file") == "everyone may write to S/a/b/c/file");
  CHECK(words(scratch, "a/b/c").empty());
  CHECK(words(scratch, "a/none/file").empty());
  CHECK(words(scratch, "a/b/c/file/none").empty());
}

TEST_CASE("In a sticky folder what is ours or root's is safe, and what is another's is not") {
  const ScratchFolder scratch;  // itself in one, /tmp
  scratch.write("shared/mine/file", "x");
  allow(scratch.path() / "shared", 01777);
  CHECK(words(scratch, "shared/mine/file").empty());
  CHECK(words(scratch, "shared") == "everyone may write to S/shared");  // anyone can put a file into it
  if (::geteuid() != 0) return;                                         // only root gives folders away
  REQUIRE(::chown((scratch.path() / "shared/mine").c_str(), nobody, nobody) == 0);
  CHECK(words(scratch, "shared/mine/file") ==
        "S/shared/mine is another user's, in a folder that everyone may write to");
}

TEST_CASE("Links are followed as the system follows them, each folder on the way counted") {
  const ScratchFolder scratch;
  scratch.write("good/file", "x");
  scratch.write("open/file", "x");
  allow(scratch.path() / "open", 0777);
  fs::create_symlink("../good/file", scratch.path() / "open/out");
  fs::create_symlink(scratch.path() / "open", scratch.path() / "good/in");
  CHECK(words(scratch, "open/out") == "everyone may write to S/open");  // the link itself can be exchanged
  CHECK(words(scratch, "good/in/file") == "everyone may write to S/open");
  CHECK(words(scratch, "good/in/../good/file")
            .empty());  // ".." of where the link leads, and nothing there was passed
  fs::create_symlink("circle", scratch.path() / "circle");
  CHECK(words(scratch, "circle").empty());
}

TEST_CASE("A link may be planted if it is another's in a folder that everyone may write to") {
  const ScratchFolder scratch;
  scratch.write("shared/file", "x");
  fs::create_symlink("file", scratch.path() / "shared/link");
  allow(scratch.path() / "shared", 01777);
  CHECK_FALSE(may_be_planted(scratch.path() / "shared/link"));
  CHECK_FALSE(may_be_planted(scratch.path() / "shared/none"));
  if (::geteuid() != 0) return;
  REQUIRE(::lchown((scratch.path() / "shared/link").c_str(), nobody, nobody) == 0);
  CHECK(may_be_planted(scratch.path() / "shared/link"));
  allow(scratch.path() / "shared", 0755);
  CHECK_FALSE(may_be_planted(scratch.path() / "shared/link"));
}

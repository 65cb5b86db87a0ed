// tests/os/replace_file.test.cpp -- a file is replaced as a whole or stays as it was, whatever goes wrong.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <thread>
#include <vector>

#include <weir/os/replace_file.hpp>

#include "../cli/scratch_folder.hpp"

using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using weir::os::FileError;
using weir::os::replace_file;
namespace fs = std::filesystem;

namespace {

std::ptrdiff_t entries(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

mode_t permissions(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

// No file of this process grows beyond so many bytes while it lives.
class LargestFile {
 public:
  explicit LargestFile(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~LargestFile() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  LargestFile(const LargestFile&) = delete;
  LargestFile& operator=(const LargestFile&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("A new file gets the permissions that any new file gets, an old one keeps its own") {
  const ScratchFolder scratch;
  const fs::path file = scratch.path() / "a.txt";
  const mode_t mask = ::umask(027);
  replace_file(file, "one");
  ::umask(mask);
  CHECK(scratch.read("a.txt") == "one");
  CHECK(permissions(file) == 0640);
  REQUIRE(::chmod(file.c_str(), 0604) == 0);
  replace_file(file, std::string("t\0wo", 4));
  CHECK(scratch.read("a.txt") == std::string("t\0wo", 4));
  CHECK(permissions(file) == 0604);
  replace_file(file, "");
  CHECK(fs::file_size(file) == 0);
  CHECK(entries(scratch.path()) == 1);
}

TEST_CASE("What may not be read by others cannot be read while it is written either") {
  const ScratchFolder scratch;
  const fs::path file = scratch.write("secret", "old");
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  weir::os::Replacement fresh(file);
  CHECK(permissions(fresh.temporary()) == 0600);
}

TEST_CASE("A symbolic link stays one, and its target is replaced, there or not, through links to links") {
  const ScratchFolder scratch;
  fs::create_directories(scratch.path() / "data");
  scratch.write("data/real", "old");
  fs::create_symlink("data/real", scratch.path() / "link");
  fs::create_symlink("link", scratch.path() / "link_to_link");
  replace_file(scratch.path() / "link_to_link", "new");
  CHECK(fs::is_symlink(scratch.path() / "link"));
  CHECK(fs::is_symlink(scratch.path() / "link_to_link"));
  CHECK(scratch.read("data/real") == "new");
  fs::create_symlink(scratch.path() / "data" / "made", scratch.path() / "dangling");
  replace_file(scratch.path() / "dangling", "made through it");
  CHECK(scratch.read("data/made") == "made through it");
  CHECK(entries(scratch.path()) == 4);
  CHECK(entries(scratch.path() / "data") == 2);

  fs::create_symlink("circle", scratch.path() / "circle");
  CHECK_THROWS_WITH(replace_file(scratch.path() / "circle", "x"),
                    EndsWith("/circle: Too many levels of symbolic links; name another place"));
}

TEST_CASE("A relative name is a file in the working directory") {
  const ScratchFolder scratch;
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path());
  replace_file("a.txt", "here");
  fs::current_path(before);
  CHECK(scratch.read("a.txt") == "here");
  CHECK(entries(scratch.path()) == 1);
}

TEST_CASE("A disk too full leaves the old file as it was, and nothing beside it") {
  const ScratchFolder scratch;
  const fs::path file = scratch.write("a.txt", "old");
  {
    const LargestFile limit(1000);
    CHECK_THROWS_WITH(replace_file(file, std::string(5000, 'x')),
                      "cannot write " + file.string() + ": File too large; allow larger files (ulimit -f)");
    CHECK_THROWS_AS(replace_file(scratch.path() / "b.txt", std::string(5000, 'x')), FileError);
  }
  CHECK(scratch.read("a.txt") == "old");
  CHECK(entries(scratch.path()) == 1);
  replace_file(file, std::string(5000, 'x'));
  CHECK(fs::file_size(file) == 5000);
}

TEST_CASE("An exception before the end takes the temporary file away and leaves the old one") {
  const ScratchFolder scratch;
  const fs::path file = scratch.write("a.txt", "old");
  try {
    const weir::os::Replacement fresh(file);
    std::ofstream(fresh.temporary()) << "half of it";
    CHECK(entries(scratch.path()) == 2);
    throw std::runtime_error("in the middle");
  } catch (const std::runtime_error&) {
  }
  CHECK(scratch.read("a.txt") == "old");
  CHECK(entries(scratch.path()) == 1);
}

TEST_CASE("A place that cannot be written is named with its cause and what to do") {
  const ScratchFolder scratch;
  const std::string folder = scratch.path().string();
  CHECK_THROWS_WITH(replace_file(folder + "/no/a.txt", "x"),
                    "cannot write " + folder + "/no/a.txt: No such file or directory; make the folder " +
                        folder + "/no first");
  CHECK_THROWS_WITH(replace_file(folder, "x"),
                    "cannot write " + folder + ": it is there and is no file; name another place");
  CHECK_THROWS_WITH(replace_file("/dev/null", "x"),
                    "cannot write /dev/null: it is there and is no file; name another place");
  const std::string file = scratch.write("file", "x").string();
  CHECK_THROWS_WITH(replace_file(file + "/a.txt", "x"), EndsWith(": Not a directory; name another place"));
  CHECK_THROWS_WITH(replace_file(folder + "/" + std::string(300, 'n'), "x"),
                    EndsWith("File name too long; give it a shorter name"));
  CHECK_THROWS_WITH(replace_file("/proc/a.txt", "x"), StartsWith("cannot write /proc/a.txt: "));
  CHECK(fs::exists("/dev/null"));
  CHECK(entries(scratch.path()) == 1);
}

TEST_CASE("A file that may not be written to is refused although its folder may be") {
  if (::geteuid() == 0) return;  // root may write to everything
  const ScratchFolder scratch;
  const fs::path file = scratch.write("a.txt", "old");
  REQUIRE(::chmod(file.c_str(), 0444) == 0);
  CHECK_THROWS_WITH(replace_file(file, "new"), "cannot write " + file.string() +
                                                   ": Permission denied; get leave to write it and in " +
                                                   scratch.path().string() + ", or name another place");
  CHECK(scratch.read("a.txt") == "old");
}

TEST_CASE("Whoever reads while several write finds one of the texts, whole") {
  const ScratchFolder scratch;
  const fs::path file = scratch.write("a.txt", std::string(200'000, 'a'));
  std::atomic<int> writing = 4;
  std::vector<std::jthread> writers;
  for (int i = 0; i < 4; ++i)
    writers.emplace_back([&, i] {
      for (int round = 0; round < 10; ++round) replace_file(file, std::string(200'000 + i, char('a' + i)));
      --writing;
    });
  while (writing > 0) {
    const std::string text = scratch.read("a.txt");
    const bool whole = text.size() == 200'000 + std::size_t(text.at(0) - 'a') &&
                       text.find_first_not_of(text[0]) == std::string::npos;
    if (!whole) FAIL("half a text of " << text.size() << " bytes");
  }
  writers.clear();
  CHECK(entries(scratch.path()) == 1);
}

TEST_CASE(
    "What a killed process left is cleared by the next that writes the same file, and nothing else is") {
  const ScratchFolder scratch;
  for (const char* left : {".a.txt.123-0.new", ".a.txt.4194304-17.new"}) scratch.write(left, "half");
  const std::vector<std::string> others = {".b.txt.123-0.new", ".a.txt.new",      ".a.txt.123.new",
                                           ".a.txt.x-0.new",   "a.txt.123-0.new", ".xa.txt.123-0.new"};
  for (const std::string& other : others) scratch.write(other, "mine");
  scratch.write("target", "mine");
  fs::create_symlink("target", scratch.path() / ".a.txt.124-0.new");
  const weir::os::Replacement alive(scratch.path() / "a.txt");  // another writer of the same file
  replace_file(scratch.path() / "a.txt", "new");
  CHECK_FALSE(fs::exists(scratch.path() / ".a.txt.123-0.new"));
  CHECK_FALSE(fs::exists(scratch.path() / ".a.txt.4194304-17.new"));
  CHECK(fs::exists(alive.temporary()));
  for (const std::string& other : others) CHECK(scratch.read(other) == "mine");
  CHECK(scratch.read("target") == "mine");
}

TEST_CASE("A process that is killed while it writes leaves a file that the next one clears") {
  const ScratchFolder scratch;
  const pid_t child = ::fork();
  if (child == 0) {
    const weir::os::Replacement fresh(scratch.path() / "a.txt");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(entries(scratch.path()) == 1);
  replace_file(scratch.path() / "a.txt", "new");
  CHECK(entries(scratch.path()) == 1);
  CHECK(scratch.read("a.txt") == "new");
}

TEST_CASE("A temporary file that was exchanged does not take the old one's place") {
  const ScratchFolder scratch;
  scratch.write("a.txt", "old");
  weir::os::Replacement fresh(scratch.path() / "a.txt");
  fs::rename(fresh.temporary(), scratch.path() / "stolen");
  scratch.write(fresh.temporary().filename(), "planted");
  CHECK_THROWS_WITH(fresh.put_in_place(),
                    EndsWith(" was taken away or replaced meanwhile; give the same command again"));
  CHECK(scratch.read("a.txt") == "old");
}

TEST_CASE("A link that another user put into a folder which everyone may write to is not followed") {
  if (::geteuid() != 0) return;  // only root can make another's link
  const ScratchFolder scratch;
  scratch.write("victim", "mine");
  fs::create_directory(scratch.path() / "shared");
  REQUIRE(::chmod((scratch.path() / "shared").c_str(), 01777) == 0);
  const fs::path link = scratch.path() / "shared/out";
  for (const char* target : {"../victim", "../not_there_yet"}) {
    fs::remove(link);
    fs::create_symlink(target, link);
    REQUIRE(::lchown(link.c_str(), 65534, 65534) == 0);
    CHECK_THROWS_WITH(replace_file(link, "x"),
                      "cannot write " + link.string() +
                          ": it is a link that another user put into a folder which everyone may write "
                          "to; name another place");
  }
  CHECK(scratch.read("victim") == "mine");
  CHECK_FALSE(fs::exists(scratch.path() / "not_there_yet"));
}

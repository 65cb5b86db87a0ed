// tools/check/checks/writes.cpp -- whether a plugin writes files or prints.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include <fcntl.h>
#include <fmt/format.h>

#include <system/temporary_folder.hpp>

#include <check/bench/bench.hpp>
#include <check/bench/broken.hpp>
#include "checks.hpp"

namespace weir::conformance {
namespace {

namespace fs = std::filesystem;

// The working directory, HOME and TMPDIR are empty folders of their own while this lives.
class Surveyed {
 public:
  Surveyed() : before_(fs::current_path()) {
    for (const char* name : {"work", "home", "tmp"}) fs::create_directory(scratch_.path() / name);
    fs::current_path(scratch_.path() / "work");
    set("HOME", "home");
    set("TMPDIR", "tmp");
  }
  ~Surveyed() {
    for (const auto& [name, value] : environment_)
      value.empty() ? unsetenv(name.c_str()) : setenv(name.c_str(), value.c_str(), 1);
    std::error_code ignored;
    fs::current_path(before_, ignored);
  }
  Surveyed(const Surveyed&) = delete;
  Surveyed& operator=(const Surveyed&) = delete;

  // The first file in one of them, "" if there is none.
  std::string file() const {
    static const std::map<std::string, std::string> names = {
        {"work", "the working directory"}, {"home", "HOME"}, {"tmp", "TMPDIR"}};
    for (const auto& [folder, name] : names)
      for (const auto& entry : fs::recursive_directory_iterator(scratch_.path() / folder))
        return fmt::format("{} in {}", entry.path().filename().string(), name);
    return "";
  }

 private:
  void set(const char* name, const char* folder) {
    const char* value = std::getenv(name);
    environment_[name] = value ? value : "";
    setenv(name, (scratch_.path() / folder).c_str(), 1);
  }

  tools::TemporaryFolder scratch_;
  fs::path before_;
  std::map<std::string, std::string> environment_;
};

// Standard output goes to a file while this lives.
class Overheard {
 public:
  explicit Overheard(const fs::path& file) : file_(file) {
    flush();
    before_ = dup(STDOUT_FILENO);
    const int descriptor = open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    dup2(descriptor, STDOUT_FILENO);
    close(descriptor);
  }
  ~Overheard() {
    flush();
    dup2(before_, STDOUT_FILENO);
    close(before_);
  }
  Overheard(const Overheard&) = delete;
  Overheard& operator=(const Overheard&) = delete;

  std::string text() const {
    flush();
    std::ifstream in(file_);
    std::string line;
    std::getline(in, line);
    return line;
  }

 private:
  static void flush() {
    std::cout.flush();
    std::fflush(stdout);
  }
  fs::path file_;
  int before_ = -1;
};

}  // namespace

std::string writes_nothing(const Job& job) {
  const Bench bench(job.subject);  // has its own files elsewhere
  const tools::TemporaryFolder scratch;
  std::string file, text;
  {
    const Surveyed surveyed;
    const Overheard overheard(scratch.path() / "stdout");
    bench.run();
    file = surveyed.file();
    text = overheard.text();
  }
  require(file.empty(), "a plugin writes no files", file,
          "give what is to be kept as an output: the record has its place, its name and its unit");
  require(text.empty(), "a plugin prints nothing: standard output belongs to the programs",
          fmt::format("'{}'", text),
          "tell progress with run.progress, warnings with run.warn, numbers with outputs");
  return "";
}

}  // namespace weir::conformance

// tests/cli/feral.test.cpp -- what a plugin may do in a run: nothing of it hangs, is silent or reaches the terminal.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include <weir/os/child.hpp>
#include <weir/record/reader.hpp>

#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using Catch::StartsWith;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

// `weir run` of a pipeline whose node `bad` is feral, with these parameters.
Answer run(const ScratchFolder& scratch, const std::string& parameters, const std::string& more = "",
           const std::string& words = "--progress plain", const std::string& environment = "") {
  if (!fs::exists(scratch.path() / "cage")) {
    fs::create_directories(scratch.path() / "cage");
    fs::copy_file(fs::path(WEIR_ZOO_DIR) / "libweir_zoo_feral.so",
                  scratch.path() / "cage/libweir_zoo_feral.so");
    const std::string cache =
        "'" WEIR_BIN_DIR "/weir-run' cache '" + (scratch.path() / "cage").string() + "'";
    REQUIRE(std::system(cache.c_str()) == 0);
  }
  scratch.write("zoo.yaml",
                "name: zoo\nnodes:\n  good: {plugin: source/gaussian, dim: 2}\n  bad: {plugin: "
                "metric/feral, " +
                    parameters + "}\n" + more);
  return weir_program(scratch.path(), "run zoo.yaml --plugin-path cage " + words, environment);
}

// Also where sanitizers look at them first.
const std::string signals_are_deadly = "ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigfpe=0";

bool all_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '\n' || (c >= 32 && c < 127); });
}

// Three rows were committed, and five are eaten in a whole life.
void check_record(const fs::path& file, const std::string& status, const std::string& message, int exit) {
  INFO(file);
  const weir::Reader record(file);
  CHECK(record.text("/status") == status);
  CHECK_THAT(record.text("/message"), StartsWith(message));
  const auto rows = status == "finished" ? 5 : 3;
  CHECK(record.shape("/nodes/bad/eaten/value") == std::vector<std::int64_t>{rows});
  const weir::Array exits = record.read("/provenance/attempts/exit");
  CHECK(exits.data<std::int64_t>()[exits.count() - 1] == exit);
}

}  // namespace

TEST_CASE("A plugin that ends the process fails its run by name, and the record keeps what was committed",
          "[slow]") {
  struct Case {
    const char *deed, *message;
  };
  for (const Case& of : std::vector<Case>{
           {"segv", "the run crashed in node 'bad': Segmentation fault (signal 11); `weir plugin check`"},
           {"overflow", "the run crashed in node 'bad': Segmentation fault (signal 11)"},
           {"abort", "the run crashed in node 'bad': Aborted (signal 6)"},
           {"divide", "the run crashed in node 'bad': Floating point exception (signal 8)"},
           {"thread", "the run crashed in node 'bad': Aborted (signal 6)"},
           {"exit", "the run ended in node 'bad' with exit code 77 and without a word; a plugin throws"},
           {"kill", "the run was killed in node 'bad', as the system does when memory runs out"}}) {
    INFO(of.deed);
    const ScratchFolder scratch;
    const Answer answer =
        run(scratch, std::string("deed: ") + of.deed, "", "--progress plain", signals_are_deadly);
    CHECK(answer.exit == 3);
    CHECK_THAT(answer.err, Contains(std::string("failed: ") + of.message));
    check_record(scratch.path() / "zoo.h5", "failed", of.message, 3);
    CHECK_FALSE(fs::exists(scratch.path() / "zoo.h5.lock"));
  }
}

TEST_CASE("The runs of a sweep go on beside a plugin that crashes, exits, prints and breeds", "[slow]") {
  const ScratchFolder scratch;
  const std::vector<std::string> deadly = {"segv", "exit", "kill"},
                                 harmless = {"print", "flood", "breed", "none"};
  const Answer answer =
      run(scratch, "deed: none",
          "sweep:\n  deed: {set: bad.deed, values: [print, segv, flood, exit, breed, kill, none]}\n",
          "--jobs 2 --progress plain", signals_are_deadly);
  CHECK(answer.exit == 3);
  CHECK_THAT(answer.out, Contains("4 of 7 finished"));
  CHECK_THAT(answer.err, Contains("deed=print  warning: a plugin printed 65 bytes, which are in no record: "
                                  "{\"event\": 5}\\n{\"event\":\"end\","));
  CHECK_THAT(answer.err, Contains("deed=flood  warning: a plugin printed 104857") &&
                             Contains(", which are in no record; they begin: \\x1b[31mred\\x07xxx"));
  CHECK(all_printable(answer.err));
  CHECK(answer.err.size() < 20'000);
  for (const std::string& deed : deadly)
    check_record(scratch.path() / "zoo/runs" / ("deed=" + deed + ".h5"), "failed", "the run ", 3);
  for (const std::string& deed : harmless)
    check_record(scratch.path() / "zoo/runs" / ("deed=" + deed + ".h5"), "finished", "", 0);
}

TEST_CASE("What a plugin prints is a warning of a run that goes on, in JSON too") {
  const ScratchFolder scratch;
  const Answer answer = run(scratch, "deed: print", "", "--progress json");
  CHECK(answer.exit == 0);
  std::istringstream lines(answer.out);
  std::vector<std::string> warnings;
  for (std::string line; std::getline(lines, line);) {
    const Json event = Json::parse(line);
    if (event["event"] == "warning") warnings.push_back(event["text"]);
  }
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], StartsWith("a plugin printed 65 bytes, which are in no record: {\"event\": 5}\\n"));
}

TEST_CASE(
    "Escape bytes and megabytes of a plugin's words stay off the terminal, and the record has what it "
    "holds") {
  for (const std::string deed : {"warn", "throw"}) {
    INFO(deed);
    const ScratchFolder scratch;
    const Answer answer = run(scratch, "deed: " + deed);
    CHECK(answer.exit == (deed == "warn" ? 0 : 3));
    CHECK_THAT(answer.err, Contains("\\x1b[31mred\\x07xxx") && Contains("bytes in all)"));
    CHECK(all_printable(answer.err));
    CHECK(answer.err.size() < 20'000);
    if (deed == "warn") continue;
    const std::string message = weir::Reader(scratch.path() / "zoo.h5").text("/message");
    CHECK_THAT(message, StartsWith("node 'bad' (metric/feral from ") && Contains("?[31mred?xxx"));
    CHECK(message.size() >= 4000);
    CHECK(all_printable(message));
  }
}

TEST_CASE("A node is held to its timeout whatever it does, and what it has committed stays", "[slow]") {
  for (const std::string deed : {"sleep", "spin"}) {
    INFO(deed);
    const ScratchFolder scratch;
    const auto begun = std::chrono::steady_clock::now();
    const Answer answer = run(scratch, "timeout: 1, deed: " + deed);
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(60));
    CHECK(answer.exit == 3);
    CHECK_THAT(answer.err,
               Contains("failed: node 'bad' (metric/feral from ") &&
                   Contains("zoo.yaml:4:3): timed out after 1 s, and did not stop when asked to"));
    check_record(scratch.path() / "zoo.h5", "failed", "node 'bad' (metric/feral from ", 3);
  }
}

TEST_CASE("A node that ends after its timeout has timed out, though it never asked", "[slow]") {
  const ScratchFolder scratch;
  const Answer answer = run(scratch, "timeout: 0.5, deed: sleep, seconds: 1.5");
  CHECK(answer.exit == 3);
  CHECK_THAT(answer.err, Contains("zoo.yaml:4:3): timed out after 0.5 s\n"));
  const weir::Reader record(scratch.path() / "zoo.h5");
  CHECK(record.text("/status") == "failed");
  CHECK(run(scratch, "timeout: 60, deed: sleep, seconds: 0.1", "", "-o soon.h5").exit == 0);
  CHECK(run(scratch, "timeout: 1e300, deed: none", "", "-o never.h5").exit == 0);
}

TEST_CASE("More threads than a machine can turn to are refused, with a number that it can") {
  const ScratchFolder scratch;
  const Answer answer = run(scratch, "deed: none", "threads: 4096\n");
  CHECK(answer.exit == 2);
  CHECK_THAT(answer.err, Contains("failed: threads is 4096, and this machine lets a run use ") &&
                             Contains("set `threads: ") && Contains(" or give --threads "));
  CHECK_FALSE(fs::exists(scratch.path() / "zoo.h5"));
  CHECK(run(scratch, "deed: none", "threads: 4096\n", "--threads 2").exit == 0);
}

TEST_CASE("A second Ctrl-C kills what does not stop: interrupted, in the record as well") {
  const ScratchFolder scratch;
  REQUIRE(run(scratch, "deed: sleep", "", "", "TAME=1").exit == 0);
  fs::remove(scratch.path() / "zoo.h5");
  const auto answer = weir::os::run_child(
      {"/bin/bash",
       {"-c", "set -m; cd '" + scratch.path().string() +
                  "'; '" WEIR_BIN_DIR "/weir' run zoo.yaml --plugin-path cage --progress none & until [ -s "
                  "zoo.h5.checkpoint/bad.h5 ]; do sleep "
                  "0.05; done; kill -INT $!; sleep 0.5; kill -INT $!; wait $!"}},
      60);
  CHECK(answer.ending.code == 75);
  CHECK_THAT(answer.errors,
             Contains("interrupted: killed by a second signal; the same command goes on from its last "
                      "checkpoint\nwhat was recorded so far: zoo.h5\n"));
  check_record(scratch.path() / "zoo.h5", "interrupted", "killed by a second signal", 75);
  const Answer again = run(scratch, "deed: sleep", "", "", "TAME=1");
  CHECK(again.exit == 0);
  check_record(scratch.path() / "zoo.h5", "finished", "", 0);
}

// tests/cli/outliving.test.cpp -- a run outlives its terminal, its pager, the disk of its log and the `weir` that started it.
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include <weir/os/child.hpp>
#include <weir/os/descriptor.hpp>
#include <weir/record/recorder.hpp>

#include "pipelines.hpp"
#include "trainings.hpp"

using Catch::Contains;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// A shell's commands, in which $weir is the program.
weir::os::ChildOutput bash(const ScratchFolder& scratch, const std::string& commands) {
  return weir::os::run_child(
      {"/bin/bash",
       {"-c", "cd '" + scratch.path().string() + "'; weir='" WEIR_BIN_DIR "/weir'; " + commands}},
      120);
}

std::string status_of(const fs::path& file) { return weir::Reader(file).text("/status"); }

// Seconds of training, so that signals come in its midst.
std::string write_training(const ScratchFolder& scratch, const std::string& name, int steps) {
  scratch.write(name + ".yaml", "name: " + name + trainings::beginning + trainings::train(steps));
  return name + ".yaml";
}

// In bash: waits until the record is there, which is when the training begins.
std::string begun(const std::string& record) { return "until [ -s " + record + " ]; do sleep 0.05; done; "; }

template <class Condition>
bool becomes_true(Condition condition) {
  for (int i = 0; i < 600 && !condition(); ++i) std::this_thread::sleep_for(100ms);
  return condition();
}

// `weir run` in a terminal that is closed as soon as it shows something; `ignore`: as under nohup. Returns the exit code.
int run_in_closing_terminal(const ScratchFolder& scratch, const std::string& pipeline, bool ignore) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  REQUIRE(child >= 0);
  if (child == 0) {
    if (ignore) ::signal(SIGHUP, SIG_IGN);
    ::setenv("TERM", "xterm", 1);
    if (::chdir(scratch.path().c_str()) == 0)
      ::execl(WEIR_BIN_DIR "/weir", "weir", "run", pipeline.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  {
    const weir::os::Descriptor master(terminal);
    std::string seen;
    std::array<char, 4096> block{};
    for (ssize_t n = 1; n > 0 && seen.find("step") == std::string::npos;
         seen.append(block.data(), n > 0 ? n : 0))
      n = ::read(master.number(), block.data(), block.size());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("A run goes on where nothing that it says can be written, and its exit code is the run's",
          "[slow]") {
  for (const char* lost : {"2> /dev/full", "2>&-", "2> >(true)", "2>&- <&-"}) {
    INFO(lost);
    const ScratchFolder scratch;
    scratch.write("small.yaml", small_pipeline);
    scratch.write("swept.yaml", swept_pipeline);
    CHECK(bash(scratch, std::string("$weir run small.yaml --progress plain ") + lost).ending.code == 0);
    CHECK(status_of(scratch.path() / "small.h5") == "finished");
    CHECK(bash(scratch, std::string("$weir run swept.yaml --progress plain ") + lost).ending.code == 0);
    CHECK_THAT(scratch.read("swept/table.csv"), Contains("steps=3,seed=8"));
    CHECK(fs::exists(scratch.path() / "swept/summary.json"));
  }
}

TEST_CASE("Results that cannot be written are exit 4 at the end of a run, and nothing of it is lost",
          "[slow]") {
  for (const char* progress : {"plain", "json"}) {
    for (const auto& [lost, why] :
         {std::pair{"> /dev/full", "No space left on device"}, std::pair{">&-", "Bad file descriptor"}}) {
      INFO(progress << lost);
      const ScratchFolder scratch;
      scratch.write("swept.yaml", swept_pipeline);
      const auto answer =
          bash(scratch, std::string("$weir run swept.yaml --progress ") + progress + " " + lost);
      CHECK(answer.ending.code == 4);
      CHECK_THAT(answer.errors, Contains(std::string("weir: cannot write to standard output: ") + why +
                                         "; send it elsewhere, and give the same command again\n"));
      CHECK(status_of(scratch.path() / "swept/runs/steps=3,seed=8.h5") == "finished");
      CHECK(fs::exists(scratch.path() / "swept/summary.json"));
    }
  }
}

TEST_CASE("A reader who closes the pipe ends no run and makes no fault") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline + "expect: [{that: recall.share, at_least: 2}]\n");
  const auto run = bash(scratch, "$weir run small.yaml --progress json | true; exit ${PIPESTATUS[0]}");
  CHECK(run.ending.code == 1);  // its expectation
  CHECK(run.errors.empty());
  CHECK(status_of(scratch.path() / "small.h5") == "finished");
}

TEST_CASE("Every verb says that its answer could not be written, and minds no reader who has seen enough",
          "[slow]") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  REQUIRE(bash(scratch, "$weir run small.yaml").ending.code == 0);
  for (const std::string verb :
       {"show field/mlp", "plugins", "info small.h5", "info small.h5:flow.end", "plan small.yaml",
        "graph small.yaml", "validate small.yaml", "schema", "explain W203", "completion bash", "--help",
        "run --help", "replay small.h5 --node flow --progress none", "repair small.h5"}) {
    INFO(verb);
    const auto full = bash(scratch, "$weir " + verb + " > /dev/full");
    CHECK(full.ending.code == 4);
    CHECK_THAT(full.errors, Contains("weir: cannot write to standard output: No space left on device; "));
    const auto closed = bash(scratch, "$weir " + verb + " > >(true); exit $?");
    CHECK(closed.ending.code == 0);
    CHECK(closed.errors.empty());
  }
  scratch.write("bad.yaml", "nodes: {a: {plugin: source/gausian}}\n");
  for (const char* lost : {"2> /dev/full", "2>&-"}) {
    CHECK(bash(scratch, std::string("$weir validate bad.yaml ") + lost).ending.code == 2);
    CHECK(bash(scratch, std::string("$weir run bad.yaml ") + lost).ending.code == 2);
    CHECK(bash(scratch, std::string("$weir nonsense ") + lost).ending.code == 2);
    CHECK(bash(scratch, std::string("$weir info nothing.h5 ") + lost).ending.code == 2);
  }
}

TEST_CASE("A signal that nohup or a script ignores ends nothing; the others stop the run at a commit",
          "[slow]") {
  const ScratchFolder scratch;
  const std::string pipeline = write_training(scratch, "long", 3000);
  for (const std::string number : {"HUP", "INT"}) {
    INFO(number);
    const auto answer =
        bash(scratch, "rm -f long.h5; trap '' " + number + "; $weir run " + pipeline + " --progress none & " +
                          begun("long.h5") + "kill -" + number + " $!; wait $!");
    CHECK(answer.ending.code == 0);
    CHECK(status_of(scratch.path() / "long.h5") == "finished");
  }
  const std::string endless = write_training(scratch, "endless", 100'000'000);
  for (const std::string number : {"HUP", "TERM"}) {
    INFO(number);
    const auto answer = bash(scratch, "rm -f endless.h5; $weir run " + endless + " --progress none & " +
                                          begun("endless.h5") + "kill -" + number + " $!; wait $!");
    CHECK(answer.ending.code == 75);
    CHECK(status_of(scratch.path() / "endless.h5") == "interrupted");
  }
}

TEST_CASE("A run whose weir is killed reaches its checkpoint and goes on from it to the same bits",
          "[slow]") {
  const ScratchFolder scratch;
  const std::string pipeline = write_training(scratch, "orphan", 8000);
  REQUIRE(bash(scratch, "$weir run " + pipeline + " -o whole.h5 --progress none").ending.code == 0);
  bash(scratch,
       // Once it trains: a run that is stopped before has no state to keep.
       "export WEIR_CHECKPOINT_SECONDS=0; $weir run " + pipeline + " --progress none & " +
           begun("orphan.h5.checkpoint/train.h5") + "kill -KILL $!; wait $!");
  const fs::path record = scratch.path() / "orphan.h5";
  REQUIRE(becomes_true([&] { return !weir::inspect_record(record).locked; }));
  CHECK(status_of(record) == "interrupted");
  CHECK(*weir::Reader(record).read("/provenance/attempts/exit").data<std::int64_t>() == 75);
  CHECK(fs::exists(scratch.path() / "orphan.h5.checkpoint/train.h5"));
  const auto again = bash(scratch, "$weir run " + pipeline + " --progress plain");
  INFO(again.errors);
  CHECK(again.ending.code == 0);
  CHECK_THAT(again.errors, Contains("going on with the interrupted run"));
  CHECK(trainings::numbers(record, "/nodes/train") ==
        trainings::numbers(scratch.path() / "whole.h5", "/nodes/train"));
}

TEST_CASE("A closed terminal stops a run at a commit, and under nohup it goes on to its end", "[slow]") {
  const ScratchFolder scratch;
  CHECK(run_in_closing_terminal(scratch, write_training(scratch, "endless", 100'000'000), false) == 75);
  CHECK(status_of(scratch.path() / "endless.h5") == "interrupted");
  // What it gave at its end was lost with the terminal.
  CHECK(run_in_closing_terminal(scratch, write_training(scratch, "long", 8000), true) == 4);
  CHECK(status_of(scratch.path() / "long.h5") == "finished");
}

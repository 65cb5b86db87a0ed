// tests/cli/successors.test.cpp -- runs of a sweep take each other's place in a process that has loaded all: nobody can tell but by the time.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include <weir/front/plugins/digest.hpp>
#include <weir/os/child.hpp>
#include <weir/record/recorder.hpp>

#include "pipelines.hpp"
#include "trainings.hpp"

// The thread sanitizer has a thread of its own in every process: no run leaves a successor there, and each is started anew.
#ifdef __has_feature
#define WEIR_THREAD_SANITIZER __has_feature(thread_sanitizer)
#endif
#if !defined(__SANITIZE_THREAD__) && !WEIR_THREAD_SANITIZER

using Catch::Contains;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// A weir-run for WEIR_RUN that notes each start; `alone`: its runs are told of no successors.
std::string counted(const ScratchFolder& scratch, bool alone = false) {
  const fs::path script = scratch.write(
      "weir-run",
      std::string("#!/bin/sh\necho started >> '") + (scratch.path() / "starts").string() + "'\n" +
          (alone ? "for word do shift; case $word in --successor*) ;; *) set -- \"$@\" \"$word\";; "
                   "esac; done\n"
                 : "") +
          "exec '" WEIR_BIN_DIR "/weir-run' \"$@\"\n");
  fs::permissions(script, fs::perms::owner_all);
  fs::remove(scratch.path() / "starts");
  return "WEIR_RUN='" + script.string() + "'";
}

auto starts(const ScratchFolder& scratch) {
  const std::string lines = scratch.read("starts");
  return std::count(lines.begin(), lines.end(), '\n');
}

// A sweep over parameters of the zoo's animal `bad`.
void cage(const ScratchFolder& scratch, const std::string& animal, const std::string& parameters,
          const std::string& sweep) {
  const std::string library = "libweir_zoo_" + animal + ".so";
  fs::create_directories(scratch.path() / "cage");
  fs::copy_file(fs::path(WEIR_ZOO_DIR) / library, scratch.path() / "cage" / library);
  const std::string cache = "'" WEIR_BIN_DIR "/weir-run' cache '" + (scratch.path() / "cage").string() + "'";
  REQUIRE(std::system(cache.c_str()) == 0);
  scratch.write("zoo.yaml", "name: zoo\nnodes:\n  bad: {plugin: metric/" + animal + parameters +
                                "}\nsweep: {" + sweep + "}\n");
}

const std::string run_zoo = "run zoo.yaml --plugin-path cage --jobs 1 --progress plain";

// The same command, started by a shell that is gone on with; `weir`: its process.
class Started {
 public:
  Started(const ScratchFolder& scratch, const std::string& words, const std::string& environment)
      : shell_({"/bin/bash",
                {"-c", "cd '" + scratch.path().string() + "' && exec env " + environment +
                           " '" WEIR_BIN_DIR "/weir' " + words}}) {}

  pid_t weir() const { return shell_.process(); }
  void signal(int number) const { shell_.signal(number); }
  // The exit code, as a shell has it, and what it said.
  std::pair<int, std::string> end() {
    while (!shell_.silent())
      if (!shell_.hear(weir::os::Clock::now() + 60s)) shell_.kill();
    const int code = shell_.wait().shell_code();
    return {code, shell_.errors()};
  }

 private:
  weir::os::Child shell_;
};

std::vector<pid_t> children(pid_t process) {
  const std::string task = "/proc/" + std::to_string(process) + "/task/" + std::to_string(process);
  std::ifstream file(task + "/children");
  std::vector<pid_t> found;
  for (pid_t child = 0; file >> child;) found.push_back(child);
  return found;
}

// The files that a process has loaded, a line each, among others.
std::string maps(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/maps");
  return {std::istreambuf_iterator<char>(file), {}};
}

bool lives(pid_t process) {
  std::string skipped, state;
  std::ifstream("/proc/" + std::to_string(process) + "/stat") >> skipped >> skipped >> state;
  return !state.empty() && state != "Z";
}

template <class Condition>
bool becomes_true(Condition condition) {
  for (int i = 0; i < 600 && !condition(); ++i) std::this_thread::sleep_for(50ms);
  return condition();
}

std::string status_of(const fs::path& file) { return weir::Reader(file).text("/status"); }

// All of a record but when it was made.
std::map<std::string, std::string> contents(const fs::path& record) {
  std::map<std::string, std::string> all = trainings::numbers(record, "/nodes");
  const weir::Reader reader(record);
  for (const char* path : {"/pipeline/resolved", "/pipeline/resolved_json", "/pipeline/source", "/schema"})
    all[path] = reader.text(path);
  for (const std::string& name : reader.members("/provenance")) {
    const std::string path = "/provenance/" + name;
    if (!reader.is_group(path)) {
      all[path] = reader.text(path);
      continue;
    }
    for (const std::string& column : reader.members(path))
      if (path != "/provenance/attempts")
        for (const std::string& cell : reader.texts(path + "/" + column))
          all[path + "/" + column] += cell + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("Runs that follow each other in a process record the bytes of runs that have one each", "[slow]") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", "name: swept" + small_nodes +
                                  "sweep:\n  way: {cases: {adam: {flow.steps: 3}, sgd: {train.optimiser: "
                                  "{plugin: sgd, lr: 0.01}}}}\n  seed: {count: 3}\n");
  for (const std::string threads : {"1", "2"}) {
    INFO(threads);
    const std::string words = "run swept.yaml --jobs 1 --progress none --force --threads " + threads;
    REQUIRE(weir_program(scratch.path(), words, counted(scratch)).exit == 0);
    CHECK(starts(scratch) == 1);
    fs::rename(scratch.path() / "swept", scratch.path() / "following");
    REQUIRE(weir_program(scratch.path(), words, counted(scratch, true)).exit == 0);
    CHECK(starts(scratch) == 6);
    std::set<std::string> identifiers;
    for (const auto& entry : fs::directory_iterator(scratch.path() / "swept/runs")) {
      INFO(entry.path());
      const fs::path other = scratch.path() / "following/runs" / entry.path().filename();
      CHECK(status_of(other) == "finished");
      CHECK(contents(other).size() > 30);
      CHECK(contents(other) == contents(entry.path()));
      identifiers.insert(weir::Reader(other).attribute("/", "run_id"));
    }
    CHECK(identifiers.size() == 6);
    fs::remove_all(scratch.path() / "following");
  }
}

TEST_CASE("A run that dies, exits, prints or breeds leaves its successor unharmed, and its words are its own",
          "[slow]") {
  const ScratchFolder scratch;
  cage(scratch, "feral", "",
       "deed: {set: bad.deed, values: [segv, none, exit, print, kill, abort, thread, breed, throw, warn]}");
  const Answer answer =
      weir_program(scratch.path(), run_zoo, counted(scratch) + " ASAN_OPTIONS=handle_segv=0:handle_abort=0");
  INFO(answer.err);
  CHECK(answer.exit == 3);
  CHECK(starts(scratch) == 1);
  for (const auto& [deed, told] : std::vector<std::pair<std::string, std::string>>{
           {"segv", "the run crashed in node 'bad': Segmentation fault (signal 11)"},
           {"exit", "the run ended in node 'bad' with exit code 77"},
           {"kill", "the run was killed in node 'bad'"},
           {"abort", "the run crashed in node 'bad': Aborted (signal 6)"},
           {"thread", "the run crashed in node 'bad': Aborted (signal 6)"},
           {"throw", "node 'bad' (metric/feral"},
           {"none", ""},
           {"print", ""},
           {"breed", ""},
           {"warn", ""}}) {
    INFO(deed);
    const fs::path record = scratch.path() / "zoo/runs" / ("deed=" + deed + ".h5");
    CHECK(status_of(record) == (told.empty() ? "finished" : "failed"));
    CHECK_THAT(weir::Reader(record).text("/message"), Catch::StartsWith(told));
  }
  const std::size_t printed = answer.err.find("a plugin printed 65 bytes");
  CHECK(printed != std::string::npos);
  CHECK(answer.err.find("a plugin printed", printed + 1) == std::string::npos);
}

TEST_CASE("What waits for a run has one thread, and if it is killed the next run is started anew", "[slow]") {
  const ScratchFolder scratch;
  cage(scratch, "feral", ", deed: sleep", "seconds: {set: bad.seconds, values: [3, 0.1, 0.2]}");
  Started sweep(scratch, run_zoo, counted(scratch));
  REQUIRE(
      becomes_true([&] { return fs::exists(scratch.path() / "zoo/runs/seconds=3.h5.checkpoint/bad.h5"); }));
  const std::vector<pid_t> runs = children(sweep.weir());
  REQUIRE(runs.size() == 1);
  const std::vector<pid_t> waiting = children(runs.front());
  REQUIRE(waiting.size() == 1);
  CHECK(std::distance(fs::directory_iterator("/proc/" + std::to_string(waiting.front()) + "/task"), {}) == 1);
  CHECK(::getpgid(waiting.front()) == waiting.front());
  ::kill(waiting.front(), SIGKILL);
  const auto [exit, said] = sweep.end();
  INFO(said);
  CHECK(exit == 0);
  CHECK(starts(scratch) == 2);
  CHECK(status_of(scratch.path() / "zoo/runs/seconds=0.2.h5") == "finished");
}

TEST_CASE("A run has no libraries in its process but those of its own plugins", "[slow]") {
  const ScratchFolder scratch;
  cage(scratch, "feral",
       ", deed: sleep, seconds: 0.1}\n  path: {plugin: interpolant/linear, noise: {plugin: constant}",
       "law: {cases: {plain: {bad.seconds: 0.2}, mixed: {bad.seconds: 3, path.noise: {plugin: brownian}}}}");
  Started sweep(scratch, run_zoo, counted(scratch));
  REQUIRE(
      becomes_true([&] { return fs::exists(scratch.path() / "zoo/runs/law=mixed.h5.checkpoint/bad.h5"); }));
  std::vector<pid_t> all = children(sweep.weir());
  REQUIRE(all.size() == 1);
  const std::vector<pid_t> waiting = children(all.front());
  REQUIRE(waiting.size() == 1);
  all.push_back(waiting.front());
  for (const pid_t process : all)
    CHECK_THAT(maps(process),
               Contains("libweir_noise_brownian.so") && !Contains("libweir_noise_constant.so"));
  CHECK(sweep.end().first == 0);
  CHECK(starts(scratch) == 1);
}

TEST_CASE("A library with a thread of its own is loaded by each run for itself", "[slow]") {
  const ScratchFolder scratch;
  cage(scratch, "restless", "", "legs: {set: bad.legs, values: [2, 4, 6]}");
  const Answer answer = weir_program(scratch.path(), run_zoo, counted(scratch));
  INFO(answer.err);
  CHECK(answer.exit == 0);
  CHECK(starts(scratch) == 3);
}

TEST_CASE("A library that is replaced during a sweep is the one that the next run loads and names",
          "[slow]") {
  const ScratchFolder scratch;
  cage(scratch, "feral", ", deed: sleep", "seconds: {set: bad.seconds, values: [2, 1.5, 0.2]}");
  const fs::path library = scratch.path() / "cage/libweir_zoo_feral.so", copy = scratch.path() / "copy.so";
  const std::string before = weir::file_sha256(library);
  Started sweep(scratch, run_zoo, counted(scratch));
  REQUIRE(
      becomes_true([&] { return fs::exists(scratch.path() / "zoo/runs/seconds=2.h5.checkpoint/bad.h5"); }));
  fs::copy_file(library, copy);
  std::ofstream(copy, std::ios::app) << "more";
  fs::rename(copy, library);
  REQUIRE(
      becomes_true([&] { return fs::exists(scratch.path() / "zoo/runs/seconds=1.5.h5.checkpoint/bad.h5"); }));
  REQUIRE(children(sweep.weir()).size() == 1);
  CHECK_THAT(maps(children(sweep.weir()).front()), Contains(library.string() + "\n"));  // not "(deleted)"
  const auto [exit, said] = sweep.end();
  INFO(said);
  CHECK(exit == 0);
  for (const auto& [run, digest] :
       {std::pair{"2", before}, {"1.5", weir::file_sha256(library)}, {"0.2", weir::file_sha256(library)}}) {
    INFO(run);
    const weir::Reader record(scratch.path() / ("zoo/runs/seconds=" + std::string(run) + ".h5"));
    CHECK(record.texts("/provenance/plugins/sha256") == std::vector<std::string>{digest});
  }
}

TEST_CASE("A run that has taken another's place is held to its timeout, stopped and killed as any other",
          "[slow]") {
  const ScratchFolder scratch;
  cage(scratch, "feral", ", timeout: 1", "deed: {set: bad.deed, values: [none, spin, print]}");
  const Answer late = weir_program(scratch.path(), run_zoo, counted(scratch));
  INFO(late.err);
  CHECK(late.exit == 3);
  CHECK_THAT(late.err, Contains("timed out after 1 s, and did not stop when asked to"));
  CHECK_THAT(late.err, Contains("deed=print  warning: a plugin printed 65 bytes"));
  CHECK(starts(scratch) == 1);

  for (const int signals : {1, 2}) {
    INFO(signals);
    const ScratchFolder other;
    if (signals == 1)
      other.write("zoo.yaml", "name: zoo" + trainings::beginning + trainings::train(3) +
                                  "sweep: {steps: {set: train.steps, values: [3, 100000000, 5]}}\n");
    else
      cage(other, "feral", "", "deed: {set: bad.deed, values: [none, sleep, print]}");
    const std::string second = signals == 1 ? "steps=100000000" : "deed=sleep",
                      node = signals == 1 ? "train" : "bad";
    const fs::path record = other.path() / ("zoo/runs/" + second + ".h5");
    Started sweep(other, signals == 1 ? "run zoo.yaml --jobs 1" : run_zoo,
                  counted(other) + " WEIR_CHECKPOINT_SECONDS=0");
    REQUIRE(becomes_true([&] { return fs::exists(record.string() + ".checkpoint/" + node + ".h5"); }));
    for (int i = 0; i < signals; ++i) {
      sweep.signal(SIGINT);
      std::this_thread::sleep_for(300ms);
    }
    const auto [exit, said] = sweep.end();
    INFO(said);
    CHECK(exit == 75);
    CHECK(status_of(record) == "interrupted");
    CHECK(starts(other) == 1);
  }
}

TEST_CASE("A sweep whose weir is killed leaves runs that reach their checkpoints, and nothing that waits",
          "[slow]") {
  const ScratchFolder scratch;
  scratch.write("zoo.yaml", "name: zoo" + trainings::beginning + trainings::train(3) +
                                "sweep: {steps: {set: train.steps, values: [3, 100000000, 200000000]}}\n");
  Started sweep(scratch, "run zoo.yaml --jobs 2 --progress none", "WEIR_CHECKPOINT_SECONDS=0");
  const fs::path runs = scratch.path() / "zoo/runs";
  const std::vector<fs::path> records = {runs / "steps=100000000.h5", runs / "steps=200000000.h5"};
  REQUIRE(becomes_true([&] {
    return std::ranges::all_of(
        records, [](const fs::path& record) { return fs::exists(record.string() + ".checkpoint/train.h5"); });
  }));
  std::vector<pid_t> all = children(sweep.weir());
  CHECK(all.size() == 2);
  for (std::size_t i = 0; i < all.size(); ++i) std::ranges::copy(children(all[i]), std::back_inserter(all));
  CHECK(all.size() == 4);
  sweep.signal(SIGKILL);
  CHECK(sweep.end().first == 128 + SIGKILL);
  CHECK(becomes_true([&] { return std::ranges::none_of(all, lives); }));
  for (const fs::path& record : records) CHECK(status_of(record) == "interrupted");
}

#endif

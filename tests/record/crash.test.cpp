// tests/record/crash.test.cpp -- killed writers: nothing committed is lost, resuming gives the same bytes.
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>
#include <thread>

#include <weir/record/reader.hpp>
#include "dummy_run.hpp"

using weir::Recorder;

namespace {

// Trains without end, committing every 37 steps; `committed` tells, outside HDF5, what was acknowledged.
int produce(const std::filesystem::path& file, const std::filesystem::path& committed) {
  Recorder recorder(file, Recorder::Mode::create, dummy::spec());
  std::FILE* log = std::fopen(committed.c_str(), "w");
  for (std::int64_t step = 0;; step += 37) {
    dummy::train(recorder, step, step + 37);
    if (step == 74) dummy::write_tensors(recorder);
    recorder.commit();
    std::fprintf(log, "%ld\n", static_cast<long>(step + 37));
    std::fflush(log);
  }
}

std::int64_t last_number(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::int64_t last = 0;
  for (std::int64_t n; in >> n;) last = n;
  return last;
}

void pause_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

}  // namespace

TEST_CASE("thirty kills at random moments leave every committed row intact", "[record][crash][slow]") {
  const dummy::Folder folder;
  std::mt19937 random(20261124);
  int with_rows = 0;
  for (int run = 0; run < 30; ++run) {
    const auto file = folder / ("run" + std::to_string(run) + ".h5"),
               committed = folder / ("log" + std::to_string(run));
    const pid_t child = dummy::start([&] { return produce(file, committed); });
    // Five at any moment of the beginning, the others at any moment of the writing.
    if (run >= 5) REQUIRE(dummy::await(child, [&] { return last_number(committed) > 0; }));
    pause_ms(static_cast<int>(random() % (run < 5 ? 50 : 150)));
    ::kill(child, SIGKILL);
    REQUIRE(dummy::wait(child) == 128 + SIGKILL);
    const dummy::Limit limit;
    if (!std::filesystem::exists(file)) continue;  // killed before its declarations were whole

    const auto promised = last_number(committed);
    INFO("run " << run << ", " << promised << " rows committed");
    with_rows += promised > 0;
    CHECK(dummy::verify(file) >= promised);
    CHECK(weir::Reader(file).read("/heartbeat").data<std::int64_t>()[1] >= promised);
    const auto state = weir::inspect_record(file);
    CHECK(state.is_record);
    CHECK(state.status == "interrupted");
    CHECK_FALSE(state.locked);

    weir::repair_record(file);
    CHECK(dummy::verify(file) >= promised);
    CHECK(weir::Reader(file).text("/status") == "interrupted");
    if (dummy::can_list())
      dummy::content(file, "/nodes/train/loss");  // h5dump refuses a file still marked as written
  }
  CHECK(with_rows >= 25);  // else the test has looked at nothing
}

TEST_CASE("a run killed twice and resumed has the bytes of an uninterrupted one", "[record][crash]") {
  const dummy::Folder folder;
  const auto whole = folder / "whole.h5", killed = folder / "killed.h5";
  const auto complete = [](Recorder& recorder, std::int64_t from) {
    dummy::train(recorder, from, 700);
    dummy::write_tensors(recorder);
    recorder.finish("finished");
  };
  const auto killed_after = [](Recorder& recorder, std::int64_t from, std::int64_t to,
                               std::int64_t beyond) -> int {
    dummy::train(recorder, from, to);
    dummy::write_tensors(recorder);
    recorder.commit();
    dummy::train(recorder, to, beyond);  // rows after the checkpoint, some of them in the file
    recorder.commit();
    ::raise(SIGKILL);
    return 0;
  };

  REQUIRE(dummy::wait(dummy::start([&] {
            Recorder recorder(whole, Recorder::Mode::create, dummy::spec());
            complete(recorder, 0);
            return 0;
          })) == 0);
  REQUIRE(dummy::wait(dummy::start([&] {
            Recorder recorder(killed, Recorder::Mode::create, dummy::spec());
            return killed_after(recorder, 0, 300, 333);
          })) == 128 + SIGKILL);
  REQUIRE(dummy::wait(dummy::start([&] {
            Recorder recorder(killed, Recorder::Mode::resume, dummy::spec(), dummy::kept(290));
            return recorder.rows("train.loss") == 290 ? killed_after(recorder, 290, 520, 600) : 1;
          })) == 128 + SIGKILL);
  CHECK(dummy::verify(killed) == 600);
  REQUIRE(dummy::wait(dummy::start([&] {
            Recorder recorder(killed, Recorder::Mode::resume, dummy::spec(), dummy::kept(513));
            complete(recorder, 513);
            return 0;
          })) == 0);

  CHECK(dummy::verify(killed) == 700);
  if (!dummy::can_list()) WARN("h5dump is not installed: attributes and scales are not compared");
  for (const auto* group : {"/nodes", "/pipeline"})
    if (dummy::can_list()) CHECK(dummy::content(whole, group) == dummy::content(killed, group));
  const weir::Reader reader(killed);
  CHECK(reader.text("/status") == "finished");
  CHECK(reader.shape("/provenance/attempts/start") == std::vector<std::int64_t>{3});
  const weir::Array exits = reader.read("/provenance/attempts/exit");
  CHECK(exits.data<std::int64_t>()[1] == -1);
  CHECK(exits.data<std::int64_t>()[2] == 0);
  CHECK(reader.read("/heartbeat").data<std::int64_t>()[3] == 3);
}

TEST_CASE("an interrupted run goes on with a reader attached to it", "[record][crash]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  REQUIRE(dummy::wait(dummy::start([&] {
            Recorder recorder(file, Recorder::Mode::create, dummy::spec());
            dummy::train(recorder, 0, 300);
            recorder.finish("interrupted", "stopped by SIGINT");
            return 0;
          })) == 0);
  CHECK(weir::inspect_record(file).status == "interrupted");

  const pid_t viewer = dummy::start([&] {
    const weir::Reader reader(file);
    pause_ms(700);
    return reader.shape("/nodes/train/loss/value").at(0) > 0 ? 0 : 1;
  });
  pause_ms(100);
  REQUIRE(dummy::wait(dummy::start([&] {
            Recorder recorder(file, Recorder::Mode::resume, dummy::spec(), dummy::kept(300));
            dummy::train(recorder, 300, 500);
            recorder.finish("finished");
            return 0;
          })) == 0);

  CHECK(dummy::wait(viewer) == 0);
  CHECK(dummy::verify(file) == 500);
  CHECK(weir::Reader(file).text("/message").empty());
}

TEST_CASE("a recorder that is destroyed without finish says failed", "[record][crash]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    dummy::train(recorder, 0, 5);
  }
  CHECK(dummy::verify(file) == 5);
  CHECK(weir::Reader(file).text("/status") == "failed");
  CHECK(weir::Reader(file).text("/message") == "the run ended without saying how");
  CHECK_FALSE(std::filesystem::exists(file.string() + ".lock"));
}

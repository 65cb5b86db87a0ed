// tests/record/live.test.cpp -- reading a record while it is written.
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include <weir/record/reader.hpp>
#include "dummy_run.hpp"

using weir::Recorder;

TEST_CASE("a live reader sees whole rows in order and everything that was committed", "[record][live]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  const pid_t writer = dummy::start([&] {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    for (std::int64_t step = 0; !std::filesystem::exists(folder / "enough"); step += 23) {
      dummy::train(recorder, step, step + 23);
      recorder.commit();
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
    recorder.finish("finished");
    return 0;
  });
  const dummy::Limit limit;
  REQUIRE(dummy::await(writer, [&] { return std::filesystem::exists(file); }));

  int polls = 0;
  std::int64_t rows = 0;
  for (std::string status; status != "finished"; ++polls) {
    std::int64_t committed = 0;
    {
      const weir::Reader reader(file);
      committed = reader.read("/heartbeat").data<std::int64_t>()[1];
      status = reader.text("/status");
    }
    const std::int64_t before = rows;
    rows = dummy::verify(file);  // throws if any row is not as it was appended
    REQUIRE(rows >= before);
    // The heartbeat counts the rows of all traces: two with a row per step, one with a row every ten steps.
    REQUIRE(rows * 2 + (rows + 9) / 10 >= committed);
    if (polls >= 50 && rows > 100) std::ofstream(folder / "enough");
  }
  CHECK(dummy::wait(writer) == 0);
}

TEST_CASE("rows reach readers without a commit", "[record][live]") {
  const dummy::Folder folder;
  Recorder recorder(folder / "run.h5", Recorder::Mode::create, dummy::spec());
  dummy::train(recorder, 0, 10);
  std::this_thread::sleep_for(std::chrono::milliseconds(2600));
  CHECK(dummy::wait(dummy::start([&] { return dummy::verify(recorder.file()) == 10 ? 0 : 1; })) == 0);
  recorder.finish("finished");
}

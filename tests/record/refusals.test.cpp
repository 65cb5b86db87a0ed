// tests/record/refusals.test.cpp -- what the recorder refuses, and in which words.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include <weir/record/reader.hpp>
#include "dummy_run.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using weir::Recorder;
using weir::RecordError;

namespace {

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const RecordError& error) {
    return error.what();
  }
  return "no error";
}

std::string creation_error(const std::filesystem::path& file, Recorder::Mode mode = Recorder::Mode::create,
                           weir::RunSpec run = dummy::spec(), weir::KeptRows kept = {}) {
  return error_of([&] { Recorder recorder(file, mode, run, kept); });
}

void finished_run(const std::filesystem::path& file, const std::string& status = "finished") {
  Recorder recorder(file, Recorder::Mode::create, dummy::spec());
  dummy::train(recorder, 0, 20);
  recorder.finish(status);
}

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("an existing file is refused unless it is replaced", "[record][refusal]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  finished_run(file);
  CHECK(creation_error(file) ==
        file.string() +
            ": it exists already; resume it, choose another output (-o) or start over with --force");
  CHECK(dummy::verify(file) == 20);

  weir::RunSpec faulty = dummy::spec();
  faulty.datasets.push_back(faulty.datasets.front());
  CHECK_THAT(creation_error(file, Recorder::Mode::replace, faulty),
             EndsWith("cannot declare train.loss: that name is declared twice"));
  CHECK(dummy::verify(file) == 20);  // the old record stands while the new one cannot
  CHECK(entries(folder / "") == 1);

  {
    Recorder recorder(file, Recorder::Mode::replace, dummy::spec());
    dummy::train(recorder, 0, 3);
    recorder.finish("finished");
  }
  CHECK(dummy::verify(file) == 3);
}

TEST_CASE("a second writer is refused and named", "[record][refusal]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  int started[2];
  REQUIRE(::pipe(started) == 0);
  const pid_t child = dummy::start([&] {
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    if (::write(started[1], "x", 1) != 1) return 1;
    std::this_thread::sleep_for(std::chrono::seconds(20));
    return 0;
  });
  char byte = 0;
  REQUIRE(::read(started[0], &byte, 1) == 1);
  const std::string holder = "it is being written by process " + std::to_string(child) + " on ";
  CHECK_THAT(creation_error(file), Contains(holder) && EndsWith("; wait for it or choose another output"));
  CHECK_THAT(creation_error(file, Recorder::Mode::resume), Contains(holder));
  CHECK_THAT(error_of([&] { weir::repair_record(file); }), Contains(holder));
  CHECK(weir::inspect_record(file).locked);
  CHECK(weir::inspect_record(file).status == "running");
  ::kill(child, SIGKILL);
  dummy::wait(child);
  CHECK_FALSE(weir::inspect_record(file).locked);
}

TEST_CASE("places that cannot be written are named", "[record][refusal]") {
  const dummy::Folder folder;
  const auto missing = folder / "nowhere/run.h5";
  CHECK(creation_error(missing) ==
        missing.string() + ": cannot create it: there is no folder " + missing.parent_path().string());
  CHECK_THAT(creation_error("/proc/run.h5"), Contains("/proc/run.h5: cannot create run.h5.lock: "));
}

TEST_CASE("a disk too full for the declarations leaves nothing behind", "[record][refusal]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  for (const rlim_t bytes : {100, 3'000, 20'000, 60'000}) {
    const int code = dummy::wait(dummy::start([&] {
      ::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{bytes, bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      const std::string text = creation_error(file);
      return Contains("run.h5: cannot ").match(text) && EndsWith(": File too large").match(text) ? 0 : 1;
    }));
    CHECK(code == 0);
    CHECK(entries(folder / "") == 0);
  }
}

TEST_CASE("only an unfinished record of the same pipeline is resumed", "[record][refusal]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  CHECK_THAT(creation_error(file, Recorder::Mode::resume),
             EndsWith("cannot resume it: there is no such file"));
  std::ofstream(file) << "not HDF5";
  CHECK_THAT(creation_error(file, Recorder::Mode::resume),
             EndsWith("run.h5: cannot read it: it is not an HDF5 file"));
  CHECK_FALSE(weir::inspect_record(file).is_record);
  std::filesystem::remove(file);

  finished_run(file);
  CHECK_THAT(creation_error(file, Recorder::Mode::resume),
             EndsWith("cannot resume it: it is finished; use --force to start over"));
  std::filesystem::remove(file);

  finished_run(file, "interrupted");
  CHECK_THAT(creation_error(file, Recorder::Mode::resume, dummy::spec(8)),
             EndsWith("it records another pipeline; choose another output (-o) or start over with --force"));
  CHECK_THAT(creation_error(file, Recorder::Mode::resume, dummy::spec(), dummy::kept(21)),
             EndsWith("/nodes/train/loss has 20 rows, the checkpoint needs 21; use --force to start over"));
  weir::RunSpec other = dummy::spec();
  other.datasets[1].shape = {6};
  other.datasets[1].scales.clear();
  CHECK_THAT(creation_error(file, Recorder::Mode::resume, other),
             EndsWith("/nodes/train/probes/bins/variance/value has shape [20, 5], this run declares [-1, 6]; "
                      "use --force to start over"));
  CHECK(dummy::verify(file) == 20);  // refused runs took nothing away
  CHECK(entries(folder / "") == 1);
}

TEST_CASE("rows and tensors must be as declared", "[record][refusal]") {
  const dummy::Folder folder;
  Recorder recorder(folder / "run.h5", Recorder::Mode::create, dummy::spec());
  CHECK_THAT(error_of([&] { recorder.append("train.los", 0, dummy::scalar(1)); }),
             EndsWith("train.los was not declared before the run started"));
  CHECK_THAT(error_of([&] { recorder.append("flow.end", 0, dummy::scalar(1)); }),
             EndsWith("flow.end is a tensor: use write"));
  CHECK_THAT(error_of([&] { recorder.write("train.loss", dummy::scalar(1)); }),
             EndsWith("train.loss is a trace: use append"));
  CHECK_THAT(error_of([&] { recorder.append("train.loss", 0, dummy::bins(0)); }),
             EndsWith("a row of train.loss is float32 [5], declared is float64 []"));
  CHECK_THAT(error_of([&] { recorder.finish("done"); }),
             EndsWith("a run ends finished, failed or interrupted, not 'done'"));
  recorder.close_node("train");
  CHECK_THAT(error_of([&] { recorder.append("train.loss", 0, dummy::scalar(1)); }),
             EndsWith("cannot append to train.loss: its node is closed"));
  recorder.finish("finished");
  CHECK_THAT(error_of([&] { recorder.commit(); }), EndsWith("run.h5: the record is closed"));
}

TEST_CASE("a full disk stops the recorder and leaves what was committed", "[record][refusal]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5", log = folder / "log";
  const int code = dummy::wait(dummy::start([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1'500'000, 1'500'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    Recorder recorder(file, Recorder::Mode::create, dummy::spec());
    std::string first, second, last;
    std::int64_t committed = 0;
    for (std::int64_t step = 0; first.empty() && step < 100'000; step += 50) {
      first = error_of([&] {
        dummy::train(recorder, step, step + 50);
        recorder.commit();
      });
      if (first != "no error") break;
      first.clear();
      committed = step + 50;
    }
    second = error_of([&] { recorder.append("train.loss", 0, dummy::scalar(0)); });
    last = error_of([&] { recorder.finish("finished"); });
    std::ofstream(folder / "text") << first << '\n' << second << '\n' << last << '\n';
    std::ofstream(log) << committed;
    return 0;
  }));
  REQUIRE(code == 0);

  std::ifstream text(folder / "text");
  std::string first, second, last;
  std::getline(text, first);
  std::getline(text, second);
  std::getline(text, last);
  CHECK_THAT(first, Contains("run.h5: cannot ") && EndsWith(": File too large"));
  CHECK(second == first);
  CHECK(last == first);
  std::int64_t committed = 0;
  std::ifstream(log) >> committed;
  CHECK(committed > 100);
  CHECK(dummy::verify(file) >= committed);
  CHECK(weir::inspect_record(file).status == "failed");
  CHECK(weir::Reader(file).text("/message") == first);

  // With room again the run goes on where it was.
  const auto resumed = dummy::wait(dummy::start([&] {
    Recorder recorder(file, Recorder::Mode::resume, dummy::spec(), dummy::kept(committed));
    dummy::train(recorder, committed, committed + 300);
    recorder.finish("finished");
    return 0;
  }));
  CHECK(resumed == 0);
  CHECK(dummy::verify(file) == committed + 300);
}

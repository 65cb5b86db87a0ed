// tests/lab/sweep_folder.test.cpp -- whose a sweep's folder is, and what --force removes from it.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <thread>

#include <weir/record/arrays_file.hpp>
#include <weir/record/recorder.hpp>

#include "../cli/scratch_folder.hpp"
#include "lab/sweep/sweep_folder.hpp"
#include "system/exit.hpp"

namespace fs = std::filesystem;
using namespace weir::tools;

namespace {

const nlohmann::json ours = {{"nodes", 1}}, other = {{"nodes", 2}};
const std::string key(32, 'a');
const std::string csv = "run,file,status,seed\r\n";

void write_record(const fs::path& file) {
  weir::RunSpec spec;
  spec.name = "s";
  spec.resolved_json = ours;
  weir::Recorder(file, weir::Recorder::Mode::create, spec).finish("finished");
}

void write_tables(const ScratchFolder& scratch) {
  scratch.write("sweep/table.csv", csv);
  scratch.write("sweep/summary.json", R"({"cases": []})");
  weir::write_arrays(scratch.path() / "sweep/index.h5", {{"table/run", {weir::DType::uint8, {0}, nullptr}}},
                     {{"columns", "run"}});
}

int code(const fs::path& folder, const nlohmann::json& pipeline, bool force = false) {
  try {
    SweepFolder taken(folder, pipeline, {"s=1"}, force);
    taken.start();
    return fine;
  } catch (const CommandError& error) {
    return error.code();
  }
}

}  // namespace

TEST_CASE("A sweep goes on in its own folder and refuses another pipeline's") {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "sweep";
  {
    SweepFolder taken(folder, ours, {"s=1"}, false);
    taken.start();
    write_record(taken.record("s=1"));
  }
  CHECK(code(folder, ours) == fine);
  CHECK(code(folder, {{"nodes", 1}, {"report", {{"a", "mean"}}}, {"compare", {1}}}) == fine);
  CHECK_THROWS_WITH(SweepFolder(folder, other, {"s=1"}, false).require_own({}),
                    folder.string() +
                        " belongs to a sweep of another pipeline, or of other parameters\n"
                        "  nodes: 1 there, 2 here\n"
                        "start over with --force, or name another folder with -o");
  CHECK(fs::exists(folder / "runs/s=1.h5"));
  // Unless what stands there is gone on with, all of it.
  CHECK_NOTHROW(SweepFolder(folder, other, {"s=1"}, false).require_own({"s=1"}));
  CHECK_THROWS(SweepFolder(folder, other, {"s=2"}, false).require_own({"s=2"}));
}

TEST_CASE("--force removes what weir wrote and nothing else") {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "sweep";
  {
    SweepFolder taken(folder, ours, {"s=1", "s=2"}, false);
    taken.start();
    write_record(taken.record("s=1"));
  }
  const std::vector<std::string> kept = {
      "runs/mine.h5", "runs/s=10.h5",    "runs/s=1.h5.bak",        "runs/s=2.h5",
      "notes.txt",    "shared/other.h5", "shared/" + key + ".txt", "frozen/mine.json"};
  for (const std::string& name : kept) scratch.write("sweep/" + name, "mine");
  for (const char* name : {"runs/s=1.h5.lock", "runs/s=1.h5.checkpoint/a.h5"})
    scratch.write("sweep/" + std::string(name), "x");
  write_tables(scratch);
  scratch.write("sweep/shared/" + key + ".h5", "x");
  scratch.write("sweep/shared/." + key + ".h5.12-3.new", "x");
  CHECK(code(folder, other, true) == fine);
  for (const std::string& gone :
       {std::string("runs/s=1.h5"), std::string("runs/s=1.h5.lock"), std::string("table.csv"),
        std::string("runs/s=1.h5.checkpoint"), std::string("index.h5"), std::string("summary.json"),
        "shared/" + key + ".h5", "shared/." + key + ".h5.12-3.new"})
    CHECK_FALSE(fs::exists(folder / gone));
  for (const std::string& name : kept) CHECK(scratch.read("sweep/" + name) == "mine");
}

TEST_CASE("A folder that is taken is not changed before the sweep starts") {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "sweep";
  {
    SweepFolder taken(folder, ours, {"s=1"}, false);
    taken.start();
    write_record(taken.record("s=1"));
  }
  write_tables(scratch);
  const std::string plan = scratch.read("sweep/weir-sweep.json");
  { const SweepFolder taken(folder, other, {"s=2"}, true); }
  CHECK(scratch.read("sweep/weir-sweep.json") == plan);
  CHECK(scratch.read("sweep/table.csv") == csv);
  CHECK(fs::exists(folder / "runs/s=1.h5"));
}

TEST_CASE("Files of others under the tables' names are refused, with --force too") {
  const std::map<std::string, std::string> foreign = {{"table.csv", "a,b\n1,2\n"},
                                                      {"index.h5", "no HDF5"},
                                                      {"summary.json", R"({"mine": 1})"},
                                                      {"weir-sweep.json", R"({"mine": 1})"}};
  for (const auto& [name, text] : foreign) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.path() / "sweep";
    REQUIRE(code(folder, ours) == fine);
    scratch.write("sweep/" + name, text);
    for (const bool force : {false, true})
      CHECK_THROWS_WITH(
          SweepFolder(folder, ours, {"s=1"}, force),
          (folder / name).string() +
              " is not what weir writes under that name, and nothing else is ever replaced; move it away, or "
              "name another folder with -o");
    CHECK(scratch.read("sweep/" + name) == text);
  }
}

TEST_CASE("A folder that lost its plan is taken for what its records are of") {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "sweep";
  {
    SweepFolder taken(folder, ours, {"s=1"}, false);
    taken.start();
    write_record(taken.record("s=1"));
  }
  fs::remove(folder / "weir-sweep.json");
  CHECK(code(folder, ours) == fine);
  CHECK(fs::exists(folder / "runs/s=1.h5"));
}

TEST_CASE("A folder with other things in it, and a file, are refused") {
  const ScratchFolder scratch;
  scratch.write("full/notes.txt", "x");
  CHECK(code(scratch.path() / "full", ours) == io_failed);
  scratch.write("file", "x");
  CHECK(code(scratch.path() / "file", ours) == invalid);
}

TEST_CASE("Two sweeps cannot use one folder at the same time") {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "sweep";
  const SweepFolder first(folder, ours, {"s=1"}, false);
  CHECK_THROWS_WITH(SweepFolder(folder, ours, {"s=1"}, false), Catch::Contains("is in use by another sweep"));
}

TEST_CASE("Who only looks whether a sweep goes on keeps no other from beginning") {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "sweep";
  fs::create_directory(folder);
  const int look = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(flock(look, LOCK_SH | LOCK_NB) == 0);
  std::thread looking([look] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    close(look);
  });
  CHECK_NOTHROW(SweepFolder(folder, ours, {"s=1"}, false));
  looking.join();
}

TEST_CASE("A sweep that wrote nothing leaves nothing") {
  const ScratchFolder scratch;
  CHECK(code(scratch.path() / "sweep", ours) == fine);
  CHECK(fs::is_empty(scratch.path()));
}

TEST_CASE("The keys of shared results are those of the files that lie there") {
  const ScratchFolder scratch;
  const SweepFolder folder(scratch.path() / "sweep", ours, {}, false);
  scratch.write("sweep/shared/" + key + ".h5", "x");
  scratch.write("sweep/shared/" + key + ".h5.tmp", "x");
  CHECK(folder.shared_keys() == std::set<std::string>{key});
}

TEST_CASE("A plan that names runs elsewhere leads nowhere else") {
  const ScratchFolder scratch;
  scratch.write("package.json", "{}");
  write_record(scratch.path() / "package.h5");
  const fs::path outside = scratch.path() / "package";
  for (const nlohmann::json& runs :
       {nlohmann::json{outside.string(), "../../package", "..", ""}, nlohmann::json(5)}) {
    scratch.write("sweep/weir-sweep.json",
                  nlohmann::json{{"weir_sweep", "1.0"}, {"pipeline", ours}, {"runs", runs}}.dump());
    for (const bool force : {false, true}) CHECK(code(scratch.path() / "sweep", ours, force) == fine);
    CHECK(fs::exists(scratch.path() / "package.json"));
    CHECK(fs::exists(scratch.path() / "package.h5"));
  }
}

// tests/lab/sweep_folder.test.cpp -- whose a sweep's folder is, and what --force removes from it.
#include <catch2/catch.hpp>

#include "../cli/scratch_folder.hpp"
#include "lab/sweep/sweep_folder.hpp"
#include "system/exit.hpp"

namespace fs = std::filesystem;
using namespace weir::tools;

namespace {

const nlohmann::json ours = {{"nodes", 1}}, other = {{"nodes", 2}};
const std::string key(32, 'a');

int code(const fs::path& folder, const nlohmann::json& pipeline, bool force = false) {
  try {
    SweepFolder taken(folder, pipeline, {"s=1"}, force);
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
    const SweepFolder taken(folder, ours, {"s=1"}, false);
    scratch.write("sweep/runs/s=1.h5", "x");
  }
  CHECK(code(folder, ours) == fine);
  CHECK(code(folder, {{"nodes", 1}, {"report", {{"a", "mean"}}}, {"compare", {1}}}) == fine);
  CHECK_THROWS_WITH(SweepFolder(folder, other, {}, false),
                    folder.string() +
                        " belongs to a sweep of another pipeline, or of other parameters\n"
                        "start over with --force, or name another folder with -o");
  CHECK(fs::exists(folder / "runs/s=1.h5"));
}

TEST_CASE("--force removes what weir wrote and nothing else") {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "sweep";
  {
    const SweepFolder taken(folder, ours, {"s=1"}, false);
    scratch.write("sweep/runs/s=1.h5", "x");
  }
  for (const char* name : {"runs/s=1.h5.lock", "runs/s=1.h5.checkpoint/a.h5", "runs/mine.h5", "runs/s=10.h5",
                           "table.csv", "index.h5", "summary.json", "notes.txt"})
    scratch.write("sweep/" + std::string(name), "x");
  scratch.write("sweep/shared/" + key + ".h5", "x");
  scratch.write("sweep/shared/other.h5", "x");
  CHECK(code(folder, other, true) == fine);
  for (const char* gone :
       {"runs/s=1.h5", "runs/s=1.h5.lock", "runs/s=1.h5.checkpoint", "table.csv", "index.h5", "summary.json"})
    CHECK_FALSE(fs::exists(folder / gone));
  CHECK_FALSE(fs::exists(folder / "shared" / (key + ".h5")));
  for (const char* kept : {"runs/mine.h5", "runs/s=10.h5", "notes.txt", "shared/other.h5"})
    CHECK(fs::exists(folder / kept));
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

// tests/cli/overwriting.test.cpp -- what a run would write over and may not, by the built program: its words, its exit code, the bytes.
#include <catch2/catch.hpp>
#include <cstring>
#include <map>

#include <weir/record/arrays_file.hpp>
#include <weir/record/reader.hpp>

#include "pipelines.hpp"
#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
namespace fs = std::filesystem;

namespace {

// Every file below the folder, by what is in it.
std::map<std::string, std::string> contents(const ScratchFolder& scratch) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.path()))
    if (entry.is_regular_file()) {
      const std::string name = fs::relative(entry.path(), scratch.path()).string();
      all[name] = scratch.read(name);
    }
  return all;
}

// Refused with this exit code and these words, and nothing is changed by it.
void refuses(const ScratchFolder& scratch, const std::string& words, int exit, const std::string& because,
             const std::string& environment = "") {
  const auto before = contents(scratch);
  const Answer answer = weir_program(scratch.path(), words, environment);
  INFO(words << "\n" << answer.err);
  CHECK(answer.exit == exit);
  CHECK_THAT(answer.err, Contains(because));
  CHECK(contents(scratch) == before);
}

const std::string reading = R"(
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  points: {plugin: source/tensor, file: pairs.h5, dataset: /x}
  pairs:  {plugin: coupling/independent, source: base, target: points, draw: {fixed: 4}}
)";

void write_points(const fs::path& file, double first = 0) {
  const std::vector<double> x = {first, 1, 2, 3, 4, 5, 6, 7};
  std::vector<std::byte> bytes(x.size() * sizeof(double));
  std::memcpy(bytes.data(), x.data(), bytes.size());
  weir::write_arrays(
      file,
      {{"x",
        {weir::DType::float64, {4, 2}, std::make_shared<const std::vector<std::byte>>(std::move(bytes))}}});
}

void flip(const ScratchFolder& scratch, const std::string& name) {
  std::string bytes = scratch.read(name);
  for (std::size_t i = 0; i < 64; ++i) bytes[i] = static_cast<char>(bytes[i] ^ 0x55);  // the superblock
  scratch.write(name, bytes);
}

}  // namespace

TEST_CASE("What a run reads it never writes, with --force or without, by whatever name", "[slow]") {
  const ScratchFolder scratch;
  scratch.write("pairs.yaml", reading);
  scratch.write("more.yaml", "extends: pairs.yaml\nseed: 3\n");
  write_points(scratch.path() / "pairs.h5");
  fs::create_symlink("pairs.h5", scratch.path() / "link.h5");
  fs::create_hard_link(scratch.path() / "pairs.h5", scratch.path() / "hard.h5");
  REQUIRE(weir_program(scratch.path(), "plan pairs.yaml").exit == 0);
  for (const char* force : {"", " --force"}) {
    refuses(scratch, std::string("run pairs.yaml") + force, 2,
            "pairs.h5 is read by this run");  // its default name
    refuses(scratch, std::string("run pairs.yaml -o link.h5") + force, 2, "link.h5 is read by this run, as ");
    refuses(scratch, std::string("run pairs.yaml -o hard.h5") + force, 2, "hard.h5 is read by this run, as ");
    refuses(scratch, std::string("run pairs.yaml -o pairs.yaml") + force, 2,
            "pairs.yaml is read by this run");
    refuses(scratch, std::string("run more.yaml -o pairs.yaml") + force, 2, "pairs.yaml is read by this run");
  }
  fs::copy(fs::path(WEIR_PLUGIN_DIR) / "libweir_source_gaussian.so",
           scratch.path() / "libweir_source_gaussian.so");
  refuses(scratch,
          "run pairs.yaml --plugin-path libweir_source_gaussian.so -o libweir_source_gaussian.so --force", 2,
          "libweir_source_gaussian.so is read by this run");
}

TEST_CASE("A sweep does not write what one of its runs reads", "[slow]") {
  const ScratchFolder scratch;
  write_points(scratch.path() / "pairs.h5");
  fs::create_directories(scratch.path() / "s/runs");
  scratch.write(
      "t.yaml",
      reading + "sweep: {case: {cases: {a: {points.file: pairs.h5}, b: {points.file: s/runs/case=a.h5}}}}\n");
  write_points(scratch.path() / "s/runs/case=a.h5");
  for (const char* force : {"", " --force"})
    refuses(scratch, std::string("run t.yaml -o s") + force, 2, "s/runs/case=a.h5 is read by this run");
}

TEST_CASE("Only records are written over, even by --force", "[slow]") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  scratch.write("notes.txt", "mine");
  write_points(scratch.path() / "small.h5");
  for (const char* force : {"", " --force"}) {
    refuses(scratch, std::string("run small.yaml -o notes.txt") + force, 4,
            "notes.txt exists and is not a readable record");
    refuses(scratch, std::string("run small.yaml") + force, 4,
            "small.h5 exists and is not a readable record");
  }
  fs::remove(scratch.path() / "small.h5");
  REQUIRE(weir_program(scratch.path(), "run small.yaml").exit == 0);
  refuses(scratch, "replay small.h5 --node flow -o small.h5 --force", 2, "small.h5 is read by this run");
  refuses(scratch, "replay small.h5 --node flow -o notes.txt --force", 4,
          "notes.txt exists and is not a readable record");
  refuses(scratch, "rerun small.h5 -o small.h5 --force", 2, "small.h5 is read by this run");
  flip(scratch, "small.h5");
  for (const char* force : {"", " --force"})
    refuses(scratch, std::string("run small.yaml") + force, 4,
            "small.h5 exists and is not a readable record");
}

TEST_CASE("A sweep is refused before it begins where it would write over what it cannot read", "[slow]") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  REQUIRE(weir_program(scratch.path(), "run swept.yaml").exit == 0);
  const std::string record = "swept/runs/steps=3,seed=8.h5", whole = scratch.read(record);
  flip(scratch, record);
  fs::remove(scratch.path() / "swept/runs/steps=2,seed=7.h5");  // there is something to do
  for (const char* force : {"", " --force"})
    refuses(scratch, std::string("run swept.yaml") + force, 4,
            "1 of the 4 runs cannot be written, and nothing was begun:\n" + record +
                " exists and is not a readable record");
  scratch.write("swept/runs/steps=2,seed=8.h5", "mine");
  refuses(scratch, "run swept.yaml", 4, "2 of the 4 runs cannot be written");

  scratch.write(record, whole);
  fs::remove(scratch.path() / "swept/runs/steps=2,seed=8.h5");
  CHECK(weir_program(scratch.path(), "run swept.yaml").exit == 0);
  CHECK(scratch.read(record) == whole);
}

TEST_CASE("A sweep does not write over a table that is not its own", "[slow]") {
  const ScratchFolder scratch;
  scratch.write("swept.yaml", swept_pipeline);
  scratch.write("mine/table.csv", "a,b\n1,2\n");
  for (const char* force : {"", " --force"})
    refuses(scratch, std::string("run swept.yaml -o mine") + force, 4,
            "mine/table.csv is not what weir writes under that name");
}

TEST_CASE("A sweep whose input file has changed keeps the records of before unless told otherwise",
          "[slow]") {
  const ScratchFolder scratch;
  scratch.write("t.yaml", reading + "sweep: {seed: {count: 2}}\n");
  write_points(scratch.path() / "pairs.h5");
  REQUIRE(weir_program(scratch.path(), "run t.yaml").exit == 0);
  write_points(scratch.path() / "pairs.h5", 8);
  refuses(scratch, "run t.yaml", 4,
          "is the record of another pipeline, or of other parameters or input files");
  CHECK(weir_program(scratch.path(), "run t.yaml --force").exit == 0);
}

TEST_CASE("A rerun takes no variable of whoever runs a record again", "[slow]") {
  const ScratchFolder scratch;
  scratch.write("small.yaml", small_pipeline);
  // What a stranger wrote into his record: a value that is a variable's name.
  REQUIRE(weir_program(scratch.path(), "run small.yaml --set 'flow.note=${env:WEIR_SECRET}'").exit == 0);
  CHECK(weir_program(scratch.path(), "rerun small.h5", "WEIR_SECRET=hunter2").exit == 0);
  CHECK_FALSE(scratch.read("small.rerun.h5").find("hunter2") != std::string::npos);
  CHECK_THAT(weir::Reader(scratch.path() / "small.rerun.h5").text("/pipeline/resolved"),
             Contains("${env:WEIR_SECRET}"));
}

TEST_CASE("What is passed over in the search for plugins is said", "[slow]") {
  const ScratchFolder scratch;
  fs::create_directories(scratch.path() / "open/deep");
  fs::permissions(scratch.path() / "open", fs::perms::all);
  const std::string open = (scratch.path() / "open").string();
  const Answer answer = weir_program(scratch.path(), "plugins", "WEIR_PLUGIN_PATH=mine:" + open + "/deep");
  CHECK(answer.exit == 0);
  CHECK(answer.err ==
        "weir: warning: no plugins are taken from mine: WEIR_PLUGIN_PATH names it: it is relative, and would "
        "mean another folder in "
        "each working directory\n"
        "weir: warning: no plugins are taken from " +
            open + "/deep: everyone may write to " + open +
            ", so that anyone can put a program there; chmod o-w " + open + "\n");
}

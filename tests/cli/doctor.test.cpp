// tests/cli/doctor.test.cpp -- weir doctor: what it finds, and that nothing which it looks at can take it down.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <weir/front/plugins/elf_note.hpp>

#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using Json = nlohmann::json;

namespace fs = std::filesystem;

namespace {

// `weir doctor WORDS` of a user without plugins, settings or cache of his own.
Answer doctor(const ScratchFolder& scratch, const std::string& words = "", const std::string& more = "") {
  const std::string home = scratch.path().string();
  return weir_program(
      scratch.path(), "doctor " + words,
      "-u XDG_DATA_HOME -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u WEIR_PLUGIN_PATH HOME=" + home + " " + more);
}

// The first finding on the subject whose text holds `part`, "health: text -- remedy".
std::string finding(const Answer& answer, const std::string& subject, const std::string& part = "") {
  for (const Json& each : Json::parse(answer.out)) {
    const std::string text = each["text"];
    if (each["subject"] == subject && text.find(part) != std::string::npos)
      return each["health"].get<std::string>() + ": " + text + " -- " + each["remedy"].get<std::string>();
  }
  return "";
}

void bring(const ScratchFolder& scratch, const std::string& library) {
  fs::create_directories(scratch.path() / "zoo");
  fs::copy_file(fs::path(WEIR_ZOO_DIR) / library, scratch.path() / "zoo" / library);
}

}  // namespace

TEST_CASE("A good installation has nothing broken, and every finding says what there is") {
  const ScratchFolder scratch;
  const Answer text = doctor(scratch);
  CHECK(text.exit == 0);
  CHECK_THAT(text.out, Contains("LibTorch") && Contains("libtorch_cpu.so") && Contains("0 broken"));
  const Answer json = doctor(scratch, "--format json");
  CHECK_THAT(finding(json, "weir"), Contains(WEIR_BIN_DIR "/weir"));
  CHECK_THAT(finding(json, "build"), Contains("HDF5 1.") && Contains("Boost 1.") && Contains("yaml-cpp 0."));
  CHECK_THAT(finding(json, "plugins", WEIR_PLUGIN_DIR),
             Contains("ok: ") && Contains("(beside the program): ") && Contains("schemas cached"));
  CHECK_THAT(finding(json, "plugins", ".local/share"), Contains("(the user's): not there"));
  CHECK_THAT(finding(json, "trusted"), Contains(".config/weir/trusted: not there"));
  CHECK_THAT(finding(json, "records"), Contains("ok: can be written and locked"));
  CHECK(finding(json, "GPU") != "");
  CHECK(fs::directory_iterator(scratch.path()) == fs::directory_iterator());  // it leaves nothing behind
}

TEST_CASE("A library that ends the program when it is opened is a finding, not the end of doctor") {
  const ScratchFolder scratch;
  bring(scratch, "libweir_zoo_exploding.so");
  bring(scratch, "libweir_zoo_tame.so");
  const Answer unknown = doctor(scratch, "--plugin-path zoo --format json");
  CHECK(unknown.exit == 3);
  CHECK_THAT(finding(unknown, "plugin", "libweir_zoo_exploding.so"),
             Contains("broken: ") && Contains("it crashes the program: Aborted"));
  CHECK_THAT(finding(unknown, "plugins", "zoo (--plugin-path)"), Contains("1 plugin, 1 that cannot be used"));

  // With a schema that is cached it is opened only now, after others.
  std::string why_not;
  const auto note = weir::read_note(scratch.path() / "zoo/libweir_zoo_exploding.so", why_not);
  REQUIRE(note);
  const Json schema = Json::parse(weir_program(scratch.path(), "plugins --plugin-path zoo --format json",
                                               "HOME=" + scratch.path().string())
                                      .out);
  Json tame;
  for (const Json& plugin : schema["plugins"])
    if (plugin["name"] == "tame") tame = plugin;
  tame["name"] = "exploding";
  const Json library = {
      {"file", "libweir_zoo_exploding.so"}, {"build_id", note->build_id}, {"plugins", {tame}}};
  scratch.write("zoo/weir-plugins.json", Json{{"libraries", {library}}}.dump());
  const Answer cached = doctor(scratch, "--plugin-path zoo --format json");
  CHECK(cached.exit == 3);
  CHECK_THAT(finding(cached, "plugin", "libweir_zoo_exploding.so"),
             Contains("broken: ") && Contains("it crashes the program when it is opened: Aborted"));
  CHECK_THAT(finding(cached, "plugins", "zoo (--plugin-path)"), Contains("2 plugins, 1 that cannot be used"));
  CHECK_THAT(finding(cached, "LibTorch"), Contains("ok: "));
}

TEST_CASE("The schema cache of a folder is written anew, whatever an earlier one said of the same library") {
  const ScratchFolder scratch;
  bring(scratch, "libweir_zoo_tame.so");
  const std::string cache = "'" WEIR_BIN_DIR "/weir-run' cache '" + (scratch.path() / "zoo").string() + "'";
  REQUIRE(std::system(cache.c_str()) == 0);
  Json all = Json::parse(scratch.read("zoo/weir-plugins.json"));
  const Json right = all;
  all["libraries"][0]["plugins"][0].erase("facets");  // as before there were any
  all["libraries"][0]["plugins"][0]["summary"] = "another";
  scratch.write("zoo/weir-plugins.json", all.dump());
  REQUIRE(std::system(cache.c_str()) == 0);
  CHECK(Json::parse(scratch.read("zoo/weir-plugins.json")) == right);
}

TEST_CASE("A second LibTorch in the process is found") {
  const ScratchFolder scratch;
  bring(scratch, "libweir_zoo_twin.so");
  const Answer answer = doctor(scratch, "--plugin-path zoo --format json");
  CHECK(answer.exit == 3);
  CHECK_THAT(finding(answer, "plugin"),
             Contains("it brings a second LibTorch into the process (") && Contains("libc10-0123abcd.so"));
}

TEST_CASE("Another LibTorch that LD_LIBRARY_PATH puts first is found") {
  const ScratchFolder scratch;
  const std::string own =
      finding(doctor(scratch, "--format json"), "LibTorch");  // "ok: 2.11.0, FOLDER/libtorch_cpu.so -- "
  const std::size_t from = own.find('/');
  const fs::path folder = fs::path(own.substr(from, own.rfind(" -- ") - from)).parent_path();
  fs::create_directories(scratch.path() / "lib");
  for (const auto& entry : fs::directory_iterator(folder))
    fs::create_symlink(entry.path(), scratch.path() / "lib" / entry.path().filename());
  const Answer answer =
      doctor(scratch, "--format json", "LD_LIBRARY_PATH=" + (scratch.path() / "lib").string());
  CHECK(answer.exit == 0);
  CHECK_THAT(finding(answer, "LibTorch"), Contains("warning: ") &&
                                              Contains("Weir was built with that in " + folder.string()) &&
                                              Contains("env -u LD_LIBRARY_PATH weir"));
}

TEST_CASE("A weir-run that is missing or does not start is broken, with what it said") {
  const ScratchFolder scratch;
  const Answer missing = doctor(scratch, "--format json", "WEIR_RUN=/nowhere");
  CHECK(missing.exit == 3);
  CHECK_THAT(finding(missing, "weir-run"), Contains("broken: cannot find weir-run at /nowhere"));
  const fs::path sad =
      scratch.write("sad", "#!/bin/sh\necho 'libtorch.so: undefined symbol' >&2\nexit 127\n");
  fs::permissions(sad, fs::perms::owner_all);
  const Answer answer = doctor(scratch, "--format json", "WEIR_RUN=" + sad.string());
  CHECK(answer.exit == 3);
  CHECK_THAT(finding(answer, "weir-run"),
             Contains("broken: exit code 127: libtorch.so: undefined symbol -- build again"));
}

TEST_CASE("What is only missing or doubtful is a warning with what to do") {
  const ScratchFolder scratch;
  fs::create_directories(scratch.path() / "open");
  fs::permissions(scratch.path() / "open", fs::perms::all);
  scratch.write(".config/weir/trusted", "/nowhere/plugins\n");
  const Answer answer = doctor(
      scratch, "--format json",
      "WEIR_PYTHON=/nowhere/python WEIR_PLUGIN_PATH=mine:/nowhere:" + (scratch.path() / "open").string());
  CHECK(answer.exit == 0);
  CHECK_THAT(finding(answer, "report"), Contains("warning: /nowhere/python cannot be started") &&
                                            Contains("apt-get install python3-h5py"));
  CHECK_THAT(finding(answer, "plugins", "mine"),
             Contains("warning: mine (WEIR_PLUGIN_PATH): it is relative"));
  CHECK_THAT(finding(answer, "plugins", "/nowhere ("),
             Contains("warning: ") && Contains("there is no such folder"));
  CHECK_THAT(finding(answer, "plugin", "open"), Contains("warning: ") && Contains("everyone may write to"));
  CHECK_THAT(finding(answer, "trusted"),
             Contains("warning: ") && Contains("names /nowhere/plugins, which is not there"));
}

TEST_CASE("A Python without what the report needs is told with Debian's packages") {
  const ScratchFolder scratch;
  const fs::path python =
      scratch.write("python", "#!/bin/sh\nprintf 'Python 3.11.2\\nh5py 3.7\\nmatplotlib\\njinja2\\n'\n");
  fs::permissions(python, fs::perms::owner_all);
  CHECK_THAT(finding(doctor(scratch, "--format json", "WEIR_PYTHON=" + python.string()), "report"),
             Contains("lacks matplotlib and jinja2, and weir report needs it -- apt-get install "
                      "python3-matplotlib python3-jinja2, or"));
}

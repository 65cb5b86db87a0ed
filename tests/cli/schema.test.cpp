// tests/cli/schema.test.cpp -- weir schema: the line by which editors find the schema, and what it does not touch.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/verbs/modeline.hpp"
#include "pipelines.hpp"
#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using weir::tools::schema_address;
using weir::tools::with_modeline;

namespace fs = std::filesystem;

TEST_CASE("The modeline becomes the first line, or takes the place of one at the top") {
  const std::string line = "# yaml-language-server: $schema=s.json\n";
  CHECK(with_modeline("nodes:\n", "s.json") == line + "nodes:\n");
  CHECK(with_modeline("", "s.json") == line);
  CHECK(with_modeline(line + "nodes:\n", "s.json") == line + "nodes:\n");
  CHECK(with_modeline("# mine\n\n#yaml-language-server:   $schema=https://a/b.json\nnodes:\n", "s.json") ==
        "# mine\n\n" + line + "nodes:\n");
  CHECK(with_modeline("nodes:\r\n  a: 1\r\n", "s.json") ==
        "# yaml-language-server: $schema=s.json\r\nnodes:\r\n  a: 1\r\n");
  CHECK(with_modeline("# yaml-language-server: $schema=a\r\nnodes:\r\n", "s.json") ==
        "# yaml-language-server: $schema=s.json\r\nnodes:\r\n");
  CHECK(with_modeline("\xEF\xBB\xBFnodes:\n", "s.json") == "\xEF\xBB\xBF" + line + "nodes:\n");
}

TEST_CASE("What looks like a modeline within the pipeline is not one") {
  const std::string text = "note: |\n  # yaml-language-server: $schema=a.json\nnodes: {}\n";
  CHECK(with_modeline(text, "s.json") == "# yaml-language-server: $schema=s.json\n" + text);
}

TEST_CASE("A pipeline names its schema relative to itself, or by its address where the path has blanks") {
  CHECK(schema_address("/a/b/s.json", "/a/b/p.yaml") == "s.json");
  CHECK(schema_address("/a/s.json", "/a/b/c/p.yaml") == "../../s.json");
  CHECK(schema_address("/a/my own/s.json", "/a/b/p.yaml") == "file:///a/my%20own/s.json");
  CHECK(schema_address("/a/my own/s.json", "/a/my own/p.yaml") == "s.json");
}

TEST_CASE("A pipeline gets its modeline and a schema beside it, and means what it meant") {
  const ScratchFolder scratch;
  const fs::path pipeline = scratch.write("swept.yaml", swept_pipeline);
  chmod(pipeline.c_str(), 0640);
  const std::string resolved = weir_program(scratch.path(), "plan swept.yaml --resolved").out;
  const Answer first = weir_program(scratch.path(), "schema --modeline swept.yaml");
  CHECK(first.exit == 0);
  CHECK(first.out == "swept.yaml names .weir-schema.json\n");
  const std::string text = scratch.read("swept.yaml");
  CHECK(text == "# yaml-language-server: $schema=.weir-schema.json\n" + std::string(swept_pipeline));
  CHECK(weir_program(scratch.path(), "plan swept.yaml --resolved").out == resolved);
  struct stat there {};
  REQUIRE(stat(pipeline.c_str(), &there) == 0);
  CHECK((there.st_mode & 0777) == 0640);
  const auto schema = nlohmann::json::parse(scratch.read(".weir-schema.json"));
  CHECK(schema["definitions"].contains("trainer.gradient"));

  CHECK(weir_program(scratch.path(), "schema --modeline swept.yaml").exit == 0);  // again: nothing to change
  CHECK(scratch.read("swept.yaml") == text);
  CHECK(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()) == 2);

  fs::create_directories(scratch.path() / "schemas");
  CHECK(weir_program(scratch.path(), "schema --modeline swept.yaml -o schemas/s.json").exit == 0);
  CHECK(scratch.read("swept.yaml") ==
        "# yaml-language-server: $schema=schemas/s.json\n" + std::string(swept_pipeline));
}

TEST_CASE("A pipeline that is only begun, or faulty, gets its modeline too") {
  const ScratchFolder scratch;
  for (const char* text : {"", "nodes:\n", "nodes: {a: {plugin: source/gausian}}\n", "nodes: [\n"}) {
    INFO(text);
    scratch.write("p.yaml", text);
    CHECK(weir_program(scratch.path(), "schema --modeline p.yaml").exit == 0);
    CHECK(scratch.read("p.yaml") ==
          "# yaml-language-server: $schema=.weir-schema.json\n" + std::string(text));
  }
}

TEST_CASE("A plugin that the schema does not know is told, since an editor would underline it") {
  const ScratchFolder scratch;
  scratch.write("p.yaml", "nodes: {a: {plugin: noise/mine}}\n");
  CHECK(weir_program(scratch.path(), "schema --modeline p.yaml").err ==
        "weir: warning: unknown plugin 'noise/mine' (node 'a'); if it is of your own, add --plugin-path "
        "FOLDER\n");
  scratch.write("q.yaml", small_pipeline);
  CHECK(weir_program(scratch.path(), "schema --modeline q.yaml").err.empty());
}

TEST_CASE("A schema is written over an earlier one and over nothing else") {
  const ScratchFolder scratch;
  scratch.write("p.yaml", small_pipeline);
  scratch.write(".weir-schema.json", "{\"title\": \"somebody's\"}\n");
  const Answer refused = weir_program(scratch.path(), "schema --modeline p.yaml");
  CHECK(refused.exit == 2);
  CHECK_THAT(
      refused.err,
      Contains(".weir-schema.json exists and is no schema of pipelines, and nothing else is written over; "
               "name another place with -o"));
  CHECK(scratch.read(".weir-schema.json") == "{\"title\": \"somebody's\"}\n");
  CHECK(scratch.read("p.yaml") == small_pipeline);
  CHECK(weir_program(scratch.path(), "schema -o .weir-schema.json").exit == 2);

  scratch.write("old.json", "{\"title\": \"Weir pipeline\"}\n");
  CHECK(weir_program(scratch.path(), "schema -o old.json").exit == 0);
  CHECK(nlohmann::json::parse(scratch.read("old.json")).contains("definitions"));
  CHECK(weir_program(scratch.path(), "schema -o nowhere/s.json").exit == 4);
  CHECK(weir_program(scratch.path(), "schema --modeline absent.yaml").exit == 2);
}

TEST_CASE("A pipeline that is a link stays one") {
  const ScratchFolder scratch;
  scratch.write("real.yaml", small_pipeline);
  fs::create_symlink("real.yaml", scratch.path() / "p.yaml");
  CHECK(weir_program(scratch.path(), "schema --modeline p.yaml").exit == 0);
  CHECK(fs::is_symlink(scratch.path() / "p.yaml"));
  CHECK_THAT(scratch.read("real.yaml"),
             Catch::StartsWith("# yaml-language-server: $schema=.weir-schema.json\n"));
}

// tests/core/loader.test.cpp -- good plugin libraries, and broken ones in every way that people have met.
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <weir/executor/loader.hpp>
#include <weir/front/plugins/plugin_abi.hpp>

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

const fs::path zoo = WEIR_ZOO_DIR;
const fs::path cage = fs::temp_directory_path() / ("weir-loader-" + std::to_string(getpid()));

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A library of the zoo under another name, with every `from` in it replaced by `to` of the same length.
fs::path altered(const std::string& library, const std::string& name, const std::string& from,
                 const std::string& to) {
  REQUIRE(from.size() == to.size());
  std::string bytes = bytes_of(zoo / library);
  int count = 0;
  for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1), ++count)
    bytes.replace(at, to.size(), to);
  REQUIRE(count > 0);
  fs::create_directories(cage);
  std::ofstream(cage / name, std::ios::binary) << bytes;
  return cage / name;
}

weir::PluginSchema named(const std::string& name, const fs::path& library) {
  weir::PluginSchema schema;
  schema.kind = "zoo";
  schema.name = name;
  schema.library = library.string();
  return schema;
}

std::string refusal(const std::string& name, const fs::path& library) {
  try {
    weir::create(named(name, library));
  } catch (const weir::LoadError& error) {
    return error.what();
  }
  return "loaded";
}

}  // namespace

TEST_CASE("a plugin is made from the library that its schema names, as often as asked") {
  const auto schema = named("tame", zoo / "libweir_zoo_tame.so");
  const auto first = weir::create(schema);
  const auto second = weir::create(schema);

  REQUIRE(first);
  REQUIRE(first.get() != second.get());
  REQUIRE(first->params().size() == 1);
  CHECK(first->params()[0]->name() == "weight");
}

TEST_CASE("a library is described by what its plugins declare") {
  const auto schemas = weir::describe(zoo / "libweir_zoo_tame.so");

  REQUIRE(schemas.size() == 1);
  const weir::PluginSchema& tame = schemas[0];
  CHECK(tame.id() == "zoo/tame");
  CHECK(tame.summary == "An animal that does what it is told");
  CHECK(tame.version == "1.2.3");
  CHECK(tame.licence == "MIT");
  CHECK(tame.library == (zoo / "libweir_zoo_tame.so").string());
  CHECK(tame.build_id.size() == 40);  // SHA-1
  REQUIRE(tame.params.size() == 1);
  CHECK(tame.params[0].fallback == 2.5);
  REQUIRE(tame.outputs.size() == 1);
  CHECK(tame.outputs[0].unit == "kg");
}

TEST_CASE("one library may hold several plugins") {
  const auto schemas = weir::describe(zoo / "libweir_zoo_pair.so");

  REQUIRE(schemas.size() == 2);
  CHECK(schemas[0].id() == "zoo/east");
  CHECK(schemas[1].id() == "zoo/west");
  CHECK(weir::create(named("west", zoo / "libweir_zoo_pair.so")));
  CHECK_THAT(refusal("middle", zoo / "libweir_zoo_pair.so"),
             Contains("the library holds no plugin of that name"));
}

TEST_CASE("a library of another plugin interface is refused by its note, before it is opened") {
  CHECK(refusal("tame", altered("libweir_zoo_tame.so", "libweir_major.so", "abi_major=1", "abi_major=2")) ==
        "cannot load plugin zoo/tame from " + (cage / "libweir_major.so").string() +
            ": zoo/tame was built for plugin interface 2.0 (this weir: 1.0); rebuild it against this weir: "
            "cmake --build BUILD_FOLDER --clean-first, or install a newer weir");
  CHECK_THAT(
      refusal("tame", altered("libweir_zoo_tame.so", "libweir_minor.so", "abi_minor=0", "abi_minor=7")),
      Contains("zoo/tame was built for plugin interface 1.7 (this weir: 1.0); rebuild it"));
}

TEST_CASE("a library of another LibTorch or compiler ABI is refused with each difference") {
  const auto file = altered("libweir_zoo_tame.so", "libweir_torch.so", " libtorch=2.", " libtorch=1.");
  const std::string text = refusal("tame", file);
  CHECK_THAT(text, Contains("was built for LibTorch 1."));
  CHECK_THAT(text, Contains("(this weir: 2."));
  CHECK_THAT(text, !Contains("compiler ABI"));

  CHECK_THAT(
      refusal("tame", altered("libweir_zoo_tame.so", "libweir_abi.so", " cxx11_abi=1", " cxx11_abi=0")),
      Contains("C++11 string ABI 0 (this weir: 1)"));
}

TEST_CASE("a library whose table differs from its note is refused") {
  // Only the note ends its line after the tag; the table's copy of the tag ends with NUL.
  const std::string tag_end = std::string("debug=") + std::string(weir::abi::debug_mode());
  // Under another name: tame itself may be loaded already.
  const auto lame = altered("libweir_zoo_tame.so", "libweir_lame.so", "zoo/tame", "zoo/lame");
  const auto file =
      altered(lame.string(), "libweir_table.so", tag_end + '\0', "DEBUG=" + tag_end.substr(6) + '\0');
  CHECK_THAT(refusal("lame", file), Contains("its table differs from its note"));
}

TEST_CASE("a library without the entry symbol is refused with what to add") {
  CHECK_THAT(refusal("silent", zoo / "libweir_zoo_silent.so"),
             Contains("it lacks the symbol weir_plugin_v1; end each plugin's file with WEIR_PLUGIN(...)"));
}

TEST_CASE("an undefined symbol is told in C++, with whose it is") {
  CHECK_THAT(
      refusal("needy", zoo / "libweir_zoo_needy.so"),
      Contains("it needs 'weir::fodder(std::") && Contains("which this weir does not have; rebuild it"));
}

TEST_CASE("whatever a constructor throws becomes a load error that names the plugin") {
  CHECK_THAT(refusal("failing", zoo / "libweir_zoo_failing.so"),
             StartsWith("cannot load plugin zoo/failing from ") &&
                 Contains("its constructor failed: no cage is left"));
  CHECK_THAT(refusal("wild", zoo / "libweir_zoo_wild.so"),
             Contains("its constructor threw something that is not a std::exception"));
  CHECK_THROWS_AS(weir::describe(zoo / "libweir_zoo_wild.so"), weir::LoadError);
}

TEST_CASE("a name that is taken is refused, and the library registers nothing") {
  weir::create(named("east", zoo / "libweir_zoo_pair.so"));
  const auto copy = altered("libweir_zoo_pair.so", "libweir_copy.so", "zoo/west", "zoo/some");

  CHECK_THAT(refusal("east", copy),
             Contains("zoo/east is already loaded from") && Contains("remove one of the two"));
  CHECK_THAT(refusal("some", copy), Contains("zoo/east is already loaded from"));
}

TEST_CASE("a library that names one plugin twice is refused") {
  const auto file = altered("libweir_zoo_pair.so", "libweir_twice.so", "plugin=zoo/west", "plugin=zoo/east");
  CHECK_THAT(refusal("east", file), Contains("it holds zoo/east twice; give one of them another name"));
}

TEST_CASE("files that are no libraries are refused, not opened") {
  fs::create_directories(cage);
  const std::string good = bytes_of(zoo / "libweir_zoo_tame.so");
  std::ofstream(cage / "libweir_text.so") << "# not a library\n";
  std::ofstream(cage / "libweir_empty.so");
  std::ofstream(cage / "libweir_cut.so", std::ios::binary) << good.substr(0, good.size() / 2);
  std::string narrow = good;
  narrow[4] = 1;  // ELFCLASS32
  std::ofstream(cage / "libweir_32.so", std::ios::binary) << narrow;

  CHECK_THAT(refusal("text", cage / "libweir_text.so"), Contains("it is not an ELF library"));
  CHECK_THAT(refusal("empty", cage / "libweir_empty.so"), Contains("it is not an ELF library"));
  CHECK_THAT(refusal("tame", cage / "libweir_cut.so"), Contains("it is truncated"));
  CHECK_THAT(refusal("tame", cage / "libweir_32.so"), Contains("it is a 32-bit library"));
  CHECK_THAT(refusal("none", cage / "libweir_none.so"), Contains("there is no such file"));
}

TEST_CASE("a schema from before the library was rebuilt is not trusted") {
  auto schema = named("tame", zoo / "libweir_zoo_tame.so");
  schema.build_id = "0000";
  CHECK_THROWS_WITH(weir::create(schema),
                    Contains("the library was rebuilt after its schema was read; run the command again"));
}

TEST_CASE("a second LibTorch in the process is refused") {
  // In a child, because a library once opened stays.
  const std::string command =
      std::string(WEIR_BIN_DIR) + "/weir-run describe " + (zoo / "libweir_zoo_twin.so").string() + " 2>&1";
  FILE* output = popen(command.c_str(), "r");
  REQUIRE(output);
  std::string text;
  std::array<char, 4096> part{};
  while (std::fgets(part.data(), part.size(), output)) text += part.data();
  const int status = pclose(output);

  CHECK(WEXITSTATUS(status) == 3);
  CHECK_THAT(text,
             Contains("it brings a second LibTorch into the process (") && Contains("libc10-0123abcd.so"));
}

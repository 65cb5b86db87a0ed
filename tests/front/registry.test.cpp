// tests/front/registry.test.cpp -- finding plugins, their cached schemas, and schemas as JSON.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <optional>

#include <weir/front/plugins/schema_cache.hpp>

#include "laboratory.hpp"

namespace {

namespace fs = std::filesystem;

// An environment variable for the length of a test.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Environment() {
    if (old_) {
      ::setenv(name_, old_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("plugins are found by id, kind and name", "[front][registry]") {
  const weir::Registry& registry = laboratory::registry();
  REQUIRE(registry.plugin("noise/constant"));
  CHECK(registry.plugin("noise/constant")->param("sigma")->description == "spread of the noise");
  CHECK(registry.plugin("noise/unheard") == nullptr);
  CHECK(registry.plugin("") == nullptr);
  CHECK(registry.names("noise") == std::vector<std::string>{"brownian", "constant", "zero"});
  CHECK(registry.names("unheard").empty());
  CHECK(registry.kinds().front() == "coupling");
  CHECK(std::is_sorted(registry.plugins().begin(), registry.plugins().end(),
                       [](const auto& a, const auto& b) { return a.id() < b.id(); }));
}

TEST_CASE("a schema survives JSON whole", "[front][registry]") {
  for (const weir::PluginSchema& schema : laboratory::registry().plugins()) {
    const auto json = weir::to_json(schema);
    CHECK(weir::to_json(weir::plugin_schema(nlohmann::json::parse(json.dump()))) == json);
  }
  auto json = weir::to_json(*laboratory::registry().plugin("source/gaussian"));
  CHECK(weir::plugin_schema(json).params[0].maximum == 1e9);
  CHECK(weir::plugin_schema(json).params[1].minimum_excluded);
  json.erase("ports");
  CHECK_THROWS_WITH(weir::plugin_schema(json), Catch::StartsWith("a plugin's schema is incomplete: "));
  json = weir::to_json(*laboratory::registry().plugin("source/gaussian"));
  json["params"][0]["type"] = "colour";
  CHECK_THROWS_WITH(weir::plugin_schema(json), "unknown parameter type 'colour'");
}

TEST_CASE("folders are searched in order, once each, and never the working directory", "[front][registry]") {
  const laboratory::Folder a, b, home;
  const Environment path("WEIR_PLUGIN_PATH", b.path().string() + ":.:relative::" + a.path().string());
  const Environment data("XDG_DATA_HOME", home.path().string());
  const auto searched = weir::Registry::find({a.path()}).searched();
  REQUIRE(searched.size() >= 3);
  CHECK(searched[0] == a.path());
  CHECK(searched[1] == b.path());
  CHECK(searched[2] == home.path() / "weir/plugins");
  for (const fs::path& folder : searched) {
    CHECK(folder.is_absolute());
    CHECK(folder != fs::current_path());
  }
  CHECK(std::count(searched.begin(), searched.end(), a.path()) == 1);
}

TEST_CASE("a file that is no library is rejected with the reason, others are not looked at",
          "[front][registry]") {
  const laboratory::Folder folder;
  folder.write("libweir_noise_text.so", "text");
  folder.write("libother.so", "text");
  folder.write("deeper/libweir_noise_deep.so", "text");
  const weir::Registry registry = weir::Registry::find({folder.path()});
  std::vector<fs::path> mine;
  for (const auto& rejected : registry.rejected()) {
    if (!rejected.file.string().starts_with(folder.path().string())) continue;
    mine.push_back(rejected.file);
    CHECK_FALSE(rejected.reason.empty());
  }
  CHECK(mine == std::vector<fs::path>{folder.path() / "libweir_noise_text.so"});
}

TEST_CASE("a cached schema counts only with the library's build id", "[front][registry]") {
  const laboratory::Folder folder, cache;
  const Environment home("XDG_CACHE_HOME", cache.path().string());
  const auto library = folder.write("libweir_noise_zero.so", "bytes");
  const auto plugins = nlohmann::json::array({weir::to_json(*laboratory::registry().plugin("noise/zero"))});
  folder.write(
      "weir-plugins.json",
      nlohmann::json(
          {{"weir_version", "0"},
           {"libraries", {{{"file", "libweir_noise_zero.so"}, {"build_id", "abc"}, {"plugins", plugins}}}}})
          .dump());

  std::string why;
  const auto beside = weir::SchemaCache(folder.path()).schemas(library, "abc", why);
  REQUIRE(beside.size() == 1);
  CHECK(beside[0].id() == "noise/zero");
  CHECK(beside[0].library == library.string());
  CHECK(beside[0].build_id == "abc");

  cache.write("weir/schemas/def.json", plugins.dump());
  CHECK(weir::SchemaCache(folder.path()).schemas(library, "def", why).size() == 1);
  CHECK(why.empty());

  // Neither cache knows this build, a damaged cache is passed over, and nobody beside this program can
  // describe it.
  folder.write("weir-plugins.json", "{ damaged");
  cache.write("weir/schemas/ghi.json", "[1]");
  CHECK(weir::SchemaCache(folder.path()).schemas(library, "ghi", why).empty());
  CHECK_FALSE(why.empty());
}

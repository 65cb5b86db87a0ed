// core/front/plugins/schema_cache.cpp -- the schemas of the plugins in a library, without loading it where that can
// be avoided.
#include <weir/front/plugins/schema_cache.hpp>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>

#include <weir/front/plugins/digest.hpp>
#include <weir/os/child.hpp>
#include <weir/os/replace_file.hpp>

namespace weir {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json read_json(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return in ? json::parse(in, nullptr, false) : json(json::value_t::discarded);
}

fs::path user_cache() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache && *cache == '/') return fs::path(cache) / "weir/schemas";
  return home && *home == '/' ? fs::path(home) / ".cache/weir/schemas" : fs::path();
}

// Where the user's cache keeps a library's schemas; "" if there is none.
fs::path kept_at(const fs::path& library, const std::string& build_id) {
  const fs::path cache = user_cache();
  if (cache.empty()) return cache;
  return cache / ((build_id.empty() ? "sha256-" + file_sha256(library) : build_id) + ".json");
}

void keep(const fs::path& file, const json& plugins) {
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  try {
    os::replace_file(file, plugins.dump());
  } catch (const os::FileError&) {
    // A cache that cannot be written is no fault.
  }
}

// The schemas in a list, each told where its library lies. Throws std::runtime_error for what is no list of
// schemas.
std::vector<PluginSchema> read_list(const json& plugins, const fs::path& library,
                                    const std::string& build_id) {
  if (!plugins.is_array() || plugins.empty()) throw std::runtime_error("it describes no plugins");
  std::vector<PluginSchema> schemas;
  for (const json& plugin : plugins) {
    schemas.push_back(plugin_schema(plugin));
    schemas.back().library = library.string();
    schemas.back().build_id = build_id;
  }
  return schemas;
}

std::optional<std::vector<PluginSchema>> from_cache(const json& plugins, const fs::path& library,
                                                    const std::string& build_id) {
  try {
    return read_list(plugins, library, build_id);
  } catch (const std::exception&) {
    return std::nullopt;  // from an older weir, or damaged: the library is asked again
  }
}

}  // namespace

SchemaCache::SchemaCache(const fs::path& folder) {
  const json cached = read_json(folder / "weir-plugins.json");
  if (!cached.is_object() || !cached.contains("libraries") || !cached["libraries"].is_array()) return;
  for (const json& entry : cached["libraries"]) {
    if (entry.is_object() && entry.contains("file") && entry["file"].is_string())
      beside_[entry["file"].get<std::string>()] = entry;
  }
}

std::optional<std::vector<PluginSchema>> SchemaCache::known(const fs::path& library,
                                                            const std::string& build_id) const {
  const auto beside = beside_.find(library.filename().string());
  if (beside != beside_.end() && !build_id.empty() && beside->second.value("build_id", json()) == build_id) {
    if (auto schemas = from_cache(beside->second.value("plugins", json()), library, build_id)) return schemas;
  }
  const fs::path kept = kept_at(library, build_id);
  return kept.empty() ? std::nullopt : from_cache(read_json(kept), library, build_id);
}

bool SchemaCache::holds(const fs::path& library, const std::string& build_id) const {
  return known(library, build_id).has_value();
}

std::vector<PluginSchema> SchemaCache::schemas(const fs::path& library, const std::string& build_id,
                                               std::string& why_not) {
  if (auto schemas = known(library, build_id)) return *schemas;
  std::error_code error;
  const fs::path runner = fs::read_symlink("/proc/self/exe", error).parent_path() / "weir-run";
  if (!fs::exists(runner, error)) {
    why_not = "its schema is not cached and there is no '" + runner.string() + "' to ask";
    return {};
  }
  const os::ChildOutput answer = os::run_child({runner, {"describe", library.string()}}, 120);
  if (!answer.good()) {
    std::string reason = answer.errors.empty() ? answer.output : answer.errors;
    if (reason.size() > 500) reason.resize(500);
    while (!reason.empty() && reason.back() == '\n') reason.pop_back();
    if (answer.ending.signal > 0 && !answer.timed_out)
      reason = "it crashes the program: " + answer.end + (reason.empty() ? "" : " (" + reason + ")");
    why_not = answer.timed_out ? "asked to describe itself, it gave " + answer.end
                               : "it could not be loaded: " + (reason.empty() ? answer.end : reason);
    return {};
  }
  try {
    const json plugins = json::parse(answer.output, nullptr, false);
    auto schemas = read_list(plugins, library, build_id);
    if (const fs::path kept = kept_at(library, build_id); !kept.empty()) keep(kept, plugins);
    return schemas;
  } catch (const std::exception& fault) {
    why_not = fault.what();
    return {};
  }
}

}  // namespace weir

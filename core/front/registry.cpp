// core/front/registry.cpp -- which plugins are installed, from their cached schemas.
#include <weir/front/registry.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include <weir/front/elf_note.hpp>
#include <weir/front/schema_cache.hpp>
#include <weir/front/trust.hpp>

namespace weir {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// The folders of registry.hpp, in order, each once. A relative entry of the environment is passed over: it
// would mean the working directory. Those from `own` on came with the program.
struct SearchOrder {
  std::vector<fs::path> folders;
  std::size_t own = 0;
};

SearchOrder search_order(const std::vector<fs::path>& given) {
  SearchOrder order;
  std::vector<fs::path>& folders = order.folders;
  const auto add = [&](const fs::path& folder) {
    if (folder.empty() || !folder.is_absolute()) return;
    std::error_code error;
    const fs::path normal = fs::weakly_canonical(folder, error);
    if (std::find(folders.begin(), folders.end(), normal) == folders.end()) folders.push_back(normal);
  };
  for (const fs::path& folder : given) add(fs::absolute(folder));
  const std::string list = environment("WEIR_PLUGIN_PATH");
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t colon = std::min(list.find(':', from), list.size());
    add(list.substr(from, colon - from));
    from = colon + 1;
  }
  const std::string home = environment("HOME");
  const std::string data = environment("XDG_DATA_HOME");
  if (!data.empty() || !home.empty())
    add((data.empty() ? fs::path(home) / ".local/share" : fs::path(data)) / "weir/plugins");
  order.own = folders.size();
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error) add(self.parent_path() / "../lib/weir/plugins");
#ifdef WEIR_INSTALLED_PLUGINS
  add(WEIR_INSTALLED_PLUGINS);
#endif
  return order;
}

std::vector<fs::path> libraries_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  if (fs::is_regular_file(folder, error)) return {folder};
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("libweir_") && name.ends_with(".so")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void sort_by_id(std::vector<PluginSchema>& plugins) {
  std::sort(plugins.begin(), plugins.end(),
            [](const PluginSchema& a, const PluginSchema& b) { return a.id() < b.id(); });
}

}  // namespace

Registry::Registry(std::vector<PluginSchema> plugins) : plugins_(std::move(plugins)) { sort_by_id(plugins_); }

Registry Registry::find(const std::vector<fs::path>& folders) {
  Registry registry;
  const SearchOrder order = search_order(folders);
  registry.searched_ = order.folders;
  std::map<std::string, std::string> owners;  // id -> library
  for (std::size_t i = 0; i < order.folders.size(); ++i) {
    const fs::path& folder = order.folders[i];
    const auto distrust = [&](const fs::path& path) { return i < order.own ? written_by_anyone(path) : ""; };
    if (const std::string why = distrust(folder); !why.empty()) {
      registry.rejected_.push_back({folder, why});
      continue;
    }
    SchemaCache cache(fs::is_directory(folder) ? folder : folder.parent_path());
    for (const fs::path& file : libraries_in(folder)) {
      std::string why = distrust(file);
      if (!why.empty()) {
        registry.rejected_.push_back({file, why});
        continue;
      }
      const auto note = read_note(file, why);
      if (note && why.empty()) why = abi_mismatch(*note);
      std::vector<PluginSchema> schemas;
      if (note && why.empty()) schemas = cache.schemas(file, note->build_id, why);
      if (!why.empty()) {
        registry.rejected_.push_back({file, why});
        continue;
      }
      for (PluginSchema& schema : schemas) {
        const auto [owner, fresh] = owners.emplace(schema.id(), file.string());
        if (fresh) {
          registry.plugins_.push_back(std::move(schema));
        } else {
          registry.rejected_.push_back(
              {file, "shadowed: " + schema.id() + " is taken from " + owner->second});
        }
      }
    }
  }
  sort_by_id(registry.plugins_);
  return registry;
}

const PluginSchema* Registry::plugin(const std::string& id) const {
  const auto found =
      std::lower_bound(plugins_.begin(), plugins_.end(), id,
                       [](const PluginSchema& p, const std::string& wanted) { return p.id() < wanted; });
  return found != plugins_.end() && found->id() == id ? &*found : nullptr;
}

std::vector<std::string> Registry::names(const std::string& kind) const {
  std::vector<std::string> names;
  for (const PluginSchema& schema : plugins_) {
    if (schema.kind == kind) names.push_back(schema.name);
  }
  return names;
}

std::vector<std::string> Registry::kinds() const {
  std::set<std::string> kinds;
  for (const PluginSchema& schema : plugins_) kinds.insert(schema.kind);
  return {kinds.begin(), kinds.end()};
}

}  // namespace weir

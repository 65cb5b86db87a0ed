// core/front/plugins/registry.cpp -- which plugins are installed, from their cached schemas.
#include <weir/front/plugins/registry.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <weir/front/plugins/elf_note.hpp>
#include <weir/front/plugins/schema_cache.hpp>
#include <weir/front/plugins/search_order.hpp>
#include <weir/front/plugins/trust.hpp>

namespace weir {
namespace {

namespace fs = std::filesystem;

void sort_by_id(std::vector<PluginSchema>& plugins) {
  std::sort(plugins.begin(), plugins.end(),
            [](const PluginSchema& a, const PluginSchema& b) { return a.id() < b.id(); });
}

}  // namespace

Registry::Registry(std::vector<PluginSchema> plugins) : plugins_(std::move(plugins)) { sort_by_id(plugins_); }

Registry Registry::find(const std::vector<fs::path>& folders) {
  Registry registry;
  std::map<std::string, std::string> owners;  // id -> library
  for (const auto& [folder, written, from, own, ignored] : search_order(folders)) {
    if (!ignored.empty()) {
      registry.rejected_.push_back({folder, from + " names it: " + ignored, true});
      continue;
    }
    registry.searched_.push_back(folder);
    const auto distrust = [ours = own](const fs::path& path) { return ours ? "" : written_by_anyone(path); };
    if (const std::string why = distrust(written); !why.empty()) {
      registry.rejected_.push_back({folder, why, true});
      continue;
    }
    SchemaCache cache(fs::is_directory(folder) ? folder : folder.parent_path());
    for (const fs::path& file : plugin_libraries(folder)) {
      std::string why = distrust(file);
      if (!why.empty()) {
        registry.rejected_.push_back({file, why, true});
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

std::vector<const PluginSchema*> Registry::named(const std::string& id) const {
  const auto found =
      std::lower_bound(plugins_.begin(), plugins_.end(), id,
                       [](const PluginSchema& p, const std::string& wanted) { return p.id() < wanted; });
  if (found != plugins_.end() && found->id() == id) return {&*found};
  std::vector<const PluginSchema*> of_vendors;
  for (const PluginSchema& schema : plugins_) {
    if (schema.short_id() == id) of_vendors.push_back(&schema);
  }
  return of_vendors;
}

const PluginSchema* Registry::plugin(const std::string& id) const {
  const auto meant = named(id);
  return meant.size() == 1 ? meant.front() : nullptr;
}

std::vector<std::string> Registry::names(const std::string& kind) const {
  std::vector<std::string> names;
  for (const PluginSchema& schema : plugins_) {
    if (schema.kind == kind)
      names.push_back(plugin(schema.short_id()) == &schema ? schema.name : schema.id());
  }
  return names;
}

std::vector<std::string> Registry::kinds() const {
  std::set<std::string> kinds;
  for (const PluginSchema& schema : plugins_) kinds.insert(schema.kind);
  return {kinds.begin(), kinds.end()};
}

}  // namespace weir

// core/front/plugins/registry.hpp -- which plugins are installed, from their cached schemas. Loads no plugin.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <weir/front/plugins/schema.hpp>

namespace weir {

// A library that looked like a plugin but cannot be used, and why; one hidden by an earlier folder; or a folder of them.
struct RejectedLibrary {
  std::filesystem::path file;
  std::string reason;
  bool by_place = false;  // not for what it is, but for where it lies: nothing there was looked at
};

class Registry {
 public:
  // Searches, in this order: `folders` (--plugin-path, then a pipeline's `plugins:`; a library may stand for a folder that
  // holds nothing else), $WEIR_PLUGIN_PATH (colon
  // separated), ${XDG_DATA_HOME:-~/.local/share}/weir/plugins, <executable>/../lib/weir/plugins, the installed libdir.
  // Never the working directory, and, but for those that came with the program, no folder and no file that everyone may
  // write to, directly or further up (trust.hpp). What is passed over for that, or is relative, is among the rejected. Files libweir_*.so, no recursion. Schemas come from `weir-plugins.json` beside the
  // libraries, else from the user's cache (keyed by build id), else `weir-run --describe FILE` is asked once.
  static Registry find(const std::vector<std::filesystem::path>& folders = {});

  // A registry of exactly these schemas; for tests.
  explicit Registry(std::vector<PluginSchema> plugins);
  Registry() = default;

  // The plugin of this full name, or else the only one of this kind/name; nullptr if there is none, or there are several.
  const PluginSchema* plugin(const std::string& id) const;
  std::vector<const PluginSchema*> named(const std::string& id) const;  // all that the name may mean
  // Plugins of a kind by their shortest names in a port of it: full ones where vendors share a name.
  std::vector<std::string> names(const std::string& kind) const;
  std::vector<std::string> kinds() const;
  const std::vector<PluginSchema>& plugins() const { return plugins_; }  // sorted by id
  const std::vector<RejectedLibrary>& rejected() const { return rejected_; }
  const std::vector<std::filesystem::path>& searched() const { return searched_; }

 private:
  std::vector<PluginSchema> plugins_;
  std::vector<RejectedLibrary> rejected_;
  std::vector<std::filesystem::path> searched_;
};

}  // namespace weir

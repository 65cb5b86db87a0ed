// core/front/plugins/schema_cache.hpp -- the schemas of the plugins in a library, without loading it where that can
// be avoided.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <weir/front/plugins/schema.hpp>

namespace weir {

// The cache of one folder. Looks in <folder>/weir-plugins.json, then in
// ${XDG_CACHE_HOME:-~/.cache}/weir/schemas/ <build id>.json, then asks `weir-run describe` and keeps the
// answer there. An entry counts only if its build id is the library's.
class SchemaCache {
 public:
  explicit SchemaCache(const std::filesystem::path& folder);

  // Whether they are known without asking the library: from beside it, or from the user's cache.
  bool holds(const std::filesystem::path& library, const std::string& build_id) const;

  // `why_not` says why there are none.
  std::vector<PluginSchema> schemas(const std::filesystem::path& library, const std::string& build_id,
                                    std::string& why_not);

 private:
  std::optional<std::vector<PluginSchema>> known(const std::filesystem::path& library,
                                                 const std::string& build_id) const;

  std::map<std::string, nlohmann::json> beside_;  // file name -> entry of weir-plugins.json
};

}  // namespace weir

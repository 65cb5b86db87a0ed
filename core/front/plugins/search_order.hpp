// core/front/plugins/search_order.hpp -- where plugins are looked for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weir {

struct SearchedFolder {
  std::filesystem::path folder;
  std::filesystem::path written;  // as it was given, before links were followed
  std::string from;               // who says so: "--plugin-path", "WEIR_PLUGIN_PATH", ...
  bool own = false;               // came with the program, and is trusted as it is
  std::string ignored;            // why it is passed over after all; "" if it is not
};

// The folders of registry.hpp in their order, each once; `given` come first. A relative one of WEIR_PLUGIN_PATH is passed over.
std::vector<SearchedFolder> search_order(const std::vector<std::filesystem::path>& given);

// libweir_*.so in a folder, sorted; none if it is not there.
std::vector<std::filesystem::path> plugin_libraries(const std::filesystem::path& folder);

}  // namespace weir

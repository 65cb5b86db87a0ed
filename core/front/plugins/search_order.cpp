// core/front/plugins/search_order.cpp -- where plugins are looked for.
#include <weir/front/plugins/search_order.hpp>

#include <algorithm>
#include <cstdlib>

namespace weir {
namespace fs = std::filesystem;
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

std::vector<SearchedFolder> search_order(const std::vector<fs::path>& given) {
  std::vector<SearchedFolder> order;
  const auto add = [&](const fs::path& folder, const std::string& from, bool own = false) {
    if (folder.empty()) return;
    if (!folder.is_absolute()) {
      order.push_back({folder, folder, from, own,
                       "it is relative, and would mean another folder in each working directory"});
      return;
    }
    std::error_code error;
    const fs::path normal = fs::weakly_canonical(folder, error);
    if (std::ranges::none_of(order, [&](const SearchedFolder& known) { return known.folder == normal; }))
      order.push_back({normal, folder, from, own, ""});
  };
  for (const fs::path& folder : given) add(fs::absolute(folder), "--plugin-path");
  const std::string list = environment("WEIR_PLUGIN_PATH");
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t colon = std::min(list.find(':', from), list.size());
    add(list.substr(from, colon - from), "WEIR_PLUGIN_PATH");
    from = colon + 1;
  }
  const std::string home = environment("HOME");
  const std::string data = environment("XDG_DATA_HOME");
  if (!data.empty())
    add(fs::path(data) / "weir/plugins", "XDG_DATA_HOME");
  else if (!home.empty())
    add(fs::path(home) / ".local/share/weir/plugins", "the user's");
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error) add(self.parent_path() / "../lib/weir/plugins", "beside the program", true);
#ifdef WEIR_INSTALLED_PLUGINS
  add(WEIR_INSTALLED_PLUGINS, "the installed ones", true);
#endif
  return order;
}

std::vector<fs::path> plugin_libraries(const fs::path& folder) {
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

}  // namespace weir

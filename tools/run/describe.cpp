// tools/run/describe.cpp -- the schema cache.
#include "describe.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include <weir/executor/loader.hpp>
#include <weir/front/plugins/elf_note.hpp>
#include <weir/os/replace_file.hpp>

namespace {

nlohmann::json schemas_of(const std::filesystem::path& library) {
  nlohmann::json list = nlohmann::json::array();
  for (const weir::PluginSchema& schema : weir::describe(library)) list.push_back(weir::to_json(schema));
  return list;
}

}  // namespace

int describe_library(const std::filesystem::path& library) {
  try {
    std::cout << schemas_of(library).dump(1) << "\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 3;
  }
}

int cache_folder(const std::filesystem::path& folder) {
  const auto file = folder / "weir-plugins.json";
  std::vector<std::filesystem::path> libraries;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("libweir_") && name.ends_with(".so")) libraries.push_back(entry.path());
  }
  std::ranges::sort(libraries);

  nlohmann::json cached = nlohmann::json::array();
  bool complete = true;
  for (const auto& library : libraries) {
    const std::string name = library.filename().string();
    std::string why_not;
    const auto note = weir::read_note(library, why_not);
    const std::string build_id = note ? note->build_id : "";
    try {
      cached.push_back({{"file", name}, {"build_id", build_id}, {"plugins", schemas_of(library)}});
    } catch (const std::exception& error) {
      std::cerr << error.what() << "\n";
      complete = false;
    }
  }
  const nlohmann::json all = {{"weir_version", WEIR_VERSION}, {"libraries", cached}};
  try {
    weir::os::replace_file(file, all.dump(1) + "\n");
  } catch (const weir::os::FileError& error) {
    std::cerr << error.what() << "\n";
    return 4;
  }
  return complete ? 0 : 3;
}

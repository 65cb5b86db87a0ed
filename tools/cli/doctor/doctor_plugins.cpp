// tools/cli/doctor/doctor_plugins.cpp -- weir doctor: where plugins are looked for, and what is there.
#include <fmt/format.h>

#include <algorithm>

#include <weir/front/faults/wording.hpp>
#include <weir/front/plugins/elf_note.hpp>
#include <weir/front/plugins/registry.hpp>
#include <weir/front/plugins/schema_cache.hpp>
#include <weir/front/plugins/search_order.hpp>
#include <weir/front/plugins/trust.hpp>
#include <weir/text/shell_word.hpp>

#include "doctor.hpp"

namespace weir::tools {
namespace {

namespace fs = std::filesystem;

// How many libraries of the folder are not in a cache, and would be asked one by one.
std::size_t uncached(const fs::path& folder) {
  const SchemaCache cache(folder);
  std::size_t count = 0;
  for (const fs::path& library : plugin_libraries(folder)) {
    std::string why_not;
    const auto note = read_note(library, why_not);
    if (note && abi_mismatch(*note).empty() && !cache.holds(library, note->build_id)) ++count;
  }
  return count;
}

bool lies_in(const fs::path& file, const fs::path& folder) {
  return file == folder || file.parent_path() == folder;
}

Finding examine_folder(const SearchedFolder& searched, std::size_t asked, const Registry& registry,
                       const Facts& facts) {
  const fs::path& folder = searched.folder;  // clang 14 cannot capture parts of a structured binding
  const std::string& from = searched.from;
  const std::string place = fmt::format("{} ({})", folder.string(), from);
  const auto finding = [&](Health health, const std::string& what, const std::string& remedy = "") {
    return Finding{health, "plugins", place + ": " + what, remedy};
  };
  if (!searched.ignored.empty()) return finding(Health::warning, searched.ignored, "write it from / on");
  if (!fs::is_directory(folder)) {
    if (from == "WEIR_PLUGIN_PATH" || from == "--plugin-path")
      return finding(Health::warning, "there is no such folder", "correct " + from);
    return finding(Health::fine, "not there");
  }
  const auto count = static_cast<std::size_t>(std::ranges::count_if(
      registry.plugins(), [&](const PluginSchema& plugin) { return lies_in(plugin.library, folder); }));
  const auto failed = static_cast<std::size_t>(
      std::ranges::count_if(registry.rejected(),
                            [&](const auto& each) { return lies_in(each.file, folder); }) +
      std::ranges::count_if(facts.unusable, [&](const auto& each) { return lies_in(each.first, folder); }));
  std::string text = wording::count(count, "plugin");
  if (failed > 0) text += fmt::format(", {} that cannot be used", failed);
  if (asked == 0) return finding(Health::fine, text + (count > 0 ? ", schemas cached" : ""));
  text += fmt::format(", schemas of {} were not cached",
                      asked == 1 ? "1 library" : fmt::format("{} libraries", asked));
  return searched.own ? finding(Health::warning, text, "weir-run cache " + path_word(folder.string()))
                      : finding(Health::fine, text);
}

Finding examine_trust() {
  const fs::path file = trust_file();
  const auto folders = trusted_folders();
  if (!fs::exists(file))
    return {Health::fine, "trusted",
            fmt::format("{}: not there, so no folder that a pipeline names", file.string())};
  if (const std::string why = written_by_anyone(file); !why.empty())
    return {Health::broken, "trusted", why,
            fmt::format("look through it, then chmod o-w {}", path_word(file.string()))};
  for (const fs::path& folder : folders)
    if (!fs::is_directory(folder))
      return {Health::warning, "trusted",
              fmt::format("{} names {}, which is not there", file.string(), folder.string()),
              "delete the line"};
  return {Health::fine, "trusted",
          fmt::format("{}: {}", file.string(), wording::count(folders.size(), "folder"))};
}

}  // namespace

std::vector<Finding> examine_plugins(const std::vector<std::string>& folders, Facts& facts) {
  const std::vector<fs::path> given(folders.begin(), folders.end());
  const auto order = search_order(given);
  std::vector<std::size_t> asked;  // before the registry asks them
  for (const SearchedFolder& searched : order)
    asked.push_back(searched.ignored.empty() ? uncached(searched.folder) : 0);
  const Registry registry = Registry::find(given);
  std::vector<fs::path> libraries;
  for (const PluginSchema& plugin : registry.plugins())
    if (std::ranges::find(libraries, fs::path(plugin.library)) == libraries.end())
      libraries.emplace_back(plugin.library);
  facts = facts_of(libraries);

  std::vector<Finding> findings;
  for (std::size_t i = 0; i < order.size(); ++i)
    findings.push_back(examine_folder(order[i], asked[i], registry, facts));
  for (const RejectedLibrary& rejected : registry.rejected()) {
    if (rejected.file.is_relative()) continue;  // said of its folder above
    const bool hidden = rejected.reason.starts_with("shadowed: ");
    findings.push_back({hidden || fs::is_directory(rejected.file) ? Health::warning : Health::broken,
                        "plugin", fmt::format("{}: {}", rejected.file.string(), rejected.reason),
                        hidden ? "remove one of the two, or change the order of the folders" : ""});
  }
  for (const auto& [library, why] : facts.unusable)
    findings.push_back(
        {Health::broken, "plugin", fmt::format("{}: {}", library, why), "build it again, or remove it"});
  findings.push_back(examine_trust());
  return findings;
}

}  // namespace weir::tools

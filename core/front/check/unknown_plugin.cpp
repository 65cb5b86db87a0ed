// core/front/check/unknown_plugin.cpp -- the fault of a plugin that is not installed.
#include <weir/front/check/unknown_plugin.hpp>

#include <fmt/format.h>
#include <algorithm>

#include <weir/front/faults/wording.hpp>
#include <weir/front/plugins/data_files.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir::check {
namespace {

using wording::quote;

constexpr std::size_t most_listed = 12;

// Ids that end in "/name", for a name written without its kind.
std::vector<std::string> with_name(const Registry& registry, const std::string& name) {
  std::vector<std::string> ids;
  for (const PluginSchema& schema : registry.plugins()) {
    if (schema.name == name) ids.push_back(schema.id());
  }
  return ids;
}

}  // namespace

Fault unknown_plugin(const Registry& registry, const yaml::Node& plugin, const std::string& kind,
                     const std::string& node) {
  if (!plugin.is_scalar()) {
    return value_fault(
        "W206", plugin,
        "'plugin' of node " + quote(node) + " must be kind/name, not " + yaml::describe(plugin));
  }
  const std::string& written = plugin.text;
  const std::size_t slash = written.find('/');
  const std::string id = slash != std::string::npos || kind.empty() ? written : kind + "/" + written;
  if (const auto meant = registry.named(id); meant.size() > 1) {
    std::vector<std::string> ids;
    for (const PluginSchema* schema : meant) ids.push_back(schema->id());
    return value_fault("W201", plugin,
                       "plugin " + quote(id) + " is there from several vendors (node " + quote(node) + ")",
                       "write " + wording::either(ids));
  }
  PluginSchema parts;
  parts.set_id(id);
  const std::string of = slash != std::string::npos ? parts.kind : kind;
  Fault fault = value_fault("W201", plugin, "unknown plugin " + quote(id) + " (node " + quote(node) + ")");
  if (of.empty()) {
    fault.message = "a plugin is named kind/name, unlike " + quote(written) + " (node " + quote(node) + ")";
    const auto ids = with_name(registry, written);
    if (!ids.empty()) fault.remedy = "did you mean " + wording::either(ids) + "?";
  }
  if (fault.remedy.empty() && of == "source" && parts.vendor.empty())
    fault.remedy = data_files::reading_word(parts.name);
  std::vector<std::string> candidates;
  for (const PluginSchema& schema : registry.plugins())
    candidates.push_back(slash == std::string::npos && schema.kind == kind ? schema.name : schema.id());
  if (fault.remedy.empty()) fault.remedy = wording::did_you_mean(written, candidates);
  const auto kinds = registry.kinds();
  const bool known_kind = std::find(kinds.begin(), kinds.end(), of) != kinds.end();
  if (known_kind) {
    auto names = registry.names(of);
    if (names.size() > most_listed) names.resize(most_listed), names.push_back("...");
    fault.notes.push_back("plugins of kind " + of + ": " + wording::listed(names));
  } else {
    fault.notes.push_back(kinds.empty() ? "no plugins are installed" : "kinds: " + wording::listed(kinds));
  }
  std::vector<std::string> folders;
  for (const auto& folder : registry.searched()) folders.push_back(folder.string());
  if (!folders.empty())
    fault.notes.push_back("searched: " + wording::listed(folders) + "; --plugin-path names one more");
  std::size_t shown = 0;
  for (const RejectedLibrary& rejected : registry.rejected()) {
    if (shown++ == most_listed) {
      fault.notes.push_back(
          fmt::format("and {} more: weir plugins --failed", registry.rejected().size() - most_listed));
      break;
    }
    fault.notes.push_back("rejected: " + rejected.file.string() + ": " + rejected.reason);
  }
  return fault;
}

}  // namespace weir::check

// tools/check/library.cpp -- which checks are made of which plugins, and in what order.
#include "library.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <weir/executor/loader.hpp>
#include <weir/front/pipeline.hpp>
#include <weir/text/shell_word.hpp>

#include <check/bench/broken.hpp>
#include "checks/checks.hpp"

namespace weir::conformance {
namespace {

namespace fs = std::filesystem;

std::string repeating(const Arguments& arguments, const Row& row, bool alone) {
  std::string command = "weir plugin check " + shell_word(row.library.string()) + " --only " + row.check;
  if (!alone) command += " --plugin " + row.plugin;
  if (!arguments.with.empty()) command += " --with " + shell_word(arguments.with.string());
  for (const fs::path& folder : arguments.folders) command += " --plugin-path " + shell_word(folder.string());
  if (row.check == "bounds") command += fmt::format(" --seed {}", arguments.seed);
  return command + " --in-process";
}

// The schemas of a library's plugins as JSON; its refusals are shown as they are.
std::string load(const fs::path& library) {
  const std::string name = library.filename().string();
  require(name.starts_with("libweir_") && name.ends_with(".so"), "a plugin library is called libweir_*.so",
          name + ", which weir would not look at",
          "name it as weir_add_plugin does: libweir_<kind>_<name>.so");
  nlohmann::json schemas = nlohmann::json::array();
  try {
    for (const PluginSchema& schema : describe(library)) schemas.push_back(to_json(schema));
  } catch (const LoadError& refusal) {
    throw Broken("it is a plugin library that this weir can load", refusal.what(), "");
  }
  return schemas.dump();
}

// The plugins of the library before all others of their names.
Registry registry_with(const std::vector<PluginSchema>& own, const Registry& installed) {
  std::vector<PluginSchema> all = own;
  for (const PluginSchema& plugin : installed.plugins())
    if (std::ranges::none_of(own, [&](const PluginSchema& mine) { return mine.id() == plugin.id(); }))
      all.push_back(plugin);
  return Registry(std::move(all));
}

void refuse_unknown(const std::string& what, const std::string& word, const std::vector<std::string>& known) {
  if (word.empty() || std::ranges::find(known, word) != known.end()) return;
  const std::string near = nearest(word, known);
  throw std::invalid_argument(fmt::format("unknown {} '{}'{}\n{}s: {}", what, word,
                                          near.empty() ? "" : fmt::format(", did you mean '{}'?", near), what,
                                          fmt::join(known, ", ")));
}

std::vector<std::string> names_of_checks() {
  std::vector<std::string> names = {loads};
  for (const Check& check : checks()) names.push_back(check.name);
  return names;
}

class Kit {
 public:
  Kit(const Arguments& arguments, const std::function<void(const Row&)>& show)
      : arguments_(arguments), show_(show), installed_(Registry::find(arguments.folders)) {
    if (!arguments.with.empty()) with_ = fs::absolute(arguments.with);
  }

  void check(const fs::path& library) {
    const fs::path file = fs::absolute(library);  // a check has a working directory of its own
    const Row& loaded = judge(library, "", loads, true, [&](const Trying&) { return load(file); });
    if (loaded.verdict.status != Verdict::Status::ok) return;
    std::vector<PluginSchema> plugins;
    for (const nlohmann::json& schema : nlohmann::json::parse(loaded.verdict.note))
      plugins.push_back(plugin_schema(schema));
    rows_.back().verdict.note = wording_of(plugins.size());
    if (arguments_.only.empty() || arguments_.only == loads)
      show_(rows_.back());
    else
      rows_.pop_back();
    if (arguments_.only == loads) return;
    std::vector<std::string> ids;
    for (const PluginSchema& schema : plugins) ids.push_back(schema.id());
    if (arguments_.libraries.size() == 1) refuse_unknown("plugin", arguments_.plugin, ids);
    const Registry registry = registry_with(plugins, installed_);
    if (!with_.empty())
      require_use(read_pipeline(with_, registry), ids);  // its faults are shown once, not by every check
    for (const PluginSchema& schema : plugins) {
      if (arguments_.plugin.empty() || arguments_.plugin == schema.id())
        check({&registry, schema, {}, with_}, library, plugins.size() == 1);
    }
  }

  std::vector<Row> rows() && { return std::move(rows_); }

 private:
  // A pipeline without the plugins would be passed over in silence.
  void require_use(const Graph& graph, const std::vector<std::string>& ids) const {
    if (arguments_.libraries.size() > 1) return;  // it may be for another of them
    for (const GraphNode& node : graph.nodes)
      if (std::ranges::find(ids, node.plugin) != ids.end()) return;
    throw std::invalid_argument(
        fmt::format("--with {}: no node of it is {}; name a pipeline that uses the library's plugins",
                    with_.string(), fmt::join(ids, " or ")));
  }

  static std::string wording_of(std::size_t plugins) {
    return plugins == 1 ? "1 plugin" : fmt::format("{} plugins", plugins);
  }

  void check(const Subject& subject, const fs::path& library, bool alone) {
    std::string no_run;  // why checks that run it cannot be made
    for (const Check& check : checks()) {
      if (!arguments_.only.empty() && arguments_.only != check.name) continue;
      const Row& row = judge(library, subject.schema.id(), check.name, alone, [&](const Trying& trying) {
        if (check.runs && !no_run.empty()) throw Skipped(no_run);
        return check.hold({subject, arguments_.seed, trying});
      });
      show_(row);
      if (check.name != "defaults") continue;
      if (row.verdict.status == Verdict::Status::failed) no_run = "it needs 'defaults' to hold";
      if (row.verdict.status == Verdict::Status::skipped) no_run = "as 'defaults'";
    }
  }

  const Row& judge(const fs::path& library, const std::string& plugin, const std::string& check, bool alone,
                   const Work& work) {
    Row row{library, plugin, check, {}, ""};
    row.verdict = arguments_.in_process ? judged(work, [](const std::string&) {})
                                        : judged_apart(work, arguments_.timeout);
    row.repeat = repeating(arguments_, row, alone);
    rows_.push_back(std::move(row));
    if (check == loads && rows_.back().verdict.status != Verdict::Status::ok) show_(rows_.back());
    return rows_.back();
  }

  const Arguments& arguments_;
  const std::function<void(const Row&)>& show_;
  Registry installed_;
  fs::path with_;
  std::vector<Row> rows_;
};

}  // namespace

std::vector<Row> check_libraries(const Arguments& arguments, const std::function<void(const Row&)>& show) {
  refuse_unknown("check", arguments.only, names_of_checks());
  Kit kit(arguments, show);
  for (const fs::path& library : arguments.libraries) kit.check(library);
  return std::move(kit).rows();
}

}  // namespace weir::conformance

// core/front/pipeline.cpp -- from a YAML file and a registry to a checked graph.
#include <weir/front/pipeline.hpp>

#include <algorithm>
#include <tuple>

#include <weir/front/check/check.hpp>
#include <weir/front/faults/wording.hpp>
#include <weir/front/sweep/sweep.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir {
namespace {

using check::Draft;

std::vector<Setting> settings_of(const PipelineOptions& options, Faults& faults) {
  std::vector<Setting> settings;
  for (const auto& [path, text] : options.set) {
    const Place place{wording::printable("--set " + path + "=" + text), 0, 0, 1};
    if (auto value = yaml::read_value(text, place, faults))
      settings.push_back({path, place, std::move(*value)});
  }
  return settings;
}

// Everything but report, sweep and expect; leaves in `tree` what was checked.
Draft check_tree(yaml::Node& tree, const std::vector<Setting>& settings, const PipelineOptions& options,
                 const std::string& file, const Registry& registry) {
  Draft draft{registry};
  draft.graph.file = file;
  if (!options.resolved) substitute_vars(tree, settings, draft.faults);
  for (const Setting& setting : settings) assign(tree, setting, registry, draft.faults);
  remove_taken_names(tree, draft.broken, draft.faults);
  WrittenBlocks blocks = expand_blocks(tree, registry, draft.faults);
  draft.first_rounds = std::move(blocks.first_rounds);
  draft.broken.merge(blocks.broken);
  check::read_header(tree, options, draft);
  check::read_nodes(tree, draft);
  check::resolve_links(draft);
  check::order_nodes(draft);
  return draft;
}

std::string main_trace(const Graph& graph) {
  std::string first;
  const auto is_trace = [&](const std::string& path) {
    const auto [node, name] = graph.locate(path);
    const OutputSchema* output = node ? node->schema.output(name) : nullptr;
    return output && output->kind == "trace";
  };
  for (const Reported& reported : graph.report) {
    if (is_trace(reported.what)) return reported.what;
  }
  for (const GraphNode& node : graph.nodes) {
    for (const OutputSchema& output : node.schema.outputs) {
      if (output.kind == "trace" && first.empty()) first = node.path + "." + output.name;
    }
  }
  return first;
}

// By place, the pipeline's own file first; each fault once, and none that a value has only because its var is
// unknown or its name in a block stands for nothing. A fault in a block is said of the first round that has it.
void arrange(Faults& faults, const std::string& file,
             const std::map<std::string, std::string>& first_rounds) {
  const auto is_cause = [](const Fault& f) {
    return f.code == "W123" || f.code == "W125" || f.code == "W128";
  };
  Faults causes;
  std::ranges::copy_if(faults, std::back_inserter(causes), is_cause);
  std::erase_if(faults, [&](const Fault& fault) {
    return !is_cause(fault) &&
           std::ranges::any_of(causes, [&](const Fault& f) { return f.place == fault.place; });
  });
  const auto key = [&](const Fault& fault) {
    return std::tuple(fault.place.file != file, fault.place.file, fault.place.line, fault.place.column);
  };
  std::stable_sort(faults.begin(), faults.end(),
                   [&](const Fault& a, const Fault& b) { return key(a) < key(b); });
  const auto of_first_round = [&](std::string message) {
    for (const auto& [prefix, first] : first_rounds) {
      for (std::size_t at = 0; (at = message.find("'" + prefix, at)) != std::string::npos; ++at)
        message.replace(at + 1, prefix.size(), first);
    }
    return message;
  };
  const auto same = [&](const Fault& a, const Fault& b) {
    return a.code == b.code && a.place == b.place && of_first_round(a.message) == of_first_round(b.message);
  };
  faults.erase(std::unique(faults.begin(), faults.end(), same), faults.end());
}

}  // namespace

class Experiment::Reading {
 public:
  Reading(const std::filesystem::path& file, const Registry& registry, const PipelineOptions& options)
      : file_(file.string()), registry_(registry), options_(options) {
    Faults faults;
    auto document = options.resolved ? read_resolved_document(file, faults) : read_document(file, faults);
    if (!document) refuse(std::move(faults), {});
    document_ = std::move(document->root);
    files_ = std::move(document->files);
    settings_ = settings_of(options, faults);
    yaml::Node tree = document_;
    Draft draft = check_tree(tree, settings_, options_, file_, registry_);
    draft.faults.insert(draft.faults.begin(), faults.begin(), faults.end());
    check::read_report(tree, draft);
    sweep_ = check::read_sweep(
        tree, [this](const auto& more) { return recheck(more); }, draft);
    check::read_expect(tree, draft);
    check::read_compare(tree, draft);
    if (!draft.faults.empty()) refuse(std::move(draft.faults), draft.first_rounds);
    graph_ = std::move(draft.graph);
    graph_.source = std::move(document->source);
    graph_.main_trace = main_trace(graph_);
    Faults unnamed;
    for (auto& [choice, structure] : sweep_.structures) finish(structure, unnamed);
    if (!unnamed.empty()) refuse(std::move(unnamed), {});
  }

  const Graph& graph() const { return graph_; }
  const std::vector<std::filesystem::path>& files() const { return files_; }

  Graph run(const Combination& combination) {
    if (sweep_.settings.empty()) return graph_;
    const auto choice = sweep_.choice(combination);
    auto found = sweep_.structures.find(choice);
    if (found == sweep_.structures.end()) {
      Draft draft = recheck(sweep_.settings_of(choice));
      check::Structure structure = check::checked_structure(sweep_, draft);
      finish(structure, draft.faults);
      if (!draft.faults.empty()) refuse(std::move(draft.faults), draft.first_rounds);
      return check::patched(structure, combination);  // not kept: there are many
    }
    return check::patched(found->second, combination);
  }

 private:
  [[noreturn]] void refuse(Faults faults, const std::map<std::string, std::string>& first_rounds) const {
    arrange(faults, file_, first_rounds);
    throw InvalidPipeline(std::move(faults));
  }

  Draft recheck(const std::vector<Setting>& more) const {
    yaml::Node copy = document_;
    auto all = settings_;
    all.insert(all.end(), more.begin(), more.end());
    return check_tree(copy, all, options_, file_, registry_);
  }

  // What is judged and shown of every run, whose names must be there in each structure.
  void finish(check::Structure& structure, Faults& faults) const {
    Draft draft{registry_};
    draft.graph = std::move(structure.graph);
    const auto named = [&](const std::string& what, const Place& place) {
      if (!what.empty()) check::named_output(what, place, draft);
    };
    for (const Reported& each : graph_.report) named(each.what, each.place);
    for (const Expectation& each : graph_.expect) named(each.that, each.place), named(each.other, each.place);
    for (const ExpectedOrder& each : graph_.compare) {
      named(each.that, each.place);
      if (each.that.empty()) named(each.less, each.place), named(each.than, each.place);
    }
    faults.insert(faults.end(), draft.faults.begin(), draft.faults.end());
    structure.graph = std::move(draft.graph);
    structure.graph.report = graph_.report;
    structure.graph.expect = graph_.expect;
    structure.graph.compare = graph_.compare;
    structure.graph.sweep = graph_.sweep;
    structure.graph.source = graph_.source;
    structure.graph.main_trace = main_trace(structure.graph);
  }

  std::string file_;
  const Registry& registry_;
  PipelineOptions options_;
  yaml::Node document_;
  std::vector<std::filesystem::path> files_;
  std::vector<Setting> settings_;
  check::CheckedSweep sweep_;
  Graph graph_;
};

Experiment::Experiment(const std::filesystem::path& file, const Registry& registry,
                       const PipelineOptions& options)
    : reading_(std::make_unique<Reading>(file, registry, options)) {}
Experiment::~Experiment() = default;
Experiment::Experiment(Experiment&&) noexcept = default;
const Graph& Experiment::graph() const { return reading_->graph(); }
const std::vector<std::filesystem::path>& Experiment::files() const { return reading_->files(); }
Graph Experiment::run(const Combination& combination) { return reading_->run(combination); }

Graph read_pipeline(const std::filesystem::path& file, const Registry& registry,
                    const PipelineOptions& options) {
  return Experiment(file, registry, options).graph();
}

std::vector<NamedFolder> plugin_folders(const std::filesystem::path& file) {
  Faults ignored;
  std::vector<NamedFolder> folders;
  const auto document = read_document(file, ignored);
  const yaml::Entry* plugins = document ? document->root.find("plugins") : nullptr;
  if (!plugins) return folders;
  const auto list = plugins->value.is_list() ? plugins->value.items : std::vector<yaml::Node>{plugins->value};
  for (const yaml::Node& folder : list) {
    if (folder.is_scalar() && !folder.text.empty()) folders.push_back({absolute_path(folder), folder.place});
  }
  return folders;
}

}  // namespace weir

// tools/lab/records/sampling.cpp -- the pipeline that draws new samples from a trained field of a record.
#include "sampling.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>

#include <weir/record/data/dotted_path.hpp>
#include <weir/text/shell_word.hpp>

#include <system/existing_file.hpp>
#include <system/exit.hpp>

namespace weir::tools {
namespace {

using nlohmann::json;

constexpr auto start_name = "start", trained_name = "trained", sample_name = "sample", drawn_name = "drawn",
               unscaled_name = "unscaled";

[[noreturn]] void refuse(const RecordedRun& record, const std::string& why) {
  throw CommandError(invalid, fmt::format("{}: {}", record.file().string(), why));
}

const Link* end_of(const GraphNode& node, const std::string& port) {
  const auto found = node.ports.find(port);
  return found == node.ports.end() || found->second.empty() ? nullptr : &found->second.front().second;
}

// A graph made of parts of a recorded one. What a part needs comes with it; the training itself is replaced by what it gave.
class Parts {
 public:
  Parts(const Graph& recorded, const GraphNode& trainer, Graph& into)
      : recorded_(recorded), trainer_(trainer), into_(into) {}

  // A link of the recorded graph as one of the new graph, with all that it leads to.
  Link linked(const Link& link) {
    if (link.node == trainer_.path) return {trained_name, "", {}};
    return {moved(link.node, "", ""), link.output, {}};
  }

  // The same for a port of a new node: what stood inside a node stays inside one.
  Link inside(const Link& link, const std::string& parent, const std::string& port) {
    const GraphNode* node = recorded_.node(link.node);
    if (node->parent.empty()) return linked(link);
    return {moved(link.node, parent + "." + port, parent), link.output, {}};
  }

 private:
  // A node and those inside it under a new name; "" is its own, in which a block's points become underscores, or the last part of one
  // that stood inside another.
  std::string moved(const std::string& path, std::string name, const std::string& parent) {
    if (const auto known = names_.find(path); known != names_.end() && parent.empty()) return known->second;
    if (name.empty()) {
      name = recorded_.node(path)->parent.empty() ? path : path.substr(path.rfind('.') + 1);
      std::ranges::replace(name, '.', '_');
      name = fresh(name);
    }
    names_[path] = name;
    std::vector<GraphNode> copies;
    for (const GraphNode& node : recorded_.nodes) {
      if (node.path != path && !node.path.starts_with(path + ".")) continue;
      GraphNode copy = node;
      copy.path = name + node.path.substr(path.size());
      copy.parent = node.path == path ? parent : name + node.parent.substr(path.size());
      copies.push_back(std::move(copy));
    }
    for (GraphNode& copy : copies)
      for (auto& [port, ends] : copy.ports)
        for (auto& [key, link] : ends)
          link = link.node.starts_with(path + ".")
                     ? Link{name + link.node.substr(path.size()), link.output, {}}
                     : linked(link);
    into_.nodes.insert(into_.nodes.end(), copies.begin(), copies.end());
    return name;
  }

  std::string fresh(std::string name) {
    while (!taken_.insert(name).second) name += "_";
    return name;
  }

  const Graph& recorded_;
  const GraphNode& trainer_;
  Graph& into_;
  std::map<std::string, std::string> names_;
  std::set<std::string> taken_{start_name, trained_name, sample_name, drawn_name, unscaled_name};
};

const GraphNode& trainer_of(const Graph& graph, const RecordedRun& record, const std::string& name) {
  std::vector<std::string> names;
  for (const GraphNode& node : graph.nodes)
    if (node.schema.kind == "trainer" && end_of(node, "model")) names.push_back(node.path);
  if (!name.empty() && !std::ranges::count(names, name))
    refuse(record, fmt::format("there is no trained field '{}'{}; there are: {}", name,
                               suggestion(name, names), fmt::join(names, ", ")));
  if (names.empty()) refuse(record, "it has no trainer with a model, of which new samples could be drawn");
  if (name.empty() && names.size() > 1)
    refuse(record,
           fmt::format("it has several trained fields: {}; name one: weir sample {}:{}",
                       fmt::join(names, ", "), path_word(record.file().string()), shell_word(names.back())));
  return *graph.node(name.empty() ? names.front() : name);
}

bool leads_to(const Graph& graph, const std::string& from, const GraphNode& trainer,
              std::set<std::string>& seen) {
  if (from == trainer.path) return true;
  if (!seen.insert(from).second || graph.node(from)->schema.kind == "trainer") return false;
  for (const auto& [port, ends] : graph.node(from)->ports)
    for (const auto& [key, link] : ends)
      if (leads_to(graph, link.node, trainer, seen)) return true;
  return false;
}

// The node by which the record itself followed the field: what it put between.
const GraphNode* flow_of(const Graph& graph, const GraphNode& trainer) {
  for (const GraphNode& node : graph.nodes) {
    const Link* field = end_of(node, "field");
    if (node.schema.kind != "integrator" || !field) continue;
    std::set<std::string> seen;
    if (end_of(node, "start")) seen.insert(end_of(node, "start")->node);
    if (leads_to(graph, field->node, trainer, seen)) return &node;
  }
  return nullptr;
}

// What the x0 (`end` is "source") or x1 ("target") of a training were drawn from: through the couplings, to the first that has one.
const Link* drawn_from(const Graph& graph, const GraphNode& node, const std::string& end,
                       std::set<std::string>& seen) {
  if (!seen.insert(node.path).second) return nullptr;
  if (const Link* source = end_of(node, end)) return source;
  for (const auto* port : {"coupling", "pairs", "start", "of"})
    if (const Link* link = end_of(node, port))
      if (const Link* found = drawn_from(graph, *graph.node(link->node), end, seen)) return found;
  return nullptr;
}

const Link* drawn_from(const Graph& graph, const GraphNode& trainer, const std::string& end) {
  std::set<std::string> seen;
  const Link* objective = end_of(trainer, "objective");
  return drawn_from(graph, objective ? *graph.node(objective->node) : trainer, end, seen);
}

// Of the data of a training what put them into units of their own: through parts of them, labels and the like.
const GraphNode* scaled_data(const Graph& graph, const GraphNode& trainer) {
  for (const Link* link = drawn_from(graph, trainer, "target"); link;) {
    const GraphNode& node = *graph.node(link->node);
    if (node.plugin == "source/scaled") return &node;
    link = end_of(node, "of");
  }
  return nullptr;
}

struct Classes {
  std::int64_t count = 0;          // 0 where nothing says it
  std::vector<std::string> names;  // of all, or empty
};

// As a source was told, or as one that reads names of classes recorded how many there are of each.
Classes classes_of(const Graph& graph, const RecordedRun& record, const std::string& from,
                   std::set<std::string>& seen) {
  if (!seen.insert(from).second) return {};
  const GraphNode& node = *graph.node(from);
  if (const auto classes = node.params.find("classes");
      classes != node.params.end() && classes->is_number_integer())
    return {classes->get<std::int64_t>(), {}};
  if (const std::string sizes = record_path(from) + "/class_size"; record.reader().has(sizes))
    return {record.reader().shape(sizes).at(0), record.class_names(from)};
  for (const auto& [port, ends] : node.ports)
    for (const auto& [key, link] : ends)
      if (Classes found = classes_of(graph, record, link.node, seen); found.count > 0) return found;
  return {};
}

Classes classes_of(const Graph& graph, const RecordedRun& record, const GraphNode& trainer,
                   const Sampling& sampling) {
  std::set<std::string> met;
  Classes found = classes_of(graph, record, trainer.path, met);
  if (sampling.classes) found.count = *sampling.classes;
  if (found.count != std::ssize(found.names)) found.names.clear();
  return found;
}

// The number of a class that is given by it, or by its name.
std::int64_t label_of(const RecordedRun& record, const Classes& classes, const std::string& given) {
  std::int64_t label = -1;
  const char* const end = given.data() + given.size();
  const auto [rest, error] = std::from_chars(given.data(), end, label);
  const bool number = error == std::errc() && rest == end && label >= 0;
  const std::string known = classes_text(classes.names);
  if (!number) {
    const auto found = std::ranges::find(classes.names, given);
    if (found != classes.names.end()) return found - classes.names.begin();
    throw CommandError(invalid,
                       known.empty()
                           ? fmt::format("--label: '{}' is no whole number from 0", given)
                           : fmt::format("--label: '{}' is no class of {}{}; its classes are {}", given,
                                         record.file().string(), suggestion(given, classes.names), known));
  }
  if (classes.count < 1) refuse(record, "it does not say how many classes there are: --classes 10");
  if (label >= classes.count)
    throw CommandError(invalid,
                       fmt::format("--label: {} has {} {}, {}", record.file().string(), classes.count,
                                   classes.count == 1 ? "class" : "classes",
                                   known.empty() ? fmt::format("0 to {}", classes.count - 1) : known));
  return label;
}

GraphNode made(const RecordedRun& record, const Registry& registry, const std::string& path,
               const std::string& plugin, const json& params) {
  GraphNode node;
  node.path = path;
  node.plugin = plugin;
  const PluginSchema* schema = registry.plugin(plugin);
  if (!schema) refuse(record, fmt::format("there is no plugin {}; `weir plugins` lists them", plugin));
  node.schema = *schema;
  for (const ParamSchema& param : schema->params) node.params[param.name] = param.fallback;
  for (const auto& [name, value] : params.items()) {
    if (!schema->param(name))
      refuse(record,
             fmt::format("{} has no parameter '{}'; `weir show {}` lists them", plugin, name, plugin));
    node.params[name] = value;
  }
  return node;
}

// What the field was told beside x and t, as the record's own flow shows.
void require_told(const RecordedRun& record, const GraphNode* flow, const Sampling& sampling,
                  const Classes& classes) {
  if (!flow || !flow->ports.contains("context")) return;
  for (const auto& [name, link] : flow->ports.at("context")) {
    if (name != "label")
      refuse(record, fmt::format("its field is told '{}' of each point, which only a pipeline can give: "
                                 "context: {{{}: ...}}; `weir plan` and "
                                 "field/recorded are the way",
                                 name, name));
    if (!sampling.label)
      refuse(record,
             "its field was trained with labels: say which the samples are to have: --label " +
                 (classes.names.empty() ? "3"
                                        : fmt::format("{}; its classes are {}", shell_word(classes.names[0]),
                                                      classes_text(classes.names))));
  }
}

// As the record's own flow had it; else the averages, if the training was long enough for them to forget their start.
std::string which_of(const RecordedRun& record, const GraphNode* flow, const GraphNode& trainer) {
  if (flow) {
    const Link& field = *end_of(*flow, "field");
    return field.node == trainer.path ? field.output : "field";
  }
  const std::string averages = record_path(trainer.path) + "/ema_params/";
  const bool there = std::ranges::any_of(record.datasets(), [&](const json& dataset) {
    return dataset.at("path").get<std::string>().starts_with(averages);
  });
  const json& params = trainer.params;
  const bool settled = params.value("ema_warmup", false) ||
                       params.value("steps", 0.0) * (1 - params.value("ema_decay", 0.0)) >= 3;
  return there && settled ? "ema" : "field";
}

}  // namespace

Graph sampling_graph(const Graph& recorded, const RecordedRun& record, const Registry& registry,
                     const Sampling& sampling) {
  const GraphNode& trainer = trainer_of(recorded, record, sampling.trainer);
  const GraphNode* const flow = flow_of(recorded, trainer);
  const Classes classes = classes_of(recorded, record, trainer, sampling);
  require_told(record, flow, sampling, classes);

  Graph graph;
  graph.name = record.file().stem().string() + "_sample";
  for (char& c : graph.name)  // of a sweep's run, noise=some,seed=1
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  graph.seed = sampling.seed;
  graph.device = recorded.device;
  graph.dtype = recorded.dtype;
  graph.threads = recorded.threads;
  graph.plugins = recorded.plugins;
  Parts parts(recorded, trainer, graph);

  Link own{sampling.source, "", {}};
  const Link* from = sampling.source.empty() ? drawn_from(recorded, trainer, "source") : &own;
  if (!from)
    refuse(record,
           "it does not say what the starting points were drawn from; name the source: --source base");
  if (!recorded.node(from->node))
    refuse(record, fmt::format("there is no node '{}'; `weir info` lists them", from->node));

  GraphNode start =
      made(record, registry, start_name, "coupling/independent", {{"draw", {{"fixed", sampling.count}}}});
  Link base = parts.linked(*from);
  if (sampling.replacement) {
    GraphNode drawn = made(record, registry, drawn_name, "source/sample",
                           {{"count", sampling.count}, {"replacement", true}});
    drawn.ports["of"] = {{"", base}};
    base = {drawn.path, "", {}};
    graph.nodes.push_back(std::move(drawn));
  }
  start.ports["source"] = {{"", base}};
  start.ports["target"] = {{"", base}};
  start.record = {{"x1", false}};
  GraphNode trained =
      made(record, registry, trained_name, "field/recorded",
           {{"file", std::filesystem::absolute(record.file()).string()},
            {"node", trainer.path},
            {"which", sampling.which.empty() ? which_of(record, flow, trainer) : sampling.which}});
  // A training that went on from another has its model's form from there.
  const Link* model = end_of(trainer, "model");
  for (const GraphNode* at = recorded.node(model->node); at->schema.kind == "trainer" && end_of(*at, "model");
       at = recorded.node(model->node))
    model = end_of(*at, "model");
  trained.ports["model"] = {{"", parts.inside(*model, trained_name, "model")}};

  json params = json::object();
  if (sampling.steps) params["steps"] = *sampling.steps;
  if (sampling.guidance) params["guidance"] = *sampling.guidance;
  const std::string integrator = !sampling.integrator.empty() ? sampling.integrator
                                 : sampling.steps             ? "euler"
                                                              : "dopri5";
  GraphNode sample =
      made(record, registry, sample_name,
           integrator.find('/') == std::string::npos ? "integrator/" + integrator : integrator, params);
  sample.ports["field"] = {{"", flow ? parts.linked(*end_of(*flow, "field")) : Link{trained_name, "", {}}}};
  sample.ports["start"] = {{"", {start_name, "x0", {}}}};
  if (sampling.label) {
    if (flow && !flow->ports.contains("context"))
      refuse(record, "its field takes no label: leave out --label");
    GraphNode labelled =
        made(record, registry, std::string(start_name) + ".target", "source/labelled",
             {{"label", label_of(record, classes, *sampling.label)}, {"classes", classes.count}});
    labelled.parent = start_name;
    labelled.ports["of"] = {{"", base}};
    start.ports["target"] = {{"", {labelled.path, "", {}}}};
    sample.ports["context"] = {{"label", {start_name, "label", {}}}};
    graph.nodes.push_back(std::move(labelled));
  }
  for (GraphNode* node : {&start, &trained, &sample}) graph.nodes.push_back(std::move(*node));
  if (const GraphNode* scaled = sampling.scaled ? nullptr : scaled_data(recorded, trainer)) {
    GraphNode unscaled = made(record, registry, unscaled_name, "source/unscaled", json::object());
    unscaled.ports["points"] = {{"", {sample_name, "end", {}}}};
    unscaled.ports["scaled"] = {{"", parts.linked({scaled->path, "", {}})}};
    graph.nodes.push_back(std::move(unscaled));
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) graph.nodes[i].declared = static_cast<int>(i);
  return graph;
}

std::vector<std::string> columns_of(const Graph& recorded, const RecordedRun& record,
                                    const std::string& trainer) {
  for (const Link* link = drawn_from(recorded, trainer_of(recorded, record, trainer), "target"); link;) {
    const GraphNode& node = *recorded.node(link->node);
    const auto columns = node.params.find("columns");
    const auto named = [](const json& each) {
      return each.is_string() &&
             !std::ranges::all_of(each.get<std::string>(), [](unsigned char c) { return std::isdigit(c); });
    };
    if (columns != node.params.end() && columns->is_array() && std::ranges::all_of(*columns, named))
      return *columns;
    link = end_of(node, "of");
  }
  return {};
}

std::string samples_of(const Graph& sampling) {
  return sampling.node(unscaled_name) ? samples_unscaled : "/nodes/sample/end";
}

}  // namespace weir::tools

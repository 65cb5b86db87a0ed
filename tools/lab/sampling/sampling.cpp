// tools/lab/sampling/sampling.cpp -- the pipeline that draws new samples from a trained field of a record.
#include "sampling.hpp"

#include <fmt/format.h>

#include <cctype>

#include <weir/text/shell_word.hpp>

#include "classes.hpp"
#include "recorded_parts.hpp"
#include "trained_field.hpp"

namespace weir::tools {
namespace {

using nlohmann::json;

constexpr auto start_name = "start", trained_name = "trained", sample_name = "sample", drawn_name = "drawn",
               unscaled_name = "unscaled";

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

}  // namespace

Graph sampling_graph(const Graph& recorded, const RecordedRun& record, const Registry& registry,
                     const Sampling& sampling) {
  const GraphNode& trainer = trainer_of(recorded, record, sampling.trainer);
  const GraphNode* const flow = flow_of(recorded, trainer);
  const Classes classes = classes_of(recorded, record, trainer, sampling.classes);
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
  RecordedParts parts(recorded, trainer, trained_name, {start_name, sample_name, drawn_name, unscaled_name},
                      graph);

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

std::string samples_of(const Graph& sampling) {
  return sampling.node(unscaled_name) ? samples_unscaled : "/nodes/sample/end";
}

}  // namespace weir::tools

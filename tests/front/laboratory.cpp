// tests/front/laboratory.cpp -- a registry of plugins that exist only as schemas, and folders of files for a
// test.
#include "laboratory.hpp"

#include <stdlib.h>
#include <fstream>

namespace laboratory {
namespace {

using weir::OutputSchema;
using weir::ParamSchema;
using weir::ParamType;
using weir::PluginSchema;
using weir::PortSchema;

ParamSchema param(const std::string& name, ParamType type, nlohmann::json fallback,
                  const std::string& description = "") {
  ParamSchema schema;
  schema.name = name;
  schema.type = type;
  schema.fallback = std::move(fallback);
  schema.unit = type == ParamType::angle ? "rad" : "1";
  schema.description = description;
  return schema;
}

ParamSchema required(ParamSchema schema) {
  schema.required = true;
  return schema;
}

ParamSchema from(double minimum, ParamSchema schema) {
  schema.minimum = minimum;
  return schema;
}

ParamSchema above(double minimum, ParamSchema schema) {
  schema.minimum_excluded = true;
  return from(minimum, std::move(schema));
}

ParamSchema to(double maximum, ParamSchema schema) {
  schema.maximum = maximum;
  return schema;
}

PortSchema port(const std::string& name, const std::string& kind, const std::string& description = "") {
  PortSchema schema;
  schema.name = name;
  schema.kind = kind;
  schema.description = description;
  return schema;
}

PortSchema optional(PortSchema schema, const std::string& fallback = "") {
  schema.required = false;
  schema.fallback = fallback;
  return schema;
}

OutputSchema output(const std::string& name, const std::string& kind = "tensor",
                    std::vector<std::string> dims = {}) {
  OutputSchema schema;
  schema.name = name;
  schema.kind = kind;
  schema.dtype = "float";
  schema.dims = std::move(dims);
  schema.unit = "1";
  return schema;
}

PluginSchema plugin(const std::string& id, std::vector<ParamSchema> params, std::vector<PortSchema> ports,
                    std::vector<OutputSchema> outputs, std::vector<std::string> facets = {}) {
  PluginSchema schema;
  schema.kind = id.substr(0, id.find('/'));
  schema.name = id.substr(id.find('/') + 1);
  schema.summary = "the " + schema.name + " " + schema.kind;
  schema.version = "0.1.0";
  schema.licence = "MIT";
  schema.build_id = "build-of-" + schema.name;
  schema.facets = std::move(facets);
  schema.params = std::move(params);
  schema.ports = std::move(ports);
  schema.outputs = std::move(outputs);
  return schema;
}

std::vector<PluginSchema> plugins() {
  using enum ParamType;
  PortSchema target = port("target", "source");
  target.needs = {"log_density"};
  PortSchema probes = optional(port("probes", "probe"));
  probes.map = true;
  ParamSchema weighting = param("weighting", choice, "none");
  weighting.choices = {"none", "variance"};
  ParamSchema ema = to(1, from(0, param("ema", number, 0.999)));
  ema.maximum_excluded = true;
  const ParamSchema draw_pairs = required(param("draw", draw, nullptr, "fresh or fixed pairs"));
  const ParamSchema steps = required(from(1, param("steps", integer, nullptr)));
  const std::vector<OutputSchema> pairs = {output("x0", "tensor", {"pair", "dim"}),
                                           output("x1", "tensor", {"pair", "dim"}),
                                           output("id", "tensor", {"pair"})};
  return {
      plugin("source/gaussian",
             {required(to(1e9, from(1, param("dim", integer, nullptr, "dimension of a point")))),
              above(0, param("scale", number, 1.0)), param("covariance", matrix, nullptr)},
             {}, {}, {"log_density", "moments"}),
      plugin("source/idx",
             {required(param("file", path, nullptr, "images in IDX format")),
              from(0, param("limit", integer, 0))},
             {}, {}),
      plugin("coupling/affine",
             {param("angle", angle, nullptr, "rotation"),
              param("shift", numbers, nullptr, "added to every target"), draw_pairs},
             {port("source", "source", "where x0 comes from")}, pairs, {"affine_map"}),
      plugin("coupling/independent", {draw_pairs}, {port("source", "source"), port("target", "source")},
             pairs),
      plugin("coupling/given", {}, {port("points", "tensor")}, {output("x0"), output("x1")}),
      plugin("noise/zero", {}, {}, {}),
      plugin("noise/constant", {from(0, param("sigma", number, 0.05, "spread of the noise"))}, {}, {}),
      plugin("noise/brownian", {from(0, param("sigma", number, 0.05))}, {}, {}),
      plugin("interpolant/linear", {param("noise_in_target", boolean, false)},
             {optional(port("noise", "noise"), "zero")}, {}),
      plugin("time/uniform", {}, {}, {}),
      plugin(
          "objective/flow_matching", {weighting},
          {port("coupling", "coupling", "pairs to train on"),
           optional(port("interpolant", "interpolant"), "linear"), optional(port("time", "time"), "uniform")},
          {}),
      plugin("field/mlp",
             {to(65536, from(1, param("width", integer, 256))), from(1, param("depth", integer, 3))}, {}, {}),
      plugin("optimiser/adam", {above(0, param("lr", number, 1e-3))}, {}, {}),
      plugin("optimiser/sgd", {above(0, param("lr", number, 1e-2))}, {}, {}),
      plugin("probe/gradient_variance",
             {from(1, param("every", integer, 1)), from(1, param("bins", integer, 10))}, {},
             {output("total", "trace"), output("bin", "trace")}),
      plugin("probe/loss", {}, {}, {output("value", "trace")}),
      plugin("trainer/gradient", {steps, from(1, param("batch", integer, 256)), ema},
             {port("objective", "objective"), port("model", "field"),
              optional(port("optimiser", "optimiser"), "adam"), probes},
             {output("field", "field"), output("ema", "field"), output("loss", "trace"),
              output("params", "tensors")}),
      plugin("integrator/euler", {steps}, {port("field", "field"), port("start", "tensor")},
             {output("end", "tensor", {"pair", "dim"}), output("trajectory"), output("nfe")}),
      plugin("metric/memorisation", {},
             {port("generated", "tensor"), port("pairs", "coupling"), optional(port("ot", "tensor"))},
             {output("share"), output("own"), output("nearest")}),
      plugin("metric/kl", {}, {port("generated", "tensor"), target}, {output("kl")}),
      plugin("metric/curve", {}, {port("curve", "trace")}, {output("area")}),
      plugin("metric/smooth", {}, {port("points", "tensor")}, {output("points")}),
      plugin("metric/named", {param("title", text, "untitled")}, {port("end", "interpolant")},
             {output("end")}),
  };
}

}  // namespace

const weir::Registry& registry() {
  static const weir::Registry all{plugins()};
  return all;
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "weir-front-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

std::filesystem::path Folder::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

weir::Graph graph_of(const std::string& text, const weir::PipelineOptions& options) {
  const Folder folder;
  return weir::read_pipeline(folder.write("p.yaml", text), registry(), options);
}

std::vector<std::pair<std::string, std::string>> settings_of(const weir::Graph& graph,
                                                             const weir::Combination& run) {
  std::vector<std::pair<std::string, std::string>> all;
  for (std::size_t axis = 0; axis < graph.sweep.size(); ++axis) {
    const auto& set = graph.sweep[axis].points.at(run.points.at(axis)).set;
    all.insert(all.end(), set.begin(), set.end());
  }
  return all;
}

std::string faults_of(const std::string& text, const weir::PipelineOptions& options) {
  const Folder folder;
  const auto file = folder.write("p.yaml", text);
  try {
    weir::read_pipeline(file, registry(), options);
    return "";
  } catch (const weir::InvalidPipeline& invalid) {
    std::string found = invalid.what();
    const std::string prefix = folder.path().string() + "/";
    for (std::size_t at; (at = found.find(prefix)) != std::string::npos;) found.erase(at, prefix.size());
    return found;
  }
}

std::string end_of_one(const std::string& code) {
  return "1 error. Nothing was run.        explained by: weir explain " + code + "\n";
}

const char* const rotation = R"(name: rotation
seed: 7
device: auto            # cpu | cuda | cuda:1 | auto
dtype: float32

nodes:
  base:    {plugin: source/gaussian, dim: 2}
  pairs:   {plugin: coupling/affine, source: base, angle: 180 deg, shift: [5, 5], draw: {fixed: 128}}
  task:    {plugin: objective/flow_matching, coupling: pairs, interpolant: {plugin: linear, noise: {plugin: constant, sigma: 0.05}}}
  train:   {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 256, depth: 3},
            optimiser: {plugin: adam, lr: 1.0e-3}, steps: 8000, batch: 256,
            probes: {variance: {plugin: gradient_variance, every: 10, bins: 10}}}
  flow:    {plugin: integrator/euler, field: train.field, start: pairs.x0, steps: 9}
  recall:  {plugin: metric/memorisation, generated: flow.end, pairs: pairs}

sweep:                                   # optional; every combination is one run
  sigma: {set: task.interpolant.noise.sigma, values: [0, 0.05, 0.5]}
  steps: {set: flow.steps, values: [9, 10, 50]}
  seed:  {count: 5}                      # seeds 7..11

report: {recall.share: mean, train.loss: last}
expect:
  - {that: recall.share, where: {sigma: 0, steps: 9}, at_least: 0.95}
)";

}  // namespace laboratory

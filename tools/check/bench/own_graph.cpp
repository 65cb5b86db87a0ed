// tools/check/bench/own_graph.cpp -- the small pipelines that the check knows.
#include "own_graph.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>

#include <weir/record/arrays_file.hpp>
#include <weir/rng.hpp>

#include "broken.hpp"

namespace weir::conformance {
namespace {

using nlohmann::json;

// Nodes and inline plugins that ports are bound to, in order of use; by kind, "tensor" included.
using Offers = std::map<std::string, std::vector<json>>;

json noise() { return {{"plugin", "noise/constant"}, {"sigma", 0.5}}; }
json path() { return {{"plugin", "interpolant/linear"}, {"noise", noise()}}; }

json ends(Around around, bool first, const std::filesystem::path& folder) {
  if (around == Around::images) return {{"plugin", "source/gaussian"}, {"shape", {1, 8, 8}}};
  if (first) return {{"plugin", "source/gaussian"}, {"dim", 2}};
  if (around != Around::set) return {{"plugin", "source/mixture"}, {"set", "eight_gaussians"}};
  const auto file = folder / "set.h5";
  write_arrays(file, {{"x", array_of(Rng(7, "set", at::kDouble).at("x").normal({16, 2}))}});
  return {{"plugin", "source/tensor"}, {"file", file.string()}, {"dataset", "/x"}};
}

// Bytes as an IDX file holds them, in these sizes, one axis each.
void write_idx(const std::filesystem::path& file, const std::vector<std::uint8_t>& sizes,
               const Tensor& bytes) {
  std::ofstream out(file, std::ios::binary);
  out << '\0' << '\0' << '\x08' << static_cast<char>(sizes.size());
  for (const std::uint8_t size : sizes) out << '\0' << '\0' << '\0' << static_cast<char>(size);
  const Tensor flat = bytes.to(at::kByte).contiguous();
  out.write(reinterpret_cast<const char*>(flat.const_data_ptr<std::uint8_t>()), flat.numel());
}

// Points with classes.
json labelled(Around around, const std::filesystem::path& folder) {
  if (around != Around::images)
    return {{"plugin", "source/mixture"}, {"set", "eight_gaussians"}, {"labelled", true}};
  const auto images = folder / "images.idx", labels = folder / "labels.idx";
  write_idx(images, {16, 8, 8}, Rng(7, "set", at::kDouble).at("images").uniform({16, 8, 8}) * 255);
  write_idx(labels, {16}, at::arange(16).remainder(3));
  return {{"plugin", "source/idx"}, {"images", images.string()}, {"labels", labels.string()}, {"classes", 3}};
}

json network() { return {{"plugin", "network/mlp"}, {"width", 8}, {"depth", 1}}; }

// Everything around the plugin; what is not needed is left out later.
json surroundings(Around around, const std::filesystem::path& folder) {
  const json fixed = {{"fixed", 16}};
  const bool affine = around == Around::affine;
  json nodes = {
      {"base", ends(around, true, folder)},
      {"target", ends(around, false, folder)},
      {"points",
       {{"plugin", "coupling/independent"}, {"source", "base"}, {"target", "target"}, {"draw", fixed}}},
      {"pairs",
       {{"plugin", "coupling/independent"}, {"source", "base"}, {"target", "target"}, {"draw", fixed}}},
      {"task", {{"plugin", "objective/flow_matching"}, {"coupling", "pairs"}, {"interpolant", path()}}},
      {"task_2", {{"plugin", "objective/flow_matching"}, {"coupling", "points"}, {"interpolant", path()}}},
      {"field", {{"plugin", "field/mlp"}, {"width", 8}, {"depth", 2}}},
      {"field_2", {{"plugin", "field/mlp"}, {"width", 6}, {"depth", 2}}},
      {"train",
       {{"plugin", "trainer/gradient"},
        {"objective", "task"},
        {"model", "field"},
        {"steps", 6},
        {"batch", 8}}},
      {"labelled", labelled(around, folder)},
      {"known",
       {{"plugin", "coupling/independent"}, {"source", "base"}, {"target", "labelled"}, {"draw", fixed}}},
      {"classify", {{"plugin", "objective/classification"}, {"data", "labelled"}, {"network", network()}}},
      {"learn", {{"plugin", "trainer/gradient"}, {"objective", "classify"}, {"steps", 6}, {"batch", 8}}},
      {"flow", {{"plugin", "integrator/euler"}, {"field", "field"}, {"start", "points.x0"}, {"steps", 4}}}};
  if (affine) {
    nodes["pairs"] = {{"plugin", "coupling/affine"},
                      {"source", "base"},
                      {"angle", 1},
                      {"shift", {3, 3}},
                      {"draw", "fresh"}};
    nodes["field"] = {{"plugin", "field/affine"}, {"coupling", "pairs"}, {"value", "pair"}};
    nodes["field_2"] = {
        {"plugin", "field/affine"}, {"coupling", "pairs"}, {"source", "base"}, {"value", "ot"}};
  }
  return nodes;
}

// Where the plugin stands: the node and, within it, the port ("" = it is the node itself).
struct Slot {
  std::string node, port, inner;
};

Slot slot_of(const std::string& kind) {
  static const std::map<std::string, Slot> slots = {{"source", {"base", "", ""}},
                                                    {"coupling", {"pairs", "", ""}},
                                                    {"interpolant", {"task", "interpolant", ""}},
                                                    {"noise", {"task", "interpolant", "noise"}},
                                                    {"time", {"task", "time", ""}},
                                                    {"objective", {"task", "", ""}},
                                                    {"field", {"field", "", ""}},
                                                    {"network", {"classify", "network", ""}},
                                                    {"optimiser", {"train", "optimiser", ""}},
                                                    {"schedule", {"train", "schedule", ""}},
                                                    {"trainer", {"train", "", ""}},
                                                    {"integrator", {"flow", "", ""}}};
  const auto found = slots.find(kind);
  if (found != slots.end()) return found->second;
  return {"subject", "", ""};
}

Offers offers_to(const std::string& kind, Around around) {
  Offers offers = {{"source", {"base", "target"}},
                   {"coupling", {"pairs", "points"}},
                   {"interpolant", {path()}},
                   {"noise", {noise()}},
                   {"time", {{{"plugin", "time/uniform"}}}},
                   {"objective", {"task", "task_2"}},
                   {"field", {"field", "field_2"}},
                   {"network", {"learn.network"}},
                   {"optimiser", {{{"plugin", "optimiser/adam"}}}},
                   {"schedule", {{{"plugin", "schedule/cosine"}}}},
                   {"tensor", {"points.x0", "points.x1", "points.id"}}};
  if (kind == "metric") offers["tensor"] = {"flow.end", "points.x1"};
  if (kind == "field") offers["coupling"] = {"points"};
  if (kind == "network" || kind == "objective") offers["network"] = {network()};
  if (kind == "objective" && around == Around::classes) offers["source"] = {"labelled"};
  // What stands on another of its kind cannot stand on itself.
  if (const auto own = offers.find(kind); own != offers.end())
    std::erase(own->second, json(slot_of(kind).node));
  return offers;
}

json subject_node(const Subject& subject, Around around, const std::set<std::string>& optional) {
  json node = subject.params;
  node["plugin"] = subject.schema.id();
  // Steps or times: one of the two must be given, which no declaration says.
  if (subject.schema.kind == "integrator" && subject.takes("times") && !node.contains("times"))
    node["steps"] = 4;
  const Offers offers = offers_to(subject.schema.kind, around);
  std::map<std::string, std::size_t> used;
  for (const PortSchema& port : subject.schema.ports) {
    if (!port.required && !optional.contains(port.name)) continue;
    const auto offered = offers.find(port.kind);
    if (offered == offers.end())
      throw Skipped(fmt::format("the check has no {} for port '{}'", port.kind, port.name));
    const auto& nodes = offered->second;
    // Classes go by their name, as they do in a field's context.
    const bool classes = port.kind == "tensor" && port.name == "label";
    const json given = classes ? json("known.label") : nodes[std::min(used[port.kind]++, nodes.size() - 1)];
    node[port.name] = port.map ? json{{"one", given}} : given;
    if (port.map && port.kind == "source") node[port.name]["two"] = nodes.back();
  }
  return node;
}

// Keeps `root` and what it refers to.
json needed(const json& nodes, const std::string& root) {
  json kept = json::object();
  const std::function<void(const json&)> follow = [&](const json& value) {
    if (value.is_string()) {
      const std::string name = value.get<std::string>().substr(0, value.get<std::string>().find('.'));
      if (!nodes.contains(name) || kept.contains(name)) return;
      kept[name] = nodes[name];
      follow(nodes[name]);
    } else {
      for (const json& part : value)
        if (value.is_structured()) follow(part);
    }
  };
  follow(root);
  return kept;
}

}  // namespace

OwnGraph own_graph(const Subject& subject, Around around, const std::set<std::string>& optional, bool trains,
                   const std::filesystem::path& folder) {
  const std::string& kind = subject.schema.kind;
  json nodes = surroundings(around, folder);
  const json own = subject_node(subject, around, optional);
  std::string path, root = "train";
  if (kind == "probe") {
    nodes["train"]["probes"]["subject"] = own;
    path = "train.probes.subject";
  } else {
    const Slot slot = slot_of(kind);
    json& place = slot.port.empty()    ? nodes[slot.node]
                  : slot.inner.empty() ? nodes[slot.node][slot.port]
                                       : nodes[slot.node][slot.port][slot.inner];
    place = own;
    path = slot.node;
    for (const std::string& part : {slot.port, slot.inner})
      if (!part.empty()) path += "." + part;
    if (slot.node == "flow" || slot.node == "subject") root = slot.node;
    if (slot.node == "classify") root = "learn";
  }
  if (kind == "source") {  // items of any shape, and of a set of any size
    nodes["pairs"]["target"] = "base";
    nodes["pairs"]["draw"] = "fresh";
  }
  // Of points with classes there is no path, and no field to fit.
  if (kind == "objective" && around == Around::classes) nodes["train"].erase("model");
  if (kind == "field") {
    root = "flow";
    if (trains) nodes["flow"]["field"] = "train.field";
  }
  return {{{"name", "check"}, {"seed", 1}, {"nodes", needed(nodes, root)}}, path};
}

}  // namespace weir::conformance

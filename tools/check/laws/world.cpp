// tools/check/laws/world.cpp -- the nodes of a small problem, and which port gets which.
#include "world.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <check/bench/broken.hpp>

namespace weir::conformance {
namespace {

constexpr std::ptrdiff_t most_nested = 16;  // default plugins of default plugins could go on for ever

Tensor items_of(const Shape& item, const at::TensorOptions& options) {
  return Rng(5, "world", f64).at("items").normal(rows_of(16, item)).to(options);
}

template <class T>
std::unique_ptr<T> made(const Subject& subject, const std::string& id, const nlohmann::json& params,
                        const at::TensorOptions& options, const std::string& path = "node") {
  return make_node<T>(subject.other(id).schema, params, options, 0, path);
}

// A node beside everything that its ports are bound to. Members go in the opposite order: the node first.
struct Held {
  std::vector<Given> given;
  std::unique_ptr<Node> node;
};

bool has_all(const Node& node, const std::vector<std::string>& needs) {
  return std::ranges::all_of(needs, [&](const std::string& need) {
    const AnyFacet* declared = find_facet(node, need);
    return declared && declared->given();
  });
}

}  // namespace

World::World(Private, const Subject& subject, const Shape& item, const at::TensorOptions& given, Ends ends,
             const PathOf& of)
    : options(given),
      law(made<Source>(subject, "source/gaussian", {{"shape", item}}, options)),
      set(items_of(item, options)),
      labelled(items_of(item, options), at::arange(16, at::kLong).remainder(3), 3),
      pairs(made<Coupling>(subject, "coupling/independent", {{"draw", {{"fixed", 16}}}}, options, "pairs")),
      noise(made<Noise>(subject, of.noise, where_taken(subject.other(of.noise), {{"sigma", 0.5}}), options)),
      path(made<Interpolant>(subject, of.interpolant, {{"noise_in_target", of.noise_in_target}}, options)),
      time(made<Time>(subject, "time/uniform", {}, options)),
      objective(made<Objective>(subject, "objective/flow_matching", {}, options, "task")),
      model(std::make_unique<Rounded>(
          made<Field>(subject, "field/mlp", {{"width", 8}, {"depth", 2}}, options))),
      network(made<Network>(subject, "network/mlp", {{"width", 8}, {"depth", 1}}, options, "network")),
      optimiser(made<Optimiser>(subject, "optimiser/adam", {{"lr", 0.05}}, options)),
      schedule(made<Schedule>(subject, "schedule/cosine", {}, options)) {
  conformance::run(*law);
  Source& first = ends == Ends::sets ? static_cast<Source&>(set) : *law;
  Source& second = ends == Ends::laws ? *law : static_cast<Source&>(set);
  conformance::bind(*pairs, "source", first);
  conformance::bind(*pairs, "target", second);
  conformance::run(*pairs);
  conformance::bind(*path, "noise", *noise);
  conformance::bind(*objective, "coupling", *pairs);
  conformance::bind(*objective, "interpolant", *path);
  conformance::bind(*objective, "time", *time);
  nodes_ = {{"source", {&first, &second, &labelled}},
            {"coupling", {pairs.get()}},
            {"noise", {noise.get()}},
            {"interpolant", {path.get()}},
            {"time", {time.get()}},
            {"objective", {objective.get()}},
            {"field", {model.get()}},
            {"network", {network.get()}},
            {"optimiser", {optimiser.get()}},
            {"schedule", {schedule.get()}},
            {"tensor", {pairs.get(), pairs.get()}}};
}

// What the k-th port of a kind gets: a node of the world's, which keeps the world, or the port's default. No node where there is
// nothing for it.
Given World::end_for(const Subject& subject, const std::string& owner, const PortSchema& port,
                     std::size_t k) const {
  static const std::vector<std::string> tensors = {"x0", "x1"};
  const auto of_kind = nodes_.find(port.kind);
  if (of_kind != nodes_.end()) {
    std::vector<Node*> able = of_kind->second;
    std::erase_if(able, [&](const Node* node) { return !has_all(*node, port.needs); });
    if (!able.empty()) {
      const std::size_t i = std::min(k, able.size() - 1);
      return {port.name, std::shared_ptr<Node>(shared_from_this(), able[i]),
              port.kind == "tensor" ? tensors[i] : ""};
    }
  }
  if (port.fallback.empty()) return {};
  const std::string id =
      port.fallback.find('/') == std::string::npos ? port.kind + "/" + port.fallback : port.fallback;
  if (std::ranges::count(owner, '.') > most_nested)
    throw Skipped(fmt::format("default plugins nest more than {} deep at port '{}'", most_nested, port.name));
  return {port.name, run_node(subject.other(id), {.path = owner + "." + port.name})};
}

std::shared_ptr<Node> World::bound_node(const Subject& subject, const Setup& setup, bool all,
                                        std::size_t later) const {
  nlohmann::json params = subject.params;
  params.update(setup.params);
  auto held = std::make_shared<Held>(Held{setup.given, nullptr});
  held->node = make_node(subject.schema, params, options, setup.seed, setup.path);
  const auto give = [&](const Given& end) {
    AnyPort* port = held->node->port(end.port);
    if (!port) throw std::logic_error(fmt::format("{} has no port '{}'", subject.schema.id(), end.port));
    port->bind(end.name, *end.node, end.output.empty() ? nullptr : end.node->output(end.output));
  };
  for (const Given& end : setup.given) give(end);
  std::map<std::string, std::size_t> met;
  for (const PortSchema& port : subject.schema.ports) {
    if (!port.required && port.fallback.empty() && !all) continue;
    const std::size_t k = met[port.kind]++;
    if (std::ranges::find(setup.given, port.name, &Given::port) != setup.given.end()) continue;
    Given end = end_for(subject, setup.path, port, k + later);
    if (end.node) {
      if (port.map) end.name = "one";
      give(end);
      held->given.push_back(std::move(end));
      // One source of several would be no chain. The third is no other: one with labels is no end of this world.
      for (const char* name : {"two", "three"}) {
        if (!port.map || port.kind != "source") break;
        Given next = end_for(subject, setup.path, port, k + later + 1);
        next.name = name;
        give(next);
        held->given.push_back(std::move(next));
      }
    } else if (port.required) {
      throw Skipped(fmt::format("the check has no {} for port '{}' of a single node", port.kind, port.name));
    }
  }
  return std::shared_ptr<Node>(held, held->node.get());
}

std::shared_ptr<Node> World::planned_node(const Subject& subject, const Setup& setup) const {
  Faults faults;
  const bool other_sources = subject.schema.kind == "source" || subject.schema.kind == "objective";
  for (const std::size_t later :
       other_sources ? std::vector<std::size_t>{0, 2} : std::vector<std::size_t>{0}) {
    for (const bool all : {false, true}) {
      auto node = bound_node(subject, setup, all, later);
      faults = plan(*node);
      if (faults.empty()) return node;
    }
  }
  throw Skipped("it refuses what the check binds it to: " + faults.front().message);
}

std::shared_ptr<Node> World::run_node(const Subject& subject, const Setup& setup) const {
  auto node = planned_node(subject, setup);
  QuietRun quiet;
  node->run(quiet);
  return node;
}

}  // namespace weir::conformance

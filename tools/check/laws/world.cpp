// tools/check/laws/world.cpp -- the nodes of a small problem, and which port gets which.
#include "world.hpp"

#include <fmt/format.h>

#include "../broken.hpp"

namespace weir::conformance {
namespace {

Subject noise_of(const Subject& subject, const std::string& id) {
  const Subject noise = subject.other(id);
  return subject.other(id, where_taken(noise, {{"sigma", 0.5}}));
}

Tensor items_of(const Shape& item, const at::TensorOptions& options) {
  return Rng(5, "world", f64).at("items").normal(rows_of(16, item)).to(options);
}

}  // namespace

World::World(const Subject& subject, const Shape& item, Ends ends, const at::TensorOptions& given,
             const PathOf& of)
    : options(given),
      law(subject.other("source/gaussian", {{"shape", item}}).make<Source>({}, options)),
      set(items_of(item, options)),
      pairs(subject.other("coupling/independent", {{"draw", {{"fixed", 16}}}})
                .make<Coupling>({}, options, 0, "pairs")),
      noise(noise_of(subject, of.noise).make<Noise>({}, options)),
      path(subject.other(of.interpolant)
               .make<Interpolant>({{"noise_in_target", of.noise_in_target}}, options)),
      time(subject.other("time/uniform").make<Time>({}, options)),
      objective(subject.other("objective/flow_matching").make<Objective>({}, options, 0, "task")),
      model(subject.other("field/mlp", {{"width", 8}, {"depth", 2}}).make<Field>({}, options)),
      optimiser(subject.other("optimiser/adam").make<Optimiser>({}, options)) {
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
  nodes_ = {{"source", {&first, &second}}, {"coupling", {pairs.get()}},     {"noise", {noise.get()}},
            {"interpolant", {path.get()}}, {"time", {time.get()}},          {"objective", {objective.get()}},
            {"field", {model.get()}},      {"optimiser", {optimiser.get()}}};
}

void World::bind(Node& node, bool all) const {
  static const std::vector<std::string> tensors = {"x0", "x1"};
  std::map<std::string, std::size_t> bound;
  for (AnyPort* port : node.ports()) {
    const PortSchema& schema = port->schema();
    if (schema.map || (!schema.required && schema.fallback.empty() && !all)) continue;
    const std::size_t k = bound[schema.kind]++;
    if (schema.kind == "tensor") {
      conformance::bind(node, schema.name, *pairs, tensors[std::min<std::size_t>(k, 1)]);
      continue;
    }
    const auto of_kind = nodes_.find(schema.kind);
    if (of_kind == nodes_.end())
      throw Skipped(
          fmt::format("the check has no {} for port '{}' of a single node", schema.kind, schema.name));
    const std::vector<Node*>& candidates = of_kind->second;
    conformance::bind(node, schema.name, *candidates[std::min(k, candidates.size() - 1)]);
  }
}

void World::refuse(const Faults& faults) {
  throw Skipped("it refuses what the check binds it to: " + faults.front().message);
}

}  // namespace weir::conformance

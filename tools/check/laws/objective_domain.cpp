// tools/check/laws/objective_domain.cpp -- what an objective says that its field is told, on pairs with labels and without.
#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

constexpr std::int64_t rows = 12;

// Pairs from a world's law to 16 points of two classes, and flow matching on them.
struct Labelled {
  Labelled(const Subject& subject, std::shared_ptr<const World> world_)
      : world(std::move(world_)),
        pairs(make_node<Coupling>(subject.other("coupling/independent").schema, {{"draw", {{"fixed", 16}}}},
                                  f64, 0, "labelled")),
        task(make_node<Objective>(subject.other("objective/flow_matching").schema, {}, f64, 0,
                                  "labelled_task")) {
    bind(*pairs, "source", *world->law);
    bind(*pairs, "target", points);
    conformance::run(*pairs);
    bind(*task, "coupling", *pairs);
    bind(*task, "interpolant", *world->path);
    bind(*task, "time", *world->time);
  }

  std::shared_ptr<const World> world;
  ItemSet points{Rng(8, "law", f64).normal({16, 2}), at::arange(16, at::kLong).remainder(2), 2};
  std::unique_ptr<Coupling> pairs;
  std::unique_ptr<Objective> task;
};

void hold_to_its_domain(const Objective& objective) {
  Rng rng(9, "law", f64);
  const Sample sample = objective.sample(rows, rng);
  const Domain domain = objective.domain();
  require(domain.item == objective.shape(), "domain() has items of shape()", text_of(domain.item),
          "give domain() the shape, and the context of the coupling");
  for (const auto& [name, entry] : domain.context)
    require(sample.batch.context.contains(name), "a sample has the context that domain() says",
            "no '" + name + "'", "hand on the context of the coupling");
  for (const auto& [name, value] : sample.batch.context)
    require(domain.context.contains(name), "domain() says what context a sample has",
            "nothing of '" + name + "'", "override domain(): {shape(), coupling.context()}");
}

}  // namespace

void says_what_its_field_is_told(const Subject& subject) {
  const auto world = World::of(subject);
  hold_to_its_domain(*world->run<Objective>(subject));
  const auto labelled = std::make_shared<Labelled>(subject, world);
  Setup setup;
  for (const PortSchema& port : subject.schema.ports) {
    if (!port.needs.empty()) continue;
    if (port.kind == "coupling") setup.given.push_back({port.name, {labelled, labelled->pairs.get()}});
    if (port.kind == "objective") setup.given.push_back({port.name, {labelled, labelled->task.get()}});
  }
  std::shared_ptr<Objective> told;
  try {
    told = world->run<Objective>(subject, setup);
  } catch (const Skipped&) {
    return;
  }
  hold_to_its_domain(*told);
}

}  // namespace weir::conformance

// tools/check/laws/fields.cpp -- a field in small worlds of several shapes.
#include "fields.hpp"

#include <check/bench/anywhere.hpp>
#include <check/bench/parameters.hpp>

namespace weir::conformance {

MadeField::MadeField(const Subject& subject, const World& world, const Shape& item)
    : field(world.run<Field>(subject)) {
  const Rng rng(4, "law", world.options);
  Rng start = rng.at("init");
  params = moved(field->init(item, start), rng);
  x = rng.at("x").normal(rows_of(7, item));
  t = rng.at("t").uniform({7});
  u = rng.at("u").normal(x.sizes());
}

void everywhere(const Subject& subject, const at::TensorOptions& options,
                const std::function<void(const MadeField&, const Shape&)>& hold, const PathOf& path) {
  Anywhere anywhere;
  for (const Shape& item : {Shape{2}, Shape{3}, Shape{1, 2, 3}, Shape{2, 5, 6}}) {
    anywhere.in_one([&] {
      const auto world = World::of(subject, item, options, Ends::law_and_set, path);
      const auto field = world->run<Field>(subject);
      if (const Faults faults = plan_for(*field, Domain(item)); !faults.empty())
        throw Skipped(faults.front().message);
      hold(MadeField(subject, *world, item), item);
    });
  }
  anywhere.require_one();
}

}  // namespace weir::conformance

// tools/check/laws/fields.hpp -- a field that is asked on points and images, for the laws of fields.
#pragma once

#include <functional>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {

// A field away from special initial values (zeros), and where it is asked.
struct MadeField {
  MadeField(const Subject& subject, const World& world, const Shape& item);
  Tensor velocity() const { return field->velocity(params, x, t); }
  Tensor losses(const Params& p) const { return (field->velocity(p, x, t) - u).square().flatten(1).sum(1); }

  std::shared_ptr<Field> field;
  Params params;
  Tensor x, t, u;
};

// On points, small images and larger ones, as far as it takes them. Throws Skipped where it takes none.
void everywhere(const Subject& subject, const at::TensorOptions& options,
                const std::function<void(const MadeField&, const Shape&)>& hold, const PathOf& path = {});

// Law "ends" (field_ends.cpp).
void is_whole_at_the_ends(const Subject& subject);

}  // namespace weir::conformance

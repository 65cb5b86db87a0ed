// tools/check/laws/field_ends.cpp -- a field at the ends of time, where paths and noises divide by zero.
#include <algorithm>

#include <fmt/format.h>

#include <check/bench/anywhere.hpp>
#include "fields.hpp"

namespace weir::conformance {
namespace {

// The same points at one time.
Tensor velocity_at(const MadeField& made, double t) {
  return made.field->velocity(made.params, made.x, at::full({7}, t, made.x.options()));
}

// At t = 0 or t = 1, beside its values 2^-16 and 2^-18 inside. Where those two agree there is a limit, of which the one further in is
// three times as far from it as from the other, or further.
void is_whole_at(double end, const MadeField& made, const std::string& where) {
  const auto beside = [&](double distance) { return velocity_at(made, end == 0 ? distance : 1 - distance); };
  const Tensor farther = beside(0x1p-16), near = beside(0x1p-18);
  require(at::isfinite(near).all().item<bool>(), "next to the ends of time a velocity is finite", where,
          "see what velocity divides by there");
  const double size = number(near.abs().max()), apart = number((near - farther).abs().max());
  Tensor v;
  try {
    v = velocity_at(made, end);
  } catch (const std::exception& error) {
    // A square root's slope, the least that a path is infinite by, doubles from 2^-16 to 2^-18.
    require(size > 1.5 * number(farther.abs().max()),
            "a field refuses an end of time only where it is infinite there",
            fmt::format("{}: '{}', and {:.3g} next to it", where, error.what(), size),
            "give the limit: take the factors that are 0 / 0 or 0 times infinity together");
    return;
  }
  require(at::isfinite(v).all().item<bool>(),
          "a velocity at an end of time is finite, or an exception says why it is not",
          fmt::format("NaN or infinity {}", where),
          "give the limit where there is one: take the factors that are 0 / 0 or 0 times infinity together");
  if (apart > 0.01 * size) return;
  // Of points of size 1, what is below 1e-12 is round-off: where the velocity is 0 everywhere.
  require_close(v, near, 0, apart + 1e-4 * size + 1e-12, "a velocity at an end of time is the limit " + where,
                "give the limit: take the factors that are 0 / 0 or 0 times infinity together");
}

// Whether a field is asked with this noise: all along the first path; along the others without noise, with one that is there at the
// ends and with one that is not and whose derivative is infinite there. In the target where it changes.
bool asked(const PathOf& path) {
  if (path.interpolant != known_interpolants.front() && path.noise != "noise/brownian" &&
      path.noise != "noise/constant" && path.noise != "noise/zero")
    return false;
  return !path.noise_in_target || (path.noise != "noise/constant" && path.noise != "noise/zero");
}

// The paths that are known, for a field that asks for one.
std::vector<PathOf> paths_for(const Subject& subject) {
  if (std::ranges::find(subject.schema.ports, "interpolant", &PortSchema::kind) == subject.schema.ports.end())
    return {PathOf{}};
  std::vector<PathOf> paths;
  for (const std::string& interpolant : known_interpolants)
    for (const std::string& noise : known_noises)
      for (const bool in_target : {false, true})
        if (const PathOf path{interpolant, noise, in_target}; asked(path)) paths.push_back(path);
  return paths;
}

}  // namespace

void is_whole_at_the_ends(const Subject& subject) {
  Anywhere anywhere;
  for (const PathOf& path : paths_for(subject)) {
    for (const at::TensorOptions& options : {f32, f64}) {
      const auto hold = [&](const MadeField& made, const Shape&) {
        for (const double end : {0.0, 1.0})
          is_whole_at(end, made,
                      fmt::format("at t = {} with {}, {}{}, in {}", end, path.interpolant, path.noise,
                                  path.noise_in_target ? " in the target" : "",
                                  text_of(options.dtype().toScalarType())));
      };
      anywhere.in_one([&] { everywhere(subject, options, hold, path); });
    }
  }
  anywhere.require_one();
}

}  // namespace weir::conformance

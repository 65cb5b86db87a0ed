// tests/plugins/coupling/six_points.hpp -- two small sets in the plane, which other implementations have paired too, and couplings of them.
#pragma once

#include <cmath>
#include <memory>
#include <string>

#include <weir/kinds/facets/kept_marginals.hpp>
#include <weir/kinds/flow/coupling.hpp>

#include "../values.hpp"

namespace weir::tests {

inline Tensor six_sources() {
  const Tensor i = at::arange(6, f64);
  return at::stack({(2 * i).sin(), (3 * i).cos()}, 1);
}
inline Tensor six_targets() {
  const Tensor i = at::arange(6, f64);
  return at::stack({1.5 * i.cos(), 1 + (5 * i).sin()}, 1);
}

// A coupling of these points, or of others.
struct OfSets {
  OfSets(const std::string& id, nlohmann::json params, Tensor x0 = six_sources(), Tensor x1 = six_targets(),
         std::uint64_t seed = 5, Tensor labels = {}, std::optional<std::int64_t> classes = {})
      : source(std::move(x0)), target(std::move(x1), std::move(labels), classes) {
    if (!params.contains("draw")) params["draw"] = {{"fixed", *source.size()}};
    pairs = make<Coupling>(id, params, f64, seed, "pairs");
    bind(*pairs, "source", source);
    bind(*pairs, "target", target);
  }
  double value(const std::string& output) const { return number(value_of(*pairs, output)); }

  ItemSet source, target;
  std::unique_ptr<Coupling> pairs;
};

// A coupling of points of two laws.
struct OfLaws {
  OfLaws(const std::string& id, nlohmann::json params, const nlohmann::json& from, const nlohmann::json& to,
         std::uint64_t seed = 5)
      : source(make<Source>("source/gaussian", from)),
        target(make<Source>("source/gaussian", to, f64, 0, "target")),
        pairs(make<Coupling>(id, params, f64, seed, "pairs")) {
    run(*source);
    run(*target);
    bind(*pairs, "source", *source);
    bind(*pairs, "target", *target);
  }
  double value(const std::string& output) const { return number(value_of(*pairs, output)); }

  std::unique_ptr<Source> source, target;
  std::unique_ptr<Coupling> pairs;
};

// How often each of the n items of a set comes among the pairs' ends.
inline Tensor times_met(const Coupling& pairs, const std::string& output, std::int64_t n) {
  return at::bincount(value_of(pairs, output), {}, n);
}

inline KeptMarginals kept(const Coupling& pairs) {
  return facet<KeptMarginals>(pairs).value_or(KeptMarginals{});
}

}  // namespace weir::tests

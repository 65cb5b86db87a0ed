// core/front/sweep/combination.cpp -- the runs of a sweep.
#include <weir/front/sweep/combination.hpp>

#include <algorithm>

namespace weir {

std::vector<Combination> combinations(const Graph& graph) {
  std::vector<Combination> all(1);
  for (const SweepAxis& axis : graph.sweep) {
    std::vector<Combination> longer;
    longer.reserve(all.size() * axis.points.size());
    for (const Combination& shorter : all) {
      for (std::size_t i = 0; i < axis.points.size(); ++i) {
        const SweepAxis::Point& point = axis.points[i];
        Combination next = shorter;
        next.run += (next.run.empty() ? "" : ",") + axis.name + "=" + point.label;
        next.axes.emplace_back(axis.name, point.value);
        next.points.push_back(i);
        longer.push_back(std::move(next));
      }
    }
    all = std::move(longer);
  }
  // File names end at 255 bytes; beyond that the number of the run is the name.
  const bool too_long =
      std::any_of(all.begin(), all.end(), [](const Combination& c) { return c.run.size() > 200; });
  for (std::size_t i = 0; too_long && i < all.size(); ++i) all[i].run = "run=" + std::to_string(i + 1);
  return all;
}

}  // namespace weir

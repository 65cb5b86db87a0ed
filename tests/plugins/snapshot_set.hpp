// tests/plugins/snapshot_set.hpp -- known points at known times, as a source that says so.
#pragma once

#include <vector>

#include <weir/kinds/facets/marginals.hpp>
#include <weir/kinds/flow/source.hpp>

#include "make.hpp"

namespace weir::tests {

// These sets of points [n_k, item...] at these times; evenly spread if none are given.
class SnapshotSet final : public Source {
 public:
  explicit SnapshotSet(const std::vector<Tensor>& sets, std::vector<double> times = {})
      : items_(at::cat(sets)) {
    set({.path = "clouds", .seed = 0, .options = items_.options(), .places = {}});
    for (const Tensor& points : sets) known_.sizes.push_back(points.size(0));
    for (std::size_t k = 0; times.empty() && k < sets.size(); ++k)
      known_.times.push_back(double(k) / double(sets.size() - 1));
    if (!times.empty()) known_.times = std::move(times);
  }

  Shape shape() const override { return items_.sizes().slice(1).vec(); }
  std::optional<std::int64_t> size() const override { return items_.size(0); }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  Tensor sample(std::int64_t n, Rng& rng) const override { return items(rng.integers(items_.size(0), {n})); }

 private:
  Tensor items_;
  Marginals known_;
  Facet<Marginals> marginals_{this, [this] { return known_; }};
};

}  // namespace weir::tests

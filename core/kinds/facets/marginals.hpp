// core/kinds/facets/marginals.hpp -- of a source: a finite set whose items are those of several snapshots of a moving law, one after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace weir {

struct Marginals {
  static constexpr const char* facet = "marginals";
  std::vector<double> times;  // of each snapshot, ascending
  std::vector<std::int64_t>
      sizes;  // items of each, at least one, in this order; their sum is the size of the set

  // The number of the first item of snapshot k.
  std::int64_t first(std::size_t k) const {
    return std::accumulate(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(k), std::int64_t{0});
  }
};

}  // namespace weir

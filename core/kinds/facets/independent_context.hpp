// core/kinds/facets/independent_context.hpp -- of a coupling that matches the rows of a batch to each other: what x0 still knows nothing of.
#pragma once

#include <string>
#include <vector>

namespace weir {

struct IndependentContext {
  static constexpr const char* facet = "independent_context";
  std::vector<std::string>
      names;  // entries of the context that x0 is independent of; of a coupling without the facet, none
};

}  // namespace weir

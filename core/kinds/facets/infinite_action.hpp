// core/kinds/facets/infinite_action.hpp -- of a noise: the integral of gamma'^2 over (0, 1) is infinite, as a Brownian bridge's is.
#pragma once

namespace weir {

struct InfiniteAction {
  static constexpr const char* facet = "infinite_action";
};

}  // namespace weir

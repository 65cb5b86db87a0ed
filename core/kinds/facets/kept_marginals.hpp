// core/kinds/facets/kept_marginals.hpp -- of a coupling whose pairs have not each point that it drew once: what is left of the laws of both ends.
//
// Without the facet both ends are kept exactly: the x0 of its pairs are the points drawn from the source, each once, and so are the x1.
#pragma once

namespace weir {

struct KeptMarginals {
  static constexpr const char* facet = "kept_marginals";
  enum class How {
    exactly,     // each point once
    on_average,  // of the source's law, but a point comes several times or not at all, as chance has it
    changed,     // of another law than the source's
  };
  How x0 = How::exactly, x1 = How::exactly;
};

}  // namespace weir

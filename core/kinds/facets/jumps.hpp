// core/kinds/facets/jumps.hpp -- of an integrator: its points are words of tokens, which jump between them in place of moving along a line.
//
// The laws of integrators that follow a velocity from point to point are not asked of it.
#pragma once

namespace weir {

struct Jumps {
  static constexpr const char* facet = "jumps";
};

}  // namespace weir

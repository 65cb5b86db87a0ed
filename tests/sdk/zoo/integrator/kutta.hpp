// tests/sdk/zoo/integrator/kutta.hpp -- Kutta's method of order 3, and the midpoint method within it.
//
//    0  |
//   1/2 | 1/2
//    1  | -1    2
//   ----+------------------
//       | 1/6  2/3  1/6       order 3
//       |  0    1    0        order 2
//
// Source   Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.1.
#pragma once

#include <weir/kinds/flow/embedded.hpp>

inline weir::Tableau kutta() {
  return {.c = {0, 1. / 2, 1},
          .a = {{}, {1. / 2}, {-1, 2}},
          .b = {1. / 6, 2. / 3, 1. / 6},
          .e = {1. / 6, -1. / 3, 1. / 6, 0},
          .p = {},
          .order = 3,
          .error_order = 2};
}

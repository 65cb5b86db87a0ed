// plugins/integrator/bogacki_shampine.cpp -- the Runge-Kutta pair of orders 3 and 2 of Bogacki and Shampine, with steps of each row's own.
//
// Source   Bogacki, Shampine, Appl. Math. Lett. 2 (1989) 321-325.
// Oracle   scipy 1.17.1 solve_ivp(method="RK23"): as many evaluations, and ends to 1e-11; closed forms within ten tolerances.
// Peers    torchdiffeq bosh3; diffrax Bosh3; scipy RK23
// Shapes   x [N, item...]
// Limits   embedded.hpp; the dense output is the cubic. For loose tolerances: below 1e-4 the pairs of order 5 take fewer evaluations.
#include <weir/kinds/flow/embedded.hpp>
#include <weir/plugin.hpp>

namespace {

class BogackiShampine final : public weir::Embedded {
 public:
  const weir::Tableau& tableau() const override {
    static const weir::Tableau bogacki_shampine{.c = {0, 1. / 2, 3. / 4},
                                                .a = {{}, {1. / 2}, {0, 3. / 4}},
                                                .b = {2. / 9, 1. / 3, 4. / 9},
                                                .e = {5. / 72, -1. / 12, -1. / 9, 1. / 8},
                                                .p = {},
                                                .order = 3,
                                                .error_order = 2};
    return bogacki_shampine;
  }
};

}  // namespace

WEIR_PLUGIN(BogackiShampine, "Bogacki and Shampine's pair of orders 3 and 2, adaptive steps for each row")

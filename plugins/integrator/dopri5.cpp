// plugins/integrator/dopri5.cpp -- the Runge-Kutta pair of orders 5 and 4 of Dormand and Prince, with steps of each row's own.
//
// Source   Dormand, Prince, J. Comput. Appl. Math. 6 (1980) 19-26; dense output: Shampine, Math. Comp. 46 (1986) 135-150 (dormand_prince.hpp).
// Oracle   scipy 1.17.1 solve_ivp(method="RK45"): as many evaluations, and ends to 1e-11; closed forms within ten tolerances.
// Peers    torchdiffeq dopri5 (one step size for the whole batch); torchdyn dopri5; diffrax Dopri5; scipy RK45; flow_matching
//          ODESolver.sample(method="dopri5")
// Shapes   x [N, item...]
// Limits   embedded.hpp: explicit, so that a stiff field costs many steps.
#include <weir/kinds/flow/dormand_prince.hpp>
#include <weir/plugin.hpp>

namespace {

class Dopri5 final : public weir::Embedded {
 public:
  const weir::Tableau& tableau() const override { return weir::dormand_prince(); }
};

}  // namespace

WEIR_PLUGIN(Dopri5, "Dormand and Prince's pair of orders 5 and 4, adaptive steps for each row")

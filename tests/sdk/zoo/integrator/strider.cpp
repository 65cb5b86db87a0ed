// tests/sdk/zoo/integrator/strider.cpp -- Kutta's method of order 3 with steps of each row's own.
#include <weir/plugin.hpp>

#include "kutta.hpp"

namespace {

class Strider final : public weir::Embedded {
 public:
  const weir::Tableau& tableau() const override {
    static const weir::Tableau pair = kutta();
    return pair;
  }
};

}  // namespace

WEIR_PLUGIN(Strider, "An animal that lengthens its stride where it can")

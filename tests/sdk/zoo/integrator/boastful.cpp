// tests/sdk/zoo/integrator/boastful.cpp -- says that its method of order 3 has order 4.
#include <weir/plugin.hpp>

#include "kutta.hpp"

namespace {

class Boastful final : public weir::Embedded {
 public:
  const weir::Tableau& tableau() const override {
    static const weir::Tableau pair = [] {
      weir::Tableau boast = kutta();
      boast.order = 4;
      return boast;
    }();
    return pair;
  }
};

}  // namespace

WEIR_PLUGIN(Boastful, "An animal that claims a higher order")

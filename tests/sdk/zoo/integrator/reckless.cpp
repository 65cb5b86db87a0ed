// tests/sdk/zoo/integrator/reckless.cpp -- takes its errors for a hundredth of what they are.
#include <weir/plugin.hpp>

#include "kutta.hpp"

namespace {

class Reckless final : public weir::Embedded {
 public:
  const weir::Tableau& tableau() const override {
    static const weir::Tableau pair = [] {
      weir::Tableau rash = kutta();
      for (double& weight : rash.e) weight /= 100;
      return rash;
    }();
    return pair;
  }
};

}  // namespace

WEIR_PLUGIN(Reckless, "An animal that makes light of its errors")

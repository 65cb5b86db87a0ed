// tests/sdk/zoo/integrator/snacking.cpp -- asks its field once more than it counts.
#include <weir/plugin.hpp>

#include "kutta.hpp"

namespace {

class Snacking final : public weir::Embedded {
 public:
  const weir::Tableau& tableau() const override {
    static const weir::Tableau pair = kutta();
    return pair;
  }

 protected:
  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    Path path = Embedded::follow(v, rows, saved, watch);
    path.nfe -= 1;
    return path;
  }
};

}  // namespace

WEIR_PLUGIN(Snacking, "An animal that does not count its first meal")

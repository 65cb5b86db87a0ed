// flavour/plain.cpp -- a plugin of the new kind.
#include <flavour.hpp>
#include <weir/plugin.hpp>

namespace {

class Plain final : public lab::Flavour {
 public:
  double strength() const override { return strength_(); }

 private:
  weir::Param<double> strength_{this, "strength", 1.0, weir::non_negative, "how strong it is"};
};

}  // namespace

WEIR_PLUGIN(Plain, "Flavour of one strength")

// flavour/plain.cpp -- a plugin of the new kind.
#include <flavour.hpp>
#include <weir/plugin.hpp>

#include <optional>

namespace {

class Plain final : public lab::Flavour {
 public:
  double strength() const override { return strength_(); }

 private:
  weir::Param<double> strength_{this, "strength", 1.0, weir::non_negative, "how strong it is"};
  weir::Param<double> stays_{this, "stays", weir::absent, weir::positive.in("s"), "how long, if it does"};
  weir::Facet<lab::Aftertaste> aftertaste_{this, [this]() -> std::optional<lab::Aftertaste> {
                                             if (!stays_.given()) return std::nullopt;
                                             return lab::Aftertaste{stays_()};
                                           }};
};

}  // namespace

WEIR_PLUGIN(Plain, "Flavour of one strength")

// tests/sdk/zoo/needy.cpp -- needs a function of Weir's that does not exist.
#include <weir/node.hpp>
#include <weir/plugin.hpp>

namespace weir {
double fodder(const std::string& animal);
}

namespace {

class Needy final : public weir::Node {
  weir::Param<double> hunger_{this, "hunger", weir::fodder("needy"), "what it eats in a day"};
};

}  // namespace

WEIR_PLUGIN(Needy, "An animal that asks for too much")

// tests/sdk/zoo/failing.cpp -- a constructor that throws a standard exception.
#include <weir/node.hpp>
#include <weir/plugin.hpp>

namespace {

class Failing final : public weir::Node {
 public:
  Failing() { throw std::out_of_range("no cage is left"); }
};

}  // namespace

WEIR_PLUGIN(Failing, "An animal that cannot be caught")

// tests/sdk/zoo/wild.cpp -- a constructor that throws something of its own.
#include <weir/node.hpp>
#include <weir/plugin.hpp>

namespace {

struct Escape {};

class Wild final : public weir::Node {
 public:
  Wild() { throw Escape{}; }
};

}  // namespace

WEIR_PLUGIN(Wild, "An animal that escapes")

// tests/sdk/zoo/east.cpp -- one of two plugins in one library.
#include <weir/node.hpp>
#include <weir/plugin.hpp>

namespace {

class East final : public weir::Node {};

}  // namespace

WEIR_PLUGIN(East, "The east one of two")

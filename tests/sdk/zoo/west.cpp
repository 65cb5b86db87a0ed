// tests/sdk/zoo/west.cpp -- one of two plugins in one library.
#include <weir/node.hpp>
#include <weir/plugin.hpp>

namespace {

class West final : public weir::Node {};

}  // namespace

WEIR_PLUGIN(West, "The west one of two")

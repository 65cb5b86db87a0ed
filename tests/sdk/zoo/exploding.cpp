// tests/sdk/zoo/exploding.cpp -- ends the process when the library is opened.
#include <cstdlib>

#include <weir/node.hpp>
#include <weir/plugin.hpp>

namespace {

class Exploding final : public weir::Node {};

[[maybe_unused]] const int fuse = (std::abort(), 0);

}  // namespace

WEIR_PLUGIN(Exploding, "An animal that must not be touched")

// tests/sdk/zoo/metric/stray.cpp -- a class that is no metric in the folder of the metrics.
#include <weir/node.hpp>
#include <weir/plugin.hpp>

namespace {

class Stray final : public weir::Node {};

}  // namespace

WEIR_PLUGIN(Stray, "An animal of another kind")

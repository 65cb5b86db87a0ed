// tests/sdk/zoo/twin.cpp -- links a library that is named like one of LibTorch's.
#include <weir/node.hpp>
#include <weir/plugin.hpp>

int twin_of_c10();

namespace {

class Twin final : public weir::Node {
  weir::Param<double> count_{this, "count", double(twin_of_c10()), "how many there are"};
};

}  // namespace

WEIR_PLUGIN(Twin, "An animal that brings its twin")

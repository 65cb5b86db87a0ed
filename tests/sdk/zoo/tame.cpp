// tests/sdk/zoo/tame.cpp -- a plugin with nothing wrong, of a kind that nobody else knows.
#include <weir/node.hpp>
#include <weir/plugin.hpp>

namespace {

class Tame final : public weir::Node {
  weir::Param<double> weight_{this, "weight", 2.5, weir::positive, "how heavy it is"};
  weir::Output<weir::Tensor> mass_{this, "mass", "kg", "the weight as a tensor"};

 public:
  void plan(weir::Plan&) override { mass_.plan({1}, {"animal"}); }
  void run(weir::Run&) override { mass_.set(at::full({1}, weight_(), options())); }
};

}  // namespace

WEIR_PLUGIN(Tame, "An animal that does what it is told")

// tests/sdk/zoo/metric/lonely.cpp -- needs a node of a kind that Weir does not know.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Zoo : public weir::Node {
 public:
  static constexpr const char* kind = "zoo";
};

class Lonely final : public weir::Metric {
  weir::Port<Zoo> mate_{this, "mate", "an animal beside it"};
  weir::Output<weir::Tensor> size_{this, "size", "m", "how large it is"};

 public:
  void plan(weir::Plan&) override { size_.plan({}, {}); }
  void run(weir::Run&) override { size_.set(at::ones({}, options())); }
};

}  // namespace

WEIR_PLUGIN(Lonely, "An animal that wants company")

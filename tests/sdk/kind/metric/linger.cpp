// metric/linger.cpp -- a plugin that takes those of the new kind that have the new facet.
#include <flavour.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Linger final : public weir::Metric {
 public:
  void plan(weir::Plan&) override { seconds_.plan({}, {}); }
  void run(weir::Run&) override {
    seconds_.set(at::scalar_tensor(weir::facet<lab::Aftertaste>(*flavour_)->seconds, options()));
  }

 private:
  weir::Port<lab::Flavour> flavour_{this, "flavour", weir::mandatory.needing<lab::Aftertaste>(),
                                    "what is tasted"};
  weir::Output<weir::Tensor> seconds_{this, "seconds", "s", "how long it is tasted"};
};

}  // namespace

WEIR_PLUGIN(Linger, "How long a flavour is tasted")

// metric/taste.cpp -- a plugin that takes one of the new kind.
#include <flavour.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Taste final : public weir::Metric {
 public:
  void plan(weir::Plan&) override { strength_.plan({}, {}); }
  void run(weir::Run&) override { strength_.set(at::scalar_tensor(flavour_->strength(), options())); }

 private:
  weir::Port<lab::Flavour> flavour_{this, "flavour", "what is tasted"};
  weir::Output<weir::Tensor> strength_{this, "strength", "1", "how strong it is"};
};

}  // namespace

WEIR_PLUGIN(Taste, "Strength of a flavour")

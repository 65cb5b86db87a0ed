// tests/sdk/zoo/noise/rider.cpp -- a multiple of another noise schedule.
#include <weir/kinds/facets/infinite_action.hpp>
#include <weir/kinds/flow/noise.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Rider final : public weir::Noise {
  weir::Port<weir::Noise> noise_{this, "noise", "what it rides on"};
  weir::Param<double> factor_{this, "factor", 2, weir::positive, "how much louder it is"};
  weir::Facet<weir::InfiniteAction> action_{this,
                                            [this] { return weir::facet<weir::InfiniteAction>(*noise_); }};

 public:
  Tensor gamma(const Tensor& t) const override { return factor_() * noise_->gamma(t); }
  Tensor dgamma(const Tensor& t) const override { return factor_() * noise_->dgamma(t); }
  bool zero() const override { return noise_->zero(); }
};

}  // namespace

WEIR_PLUGIN(Rider, "An animal that rides on a noise")

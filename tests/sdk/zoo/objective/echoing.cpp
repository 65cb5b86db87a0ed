// tests/sdk/zoo/objective/echoing.cpp -- asks its field twice, and does not say that a tape cannot follow it.
#include <weir/plugin.hpp>

#include "straight.hpp"

namespace {

using weir::Tensor;

class Echoing final : public Straight {
 public:
  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    const Tensor call = field.velocity(params, sample["xt"], sample["t"], sample.batch.context);
    const Tensor echo =
        field.velocity(params, sample.batch.x0(), at::zeros_like(sample["t"]), sample.batch.context);
    return (sample["ut"] - (call + echo) / 2).square().flatten(1).sum(1);
  }
};

}  // namespace

WEIR_PLUGIN(Echoing, "An animal that calls and is answered")

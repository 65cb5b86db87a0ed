// tests/sdk/zoo/objective/overstating.cpp -- says that its loss is another than it is.
#include <weir/plugin.hpp>

#include "straight.hpp"

namespace {

using weir::Tensor;

class Overstating final : public Straight {
 public:
  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    const Tensor v = field.velocity(params, sample["xt"], sample["t"], sample.batch.context);
    return (sample["ut"] - v).square().flatten(1).sum(1);
  }
  std::optional<Regression> regression(const weir::Sample& sample) const override {
    return Regression{sample["xt"], sample["t"], sample.batch.context, 2 * sample["ut"], {}};
  }
};

}  // namespace

WEIR_PLUGIN(Overstating, "An animal that tells of a jump twice as far")

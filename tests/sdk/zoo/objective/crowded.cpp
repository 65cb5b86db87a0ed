// tests/sdk/zoo/objective/crowded.cpp -- a loss of each row that depends on the other rows.
#include <weir/plugin.hpp>

#include "straight.hpp"

namespace {

using weir::Tensor;

class Crowded final : public Straight {
 public:
  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    const Tensor v = field.velocity(params, sample["xt"], sample["t"], sample.batch.context);
    const Tensor loss = (sample["ut"] - v).square().flatten(1).sum(1);
    return loss / loss.detach().mean();
  }
};

}  // namespace

WEIR_PLUGIN(Crowded, "An animal that minds its neighbours")

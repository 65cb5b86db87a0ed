// tests/sdk/zoo/objective/miscounting.cpp -- names more terms of its loss than it gives.
#include <weir/plugin.hpp>

#include "riding.hpp"

namespace {

class Miscounting final : public Riding {
 public:
  std::vector<std::string> terms() const override { return {"fore", "hind"}; }
  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    weir::Loss loss = Riding::loss(field, params, sample);
    loss.terms = {{"fore", loss.rows}};
    return loss;
  }
};

}  // namespace

WEIR_PLUGIN(Miscounting, "An animal that counts two pairs of legs and has one")

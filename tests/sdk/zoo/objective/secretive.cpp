// tests/sdk/zoo/objective/secretive.cpp -- tells its field something that its domain does not have.
#include <weir/plugin.hpp>

#include "riding.hpp"

namespace {

class Secretive final : public Riding {
 public:
  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Sample sample = Riding::sample(n, rng);
    sample.batch.context["mood"] = sample["t"];
    return sample;
  }
};

}  // namespace

WEIR_PLUGIN(Secretive, "An animal that whispers to its field")

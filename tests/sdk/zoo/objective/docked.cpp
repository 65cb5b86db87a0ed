// tests/sdk/zoo/objective/docked.cpp -- draws a tensor that is a row short.
#include <weir/plugin.hpp>

#include "riding.hpp"

namespace {

class Docked final : public Riding {
 public:
  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Sample sample = Riding::sample(n, rng);
    sample.draws["tail"] = sample["t"].slice(0, 1);
    return sample;
  }
};

}  // namespace

WEIR_PLUGIN(Docked, "An animal whose tail was cut")

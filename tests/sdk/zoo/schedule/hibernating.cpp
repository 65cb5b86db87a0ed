// tests/sdk/zoo/schedule/hibernating.cpp -- lets nothing move.
#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class Hibernating final : public weir::Schedule {
 public:
  double scale(std::int64_t step, std::int64_t steps) const override {
    return static_cast<double>(step / (steps + 1));  // of integers: 0
  }
};

}  // namespace

WEIR_PLUGIN(Hibernating, "An animal that sleeps through the training")

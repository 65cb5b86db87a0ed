// tests/sdk/zoo/schedule/sinking.cpp -- does not stop at zero.
#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class Sinking final : public weir::Schedule {
 public:
  double scale(std::int64_t step, std::int64_t steps) const override {
    return 1 - 1.5 * static_cast<double>(step) / static_cast<double>(steps);
  }
};

}  // namespace

WEIR_PLUGIN(Sinking, "An animal that dives too deep")

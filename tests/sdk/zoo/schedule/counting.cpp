// tests/sdk/zoo/schedule/counting.cpp -- counts how often it was asked instead of reading the step.
#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class Counting final : public weir::Schedule {
  mutable std::int64_t asked_ = 0;

 public:
  double scale(std::int64_t, std::int64_t) const override { return 1 / static_cast<double>(++asked_); }
};

}  // namespace

WEIR_PLUGIN(Counting, "An animal that counts its sheep")

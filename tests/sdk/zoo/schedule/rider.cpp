// tests/sdk/zoo/schedule/rider.cpp -- another schedule, from its beginning in each of several rounds: warm restarts.
#include <weir/kinds/learn/schedule.hpp>
#include <weir/plugin.hpp>

namespace {

class Rider final : public weir::Schedule {
  weir::Port<weir::Schedule> schedule_{this, "schedule", "what it rides on"};
  weir::Param<std::int64_t> rounds_{this, "rounds", 3, weir::at_least(1), "how often it begins"};

 public:
  double scale(std::int64_t step, std::int64_t steps) const override {
    const std::int64_t length = (steps + rounds_() - 1) / rounds_();
    return schedule_->scale((step - 1) % length + 1, length);
  }
};

}  // namespace

WEIR_PLUGIN(Rider, "An animal that rides on a schedule")

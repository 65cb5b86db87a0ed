// core/kinds/kinds.cpp -- key functions of the interfaces, so that each type has one home for all plugins.
#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/kinds/learn/schedule.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/kinds/metric.hpp>

namespace weir {

Metric::~Metric() = default;
Optimiser::~Optimiser() = default;
Probe::~Probe() = default;
Schedule::~Schedule() = default;
Time::~Time() = default;
Trainer::~Trainer() = default;

}  // namespace weir

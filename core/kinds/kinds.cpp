// core/kinds/kinds.cpp -- key functions of the interfaces, so that each type has one home for all plugins.
#include <weir/kinds/metric.hpp>
#include <weir/kinds/noise.hpp>
#include <weir/kinds/objective.hpp>
#include <weir/kinds/optimiser.hpp>
#include <weir/kinds/probe.hpp>
#include <weir/kinds/time.hpp>
#include <weir/kinds/trainer.hpp>

namespace weir {

Metric::~Metric() = default;
Noise::~Noise() = default;
Objective::~Objective() = default;
Optimiser::~Optimiser() = default;
Probe::~Probe() = default;
Time::~Time() = default;
Trainer::~Trainer() = default;

}  // namespace weir

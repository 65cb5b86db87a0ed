// core/kinds/learn/history.cpp -- the models of a training, by their steps.
#include <weir/kinds/learn/history.hpp>

#include <fmt/format.h>

namespace weir {

History::History(const std::vector<std::int64_t>& steps, const Objective& objective, const Field* model) {
  for (const std::int64_t step : steps)
    moments_[step] = {FittedModel(objective, model), FittedModel(objective, model), {}, {}};
}

History::~History() = default;

const History::Moment* History::after(std::int64_t step) const {
  const auto found = moments_.find(step);
  return found == moments_.end() ? nullptr : &found->second;
}

void History::set(std::int64_t step, const Params& params, const Params& ema) {
  Moment& moment = moments_.at(step);
  moment.params = params.clone();
  moment.ema = ema.clone();
  moment.last.set(moment.params);
  moment.average.set(moment.ema);
}

void plan_history(const History& history, const Objective& objective, const std::string& port, Plan& plan) {
  const FittedModel& model = history.moments().begin()->second.last;
  const auto own = objective.network();
  if (objective.takes_field() != (model.field() != nullptr) ||
      own.has_value() != (model.network() != nullptr))
    return plan.fault(port,
                      fmt::format("the training of '{}' was not of what '{}' asks", port, objective.path()),
                      "take the objective of the training, or another of its plugin");
  if (model.field()) model.field()->plan_for(objective.domain(), plan);
  if (!own || !plan.clean()) return;
  model.network()->plan_for(own->signature, plan);
  if (!plan.clean()) return;
  Rng rng = objective.rng().at("init");
  if (own->network->init(own->signature, rng).shapes() != model.network()->init(own->signature, rng).shapes())
    plan.fault(port,
               fmt::format("the network of '{}' has other parameters than the one that was trained",
                           objective.path()),
               "give both objectives the same network: a node, by its name");
}

}  // namespace weir

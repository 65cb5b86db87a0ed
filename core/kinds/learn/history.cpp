// core/kinds/learn/history.cpp -- the models of a training, by their steps.
#include <weir/kinds/learn/history.hpp>

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

}  // namespace weir

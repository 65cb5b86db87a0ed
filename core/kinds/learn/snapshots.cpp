// core/kinds/learn/snapshots.cpp -- the snapshots of a training: asked for, taken, kept with its state, recorded.
#include <weir/kinds/learn/snapshots.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>

namespace weir {
namespace {

std::string prefix_of(std::int64_t step) { return fmt::format("snapshots/{}/", step); }

}  // namespace

Snapshots::Snapshots(Node* trainer)
    : trainer_(trainer),
      steps_(trainer, "snapshots", absent, non_negative,
             "steps, ascending, after which the parameters are kept; 0 is before the first"),
      every_(trainer, "snapshot_every", absent, at_least(1),
             "instead: they are kept after each step that is a multiple of this"),
      given_(trainer, "history", "the training after those steps: trainer/snapshot gives one of them"),
      params_(trainer, "snapshots",
              "parameters after each of those steps; NaN where the training ended before"),
      ema_params_(trainer, "ema_snapshots",
                  "averaged parameters after each of those steps; NaN where the training ended before"),
      reached_(trainer, "snapshot_steps", "1", "step of each snapshot; -1 where the training ended before it",
               "int64") {}

std::vector<std::int64_t> Snapshots::asked(std::optional<std::int64_t> steps, Plan& plan) const {
  const auto refused = [&](const char* at, const std::string& why, const std::string& remedy = {}) {
    plan.fault(at, why, remedy);
    return std::vector<std::int64_t>();
  };
  if (every_.given()) {
    if (steps_.given()) return refused("snapshot_every", "the steps are given one by one", "leave one out");
    if (!steps)
      return refused("snapshot_every", "where this training ends is not known yet",
                     "write the steps one by one, as snapshots");
    std::vector<std::int64_t> multiples;
    for (std::int64_t step = every_(); step <= *steps; step += every_()) multiples.push_back(step);
    if (multiples.empty())
      return refused("snapshot_every", fmt::format("the training has {} steps, and none is a multiple of {}",
                                                   *steps, every_()));
    return multiples;
  }
  const Numbers& listed = steps_();
  if (listed.empty()) return refused("snapshots", "there is no step in the list", "leave snapshots out");
  const auto part = std::ranges::find_if(listed, [](double step) { return step != std::floor(step); });
  if (part != listed.end())
    return refused("snapshots", fmt::format("steps are whole numbers, and {:g} is none", *part));
  if (const auto turn = std::ranges::adjacent_find(listed, std::ranges::greater_equal{});
      turn != listed.end())
    return refused("snapshots", fmt::format("the steps must ascend, and {:.0f} is followed by {:.0f}", *turn,
                                            *std::next(turn)));
  if (steps && listed.back() > static_cast<double>(*steps))
    return refused("snapshots", fmt::format("snapshots has step {:.0f}, and the training {} steps",
                                            listed.back(), *steps));
  return {listed.begin(), listed.end()};
}

void Snapshots::plan(const Params& initial, const Objective& objective, const Field* model,
                     std::optional<std::int64_t> steps, Plan& plan) {
  if (!steps_.given() && !every_.given()) return;
  const std::vector<std::int64_t> asked = this->asked(steps, plan);
  if (asked.empty()) return;
  names_ = initial;
  history_ = std::make_shared<History>(asked, objective, model);
  given_.set(history_);
  const auto count = static_cast<std::int64_t>(asked.size());
  std::vector<std::pair<std::string, Shape>> rows;
  for (const auto& [name, shape] : initial.shapes()) rows.emplace_back(name, rows_of(count, shape));
  params_.plan(rows);
  ema_params_.plan(rows);
  reached_.plan({count}, {"snapshot"});
}

void Snapshots::begin(const Fit& fit, std::int64_t last) {
  if (!history_) return;
  for (const auto& [step, moment] : history_->moments())
    if (!moment.reached() && (step < fit.steps() || step > last))
      throw std::runtime_error(fmt::format("snapshots has step {}, and this training goes from step {} to {}",
                                           step, fit.steps(), last));
  take(fit);
}

void Snapshots::take(const Fit& fit) {
  if (!history_) return;
  if (const History::Moment* moment = history_->after(fit.steps()); moment && !moment->reached())
    history_->set(fit.steps(), fit.params(), fit.average());
}

void Snapshots::add_to(State& state) const {
  if (!history_) return;
  for (const auto& [step, moment] : history_->moments()) {
    for (const auto& [name, value] : moment.params.tensors())
      state[prefix_of(step) + "params/" + name] = value.clone();
    for (const auto& [name, value] : moment.ema.tensors())
      state[prefix_of(step) + "ema/" + name] = value.clone();
  }
}

void Snapshots::take_from(const State& state) {
  if (!history_) return;
  for (const auto& [step, moment] : history_->moments()) {
    const auto params = params_in(state, prefix_of(step) + "params/", names_);
    const auto ema = params_in(state, prefix_of(step) + "ema/", names_);
    if (params && ema) history_->set(step, *params, *ema);
  }
}

// [K, shape...] of one parameter.
Tensor Snapshots::stacked(std::size_t parameter, Params History::Moment::*which) const {
  const auto& [name, like] = names_.tensors()[parameter];
  std::vector<Tensor> rows;
  for (const auto& [step, moment] : history_->moments())
    rows.push_back(moment.reached() ? (moment.*which)[name]
                                    : at::full_like(like, std::numeric_limits<double>::quiet_NaN()));
  return at::stack(rows);
}

void Snapshots::set() {
  if (!history_) return;
  std::vector<std::pair<std::string, Tensor>> params, ema;
  for (std::size_t i = 0; i < names_.tensors().size(); ++i) {
    const std::string& name = names_.tensors()[i].first;
    params.emplace_back(name, stacked(i, &History::Moment::params));
    ema.emplace_back(name, stacked(i, &History::Moment::ema));
  }
  params_.set(params);
  ema_params_.set(ema);
  std::vector<std::int64_t> steps;
  for (const auto& [step, moment] : history_->moments()) steps.push_back(moment.reached() ? step : -1);
  reached_.set(at::tensor(steps, trainer_->options().dtype(at::kLong)));
}

bool Snapshots::restore(const State& recorded) {
  if (!history_) return true;
  const auto steps = recorded.find("snapshot_steps");
  if (steps == recorded.end()) return false;
  std::int64_t row = 0;
  for (const auto& [step, moment] : history_->moments()) {
    const std::int64_t i = row++;
    if (steps->second[i].item<std::int64_t>() != step) continue;  // not reached
    std::vector<Tensor> params, ema;
    for (const auto& [name, like] : names_.tensors()) {
      const auto one = recorded.find("snapshots/" + name), other = recorded.find("ema_snapshots/" + name);
      if (one == recorded.end() || other == recorded.end()) return false;
      params.push_back(one->second[i]);
      ema.push_back(other->second[i]);
    }
    history_->set(step, names_.with(std::move(params)), names_.with(std::move(ema)));
  }
  return true;
}

}  // namespace weir

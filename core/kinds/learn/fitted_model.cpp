// core/kinds/learn/fitted_model.cpp -- the parameters of a training, divided among what they are of.
#include <weir/kinds/learn/fitted_model.hpp>

#include <cmath>

namespace weir {
namespace {

constexpr double worth_a_word = 0.05;

}  // namespace

Params initial_params(const Objective& objective, const Field* field, const Rng& rng) {
  Rng of_field = rng, of_objective = rng.at("objective");
  const Params own = objective.init(of_objective);
  return field ? field->init(objective.domain(), of_field).joined(own) : own;
}

double start_left(const EmaRule& rule, std::int64_t steps) {
  const std::int64_t updates = steps / rule.every;
  if (!rule.warm_up) return std::pow(rule.decay, static_cast<double>(updates));
  double left = 1;
  for (std::int64_t k = 1; k <= updates && left > 1e-6; ++k) left *= rule.at(k * rule.every);
  return left;
}

void StartLeft::tell(Node& average) {
  facets_.push_back(std::make_unique<Facet<YoungAverage>>(&average, [left = left_] { return *left; }));
}

void StartLeft::set(const EmaRule& rule, std::int64_t steps) const {
  const double left = start_left(rule, steps);
  if (left <= worth_a_word) return;
  const double enough = std::ceil(3 / (1 - rule.decay) - 1e-6) * static_cast<double>(rule.every);
  constexpr double most = 1e15;
  *left_ = YoungAverage{left, steps, enough < most ? static_cast<std::int64_t>(enough) : 0};
}

FittedModel::FittedModel(const Objective& objective, const Field* field) {
  Rng unused = objective.rng().at("init");
  own_ = objective.init(unused).tensors().size();
  if (field) field_ = std::make_shared<Fitted>(*field, objective.domain());
  if (const auto own = objective.network()) {
    network_ = std::make_shared<FittedNetwork>(*own->network, own->signature);
    prefix_ = own->prefix;
  }
}

void FittedModel::tell(StartLeft& left) const {
  if (field_) left.tell(*field_);
  if (network_) left.tell(*network_);
}

void FittedModel::set(const Params& params) {
  if (field_) {
    std::vector<std::pair<std::string, Tensor>> of_field = params.tensors();
    of_field.resize(of_field.size() - own_);
    field_->set(Params(std::move(of_field)));
  }
  if (network_) network_->set(params.under(prefix_).clone());
}

}  // namespace weir

// core/kinds/learn/fitted_model.cpp -- the parameters of a training, divided among what they are of.
#include <weir/kinds/learn/fitted_model.hpp>

namespace weir {

Params initial_params(const Objective& objective, const Field* field, const Rng& rng) {
  Rng of_field = rng, of_objective = rng.at("objective");
  const Params own = objective.init(of_objective);
  return field ? field->init(objective.domain(), of_field).joined(own) : own;
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

void FittedModel::set(const Params& params) {
  if (field_) {
    std::vector<std::pair<std::string, Tensor>> of_field = params.tensors();
    of_field.resize(of_field.size() - own_);
    field_->set(Params(std::move(of_field)));
  }
  if (network_) network_->set(params.under(prefix_).clone());
}

}  // namespace weir

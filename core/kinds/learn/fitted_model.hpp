// core/kinds/learn/fitted_model.hpp -- what a training fits, a field and the networks of its objective, as it is given to others.
//
//   FittedModel last(*objective_, model_.get());            // in plan
//   field_.set(last.field()), network_.set(last.network());
//   ...
//   last.set(fit.params());                                 // in run
#pragma once

#include <cstddef>
#include <memory>

#include <weir/kinds/learn/objective.hpp>

namespace weir {

// Initial parameters of a training: those of the field, if there is one, and joined to them those of the objective's own networks.
Params initial_params(const Objective& objective, const Field* field, const Rng& rng);

class FittedModel {
 public:
  FittedModel() = default;
  FittedModel(const Objective& objective, const Field* field);

  std::shared_ptr<const Field> field() const { return field_; }        // null without one
  std::shared_ptr<const Network> network() const { return network_; }  // null where the objective gives none
  void set(const Params& params);                                      // of both, as initial_params has them

 private:
  std::shared_ptr<Fitted> field_;
  std::shared_ptr<FittedNetwork> network_;
  std::string prefix_;   // of the network
  std::size_t own_ = 0;  // tensors that are the objective's
};

}  // namespace weir

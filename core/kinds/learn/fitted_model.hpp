// core/kinds/learn/fitted_model.hpp -- what a training fits, a field and the networks of its objective, as it is given to others.
//
//   FittedModel last(*objective_, model_.get());            // in plan
//   field_.set(last.field()), network_.set(last.network());
//   ...
//   last.set(fit.params());                                 // in run
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <weir/kinds/facets/young_average.hpp>
#include <weir/kinds/learn/fit.hpp>
#include <weir/kinds/learn/objective.hpp>

namespace weir {

// Initial parameters of a training: those of the field, if there is one, and joined to them those of the objective's own networks.
Params initial_params(const Objective& objective, const Field* field, const Rng& rng);

// The share of the initial parameters in an average after so many steps: the product of its d.
double start_left(const EmaRule& rule, std::int64_t steps);

// Gives what is averaged the facet YoungAverage.
class StartLeft {
 public:
  void tell(Node& average);  // in plan: a field, a network or a path; outlived by this
  void set(const EmaRule& rule, std::int64_t steps) const;  // in run, after the last step

 private:
  std::shared_ptr<std::optional<YoungAverage>> left_ = std::make_shared<std::optional<YoungAverage>>();
  std::vector<std::unique_ptr<Facet<YoungAverage>>> facets_;
};

class FittedModel {
 public:
  FittedModel() = default;
  FittedModel(const Objective& objective, const Field* field);

  std::shared_ptr<const Field> field() const { return field_; }        // null without one
  std::shared_ptr<const Network> network() const { return network_; }  // null where the objective gives none
  void set(const Params& params);                                      // of both, as initial_params has them
  void tell(StartLeft& left) const;                                    // in plan, of an average

 private:
  std::shared_ptr<Fitted> field_;
  std::shared_ptr<FittedNetwork> network_;
  std::string prefix_;   // of the network
  std::size_t own_ = 0;  // tensors that are the objective's
};

}  // namespace weir

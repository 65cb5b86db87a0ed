// plugins/objective/other_loss.hpp -- an objective with the pairs, times and samples of another, whose own loss is not used.
#pragma once

#include <string>
#include <utility>

#include <weir/kinds/learn/objective.hpp>

namespace weir {

class OtherLoss : public Objective {
 public:
  Shape shape() const override { return objective_->shape(); }
  Domain domain() const override { return objective_->domain(); }
  bool sorted_time() const override { return objective_->sorted_time(); }
  bool dependent_rows() const override { return objective_->dependent_rows(); }
  std::optional<std::int64_t> most_rows() const override { return objective_->most_rows(); }
  Sample sample(std::int64_t n, Rng& rng) const override { return objective_->sample(n, rng); }

 protected:
  OtherLoss(const PortOptions& options, std::string description)
      : objective_(this, "objective", options, std::move(description)) {}

  Port<Objective> objective_;
};

}  // namespace weir

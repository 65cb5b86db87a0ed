// tests/sdk/zoo/objective/riding.hpp -- hands on all that another objective is, for animals that change what is drawn.
#pragma once

#include <weir/kinds/learn/objective.hpp>

class Riding : public weir::Objective {
  weir::Port<weir::Objective> objective_{this, "objective", "what it rides on"};

 public:
  weir::Shape shape() const override { return objective_->shape(); }
  weir::Domain domain() const override { return objective_->domain(); }
  bool dependent_rows() const override { return objective_->dependent_rows(); }
  std::optional<std::int64_t> most_rows() const override { return objective_->most_rows(); }
  bool sorted_time() const override { return objective_->sorted_time(); }
  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override { return objective_->sample(n, rng); }
  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    return objective_->loss(field, params, sample);
  }
};

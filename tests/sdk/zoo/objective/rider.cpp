// tests/sdk/zoo/objective/rider.cpp -- an objective whose loss is a multiple of another's.
#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

class Rider final : public weir::Objective {
  weir::Port<weir::Objective> objective_{this, "objective", "what it rides on"};
  weir::Param<double> weight_{this, "weight", 3, weir::positive, "how much more it weighs"};

 public:
  weir::Shape shape() const override { return objective_->shape(); }
  weir::Domain domain() const override { return objective_->domain(); }
  bool dependent_rows() const override { return objective_->dependent_rows(); }
  std::optional<std::int64_t> most_rows() const override { return objective_->most_rows(); }
  bool takes_field() const override { return objective_->takes_field(); }
  weir::Params init(weir::Rng& rng) const override { return objective_->init(rng); }
  bool taped() const override { return objective_->taped(); }
  std::optional<Own> network() const override { return objective_->network(); }
  bool sorted_time() const override { return objective_->sorted_time(); }
  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override { return objective_->sample(n, rng); }
  std::vector<std::string> terms() const override { return objective_->terms(); }
  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    weir::Loss loss = objective_->loss(field, params, sample);
    loss.rows = weight_() * loss.rows;
    return loss;
  }
};

}  // namespace

WEIR_PLUGIN(Rider, "An animal that rides on an objective")

// tests/sdk/zoo/objective/secretive.cpp -- tells its field something that its domain does not have.
#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

class Secretive final : public weir::Objective {
  weir::Port<weir::Objective> objective_{this, "objective", "what it rides on"};

 public:
  weir::Shape shape() const override { return objective_->shape(); }
  weir::Domain domain() const override { return objective_->domain(); }
  bool dependent_rows() const override { return objective_->dependent_rows(); }
  bool sorted_time() const override { return objective_->sorted_time(); }
  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Sample sample = objective_->sample(n, rng);
    sample.batch.context["mood"] = sample["t"];
    return sample;
  }
  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    return objective_->loss(field, params, sample);
  }
};

}  // namespace

WEIR_PLUGIN(Secretive, "An animal that whispers to its field")

// tests/sdk/zoo/objective/docked.cpp -- draws a tensor that is a row short.
#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

class Docked final : public weir::Objective {
  weir::Port<weir::Objective> objective_{this, "objective", "what its tail is cut from"};

 public:
  weir::Shape shape() const override { return objective_->shape(); }
  weir::Domain domain() const override { return objective_->domain(); }
  bool dependent_rows() const override { return objective_->dependent_rows(); }
  bool sorted_time() const override { return objective_->sorted_time(); }
  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Sample sample = objective_->sample(n, rng);
    sample.draws["tail"] = sample["t"].slice(0, 1);
    return sample;
  }
  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    return objective_->loss(field, params, sample);
  }
};

}  // namespace

WEIR_PLUGIN(Docked, "An animal whose tail was cut")

// tests/sdk/zoo/objective/miscounting.cpp -- names more terms of its loss than it gives.
#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

class Miscounting final : public weir::Objective {
  weir::Port<weir::Objective> objective_{this, "objective", "what it counts the legs of"};

 public:
  weir::Shape shape() const override { return objective_->shape(); }
  weir::Domain domain() const override { return objective_->domain(); }
  bool dependent_rows() const override { return objective_->dependent_rows(); }
  bool sorted_time() const override { return objective_->sorted_time(); }
  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override { return objective_->sample(n, rng); }
  std::vector<std::string> terms() const override { return {"fore", "hind"}; }
  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    weir::Loss loss = objective_->loss(field, params, sample);
    loss.terms = {{"fore", loss.rows}};
    return loss;
  }
};

}  // namespace

WEIR_PLUGIN(Miscounting, "An animal that counts two pairs of legs and has one")

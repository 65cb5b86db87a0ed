// tests/sdk/zoo/field/flock.cpp -- the mean of several fields, with the parameters of all: an ensemble.
//
//   v(x, t) = 1/K sum_k v_k(x, t)
//
// Shapes   x, v [B, item...]; parameters "<name>.<parameter of v_k>"
#include <algorithm>

#include <weir/kinds/flow/field.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Flock final : public weir::Field {
  weir::Ports<weir::Field> fields_{this, "fields", "the fields that it is the mean of"};

 public:
  void plan(weir::Plan& plan) override {
    if (fields_().empty())
      plan.fault("fields", "a flock needs at least one field", "write fields: {one: NODE}");
  }
  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    for (const auto& [name, field] : fields_()) field->plan_for(domain, plan);
  }

  weir::Params init(const weir::Domain& domain, weir::Rng& rng) const override {
    weir::Params all;
    for (const auto& [name, field] : fields_()) {
      weir::Rng own = rng.at(name);
      all = all.joined(field->init(domain, own).prefixed(name + "."));
    }
    return all;
  }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    Tensor sum = at::zeros_like(x);
    for (const auto& [name, field] : fields_())
      sum = sum + field->velocity(params.under(name + "."), x, t, context);
    return sum / static_cast<double>(fields_().size());
  }
  bool taped() const override {
    return std::ranges::all_of(fields_(), [](const auto& named) { return named.second->taped(); });
  }
};

}  // namespace

WEIR_PLUGIN(Flock, "Animals that go where they go on average")

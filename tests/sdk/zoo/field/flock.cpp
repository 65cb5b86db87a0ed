// tests/sdk/zoo/field/flock.cpp -- the mean of several fields, with the parameters of all: an ensemble.
//
//   v(x, t) = 1/K sum_k v_k(x, t)
//
// Shapes   x, v [B, item...]; parameters "<name>.<parameter of v_k>"
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
  void plan_for(const weir::Shape& item, weir::Plan& plan) const override {
    for (const auto& [name, field] : fields_()) field->plan_for(item, plan);
  }

  weir::Params init(const weir::Shape& item, weir::Rng& rng) const override {
    std::vector<std::pair<std::string, Tensor>> all;
    for (const auto& [name, field] : fields_()) {
      weir::Rng own = rng.at(name);
      for (const auto& [parameter, value] : field->init(item, own).tensors())
        all.emplace_back(name + "." + parameter, value);
    }
    return weir::Params(std::move(all));
  }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    Tensor sum = at::zeros_like(x);
    for (const auto& [name, field] : fields_()) {
      std::vector<std::pair<std::string, Tensor>> own;
      for (const auto& [parameter, value] : params.tensors())
        if (parameter.starts_with(name + ".")) own.emplace_back(parameter.substr(name.size() + 1), value);
      sum = sum + field->velocity(weir::Params(std::move(own)), x, t, context);
    }
    return sum / static_cast<double>(fields_().size());
  }
};

}  // namespace

WEIR_PLUGIN(Flock, "Animals that go where they go on average")

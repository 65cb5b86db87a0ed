// core/kinds/learn/objective.cpp -- rows of a sample, and what is said where an objective takes no field.
#include <weir/kinds/learn/objective.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace weir {
namespace {

class NoField final : public Field {
 public:
  Tensor velocity(const Params&, const Tensor&, const Tensor&, const Context&) const override {
    throw std::logic_error(
        "this objective says that it takes no field, and asks one for a velocity; return true from "
        "takes_field()");
  }
  Params init(const Domain&, Rng&) const override { return {}; }
  bool taped() const override { return true; }
};

}  // namespace

Objective::~Objective() = default;

Sample Sample::rows(const Tensor& index) const {
  const auto take = [&](const Tensor& member) {
    return member.defined() ? member.index_select(0, index) : Tensor();
  };
  return {batch.rows(index), take(t), take(z), take(xt), take(ut)};
}

const Field& no_field() {
  static const NoField none;
  return none;
}

void plan_of_field(const Objective& objective, Plan& plan, bool own, const std::string& port) {
  if (!objective.takes_field())
    return plan.fault(
        port,
        fmt::format("objective '{}' asks no field, so that none can be measured at it", objective.path()),
        "use an objective of flows, such as objective/flow_matching");
  Rng rng = objective.rng().at("init");
  if (!own && !objective.init(rng).empty())
    plan.fault(
        port,
        fmt::format("the loss of '{}' has parameters beside those of the field, which are not at hand here",
                    objective.path()),
        "probe/gradient_variance measures it during the training");
}

}  // namespace weir

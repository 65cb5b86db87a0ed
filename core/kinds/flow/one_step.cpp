// core/kinds/flow/one_step.cpp -- steps one after another.
#include <weir/kinds/flow/one_step.hpp>

namespace weir {

OneStep::~OneStep() = default;

Integrator::Path OneStep::follow(const Velocity& v, const Rows& rows, const std::vector<double>& saved,
                                 const Watch& watch) const {
  const auto next = [&](const Tensor& x, std::int64_t k) { return step(v, x, time(k), size(k)); };
  return walk(rows.x, saved, evaluations(), next, watch);
}

}  // namespace weir

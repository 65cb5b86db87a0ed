// core/math/sgd/linear_flow.cpp -- moments of the pairs at one time, in the eigenvectors of their features.
#include <weir/math/sgd/linear_flow.hpp>

#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/kinds/facets/joint_normal_law.hpp>

namespace weir {
namespace {

constexpr double rank_tolerance = 1e-14;  // of an eigenvalue to the mean square of the pairs' coordinates

double number(const Tensor& tensor) { return tensor.item<double>(); }

bool infinite_at(const TwoPoint& path, double time) {
  const Tensor t = at::full({1}, time, at::kDouble);
  const Tensor slopes = path.dalpha(t) + path.dbeta(t);
  return !std::isfinite(number(slopes)) ||
         (path.noise_in_target() && !std::isfinite(number(path.noise().dgamma(t))));
}

}  // namespace

LinearFlow::LinearFlow(const Objective& objective) {
  const FlowMatchingParts parts = *facet<FlowMatchingParts>(objective);
  const JointNormalLaw law = *facet<JointNormalLaw>(*parts.coupling);
  const TwoPoint& path = *parts.interpolant;
  const Tensor t = at::full({1}, *parts.time->atom(), at::kDouble);
  const Tensor load0 = law.load0.to(at::kCPU, at::kDouble), load1 = law.load1.to(at::kCPU, at::kDouble);
  const auto load = [&](const Tensor& a, const Tensor& b, const Tensor& c) {
    const Tensor mixed = a * load0 + b * load1;
    return number(c) == 0 ? mixed : at::cat({mixed, c * at::eye(load0.size(0), at::kDouble)}, 1);
  };
  const Tensor gamma = path.noise().gamma(t);
  const Tensor x = load(path.alpha(t), path.beta(t), gamma);
  Tensor u = load(path.dalpha(t), path.dbeta(t),
                  path.noise_in_target() ? path.noise().dgamma(t) : at::zeros_like(t));
  if (u.size(1) < x.size(1)) u = at::constant_pad_nd(u, {0, x.size(1) - u.size(1)});
  std::tie(lambda_, vectors_) = at::linalg_eigh(x.mm(x.t()));
  const double size = number(load0.square().sum() + load1.square().sum()) / static_cast<double>(dim());
  lambda_ = at::where(lambda_ > rank_tolerance * size, lambda_, 0.0);
  best_ = at::where(lambda_ > 0, u.mm(x.t()).mm(vectors_) / lambda_, 0.0);
  // From loads, so that the noise of deterministic pairs vanishes to the last digits.
  noise_ = number((u - best_.mm(vectors_.t()).mm(x)).square().sum());
}

Tensor LinearFlow::distances(const Tensor& matrix) const {
  const Tensor away = matrix.to(at::kCPU, at::kDouble).mm(vectors_) - best_;
  return at::where(lambda_ > 0, away.square().sum(0), 0.0);
}

double LinearFlow::risk(const Tensor& matrix) const {
  return (noise_ + number(lambda_.dot(distances(matrix)))) / 2;
}

LeastSquares LinearFlow::problem(const Tensor& matrix) const {
  const auto listed = [](const Tensor& values) {
    const double* first = values.const_data_ptr<double>();
    return std::vector<double>(first, first + values.numel());
  };
  const double d = static_cast<double>(dim());
  return {listed(lambda_), std::vector<double>(static_cast<std::size_t>(dim()), 1 / d),
          listed(d * distances(matrix)), noise_};
}

void plan_linear_flow(Plan& plan, const Objective& objective, const std::string& port) {
  const auto parts = facet<FlowMatchingParts>(objective);
  if (!parts)
    return plan.fault(
        port,
        "the risk is that of ||u_t - v(x_t, t)||^2 between two points, and this is another loss "
        "or path",
        "use objective/flow_matching with interpolant/linear");
  const Coupling& coupling = *parts->coupling;
  if (!parts->time->atom())
    plan.fault(port, "the risk of a linear field is that of one time, and here t is drawn",
               "write time: {plugin: fixed, at: 0.5}");
  else if (const TwoPoint& path = *parts->interpolant; infinite_at(path, *parts->time->atom()))
    plan.fault(port,
               fmt::format("the target on '{}' is infinite at t = {}", path.path(), *parts->time->atom()),
               "take a time between the ends");
  if (coupling.size())
    return plan.fault(port,
                      fmt::format("the risk is of the law of the pairs, and '{}' has {} fixed ones",
                                  coupling.path(), *coupling.size()),
                      "draw: fresh");
  const auto law = facet<JointNormalLaw>(coupling);
  if (!law)
    return plan.fault(
        port, fmt::format("the risk is of jointly normal pairs, and those of '{}' are not", coupling.path()),
        "use coupling/affine or coupling/independent of source/gaussian");
  if (law->mean0.any().item<bool>() || law->mean1.any().item<bool>())
    plan.fault(
        port,
        fmt::format("the risk is of pairs with mean 0, and those of '{}' have another", coupling.path()),
        "leave out mean and shift");
}

}  // namespace weir

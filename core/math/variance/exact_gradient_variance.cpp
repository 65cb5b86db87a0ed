// core/math/variance/exact_gradient_variance.cpp -- moments of normal vectors that depend on t, and their integrals.
#include <weir/math/variance/exact_gradient_variance.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/kinds/facets/infinite_action.hpp>
#include <weir/math/numeric/quadrature.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/math/variance/time_bins.hpp>

namespace weir {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The t at which I + t Theta is singular, complex ones too.
std::vector<std::complex<double>> poles_of(const Tensor& matrix) {
  std::vector<std::complex<double>> poles;
  const Tensor values = at::linalg_eigvals(matrix);
  for (std::int64_t i = 0; i < values.size(0); ++i) {
    const auto lambda = values[i].item<c10::complex<double>>();
    if (std::abs(lambda) > 1e-12) poles.push_back(-1.0 / std::complex<double>(lambda.real(), lambda.imag()));
  }
  return poles;
}

// Whether a pole is a time in [begin, end].
bool is_time(const std::complex<double>& pole, double begin, double end) {
  return std::abs(pole.imag()) <= 1e-12 && pole.real() >= begin && pole.real() <= end;
}

std::string singular_at(double t) { return fmt::format("I + t Theta is singular at t = {:.9g}", t); }

// N normal vectors mean_n + load_n e with one e ~ N(0, I_K) for all.
struct Normal {
  Tensor mean, load;  // [N, D], [N, D, K]

  Normal operator-(const Normal& other) const { return {mean - other.mean, load - other.load}; }
  // By a number, [N], or a matrix, [N, D, D], for each.
  Normal times(const Tensor& s) const { return {s.unsqueeze(1) * mean, s.view({-1, 1, 1}) * load}; }
  Normal through(const Tensor& m) const { return {m.matmul(mean.unsqueeze(2)).squeeze(2), m.matmul(load)}; }

  Tensor mean_square() const { return mean.square().sum(1) + load.square().sum({1, 2}); }  // E ||.||^2, [N]
};

// Everything at times t [N].
struct Moments {
  Normal x, u, v, r, w, y;
};

class Flow {
 public:
  explicit Flow(const NormalFlow& flow) : flow_(flow) {
    const auto host = [](const Tensor& tensor) { return tensor.to(at::kCPU, at::kDouble); };
    law_ = {host(flow.law.mean0), host(flow.law.mean1), host(flow.law.load0), host(flow.law.load1)};
    matrix_ = host(flow.field.matrix), shift_ = host(flow.field.shift);
    eye_ = at::eye(matrix_.size(0), at::kDouble);
  }

  const Tensor& matrix() const { return matrix_; }

  Moments at(const Tensor& t) const {
    const TwoPoint& path = flow_.interpolant;
    const Tensor gamma = flow_.noise * path.noise().gamma(t);
    const Tensor c = path.noise_in_target() ? flow_.noise * path.noise().dgamma(t) : at::zeros_like(t);
    const Tensor b = at::linalg_inv(eye_ + t.view({-1, 1, 1}) * matrix_);
    Moments m;
    m.x = combination(path.alpha(t), path.beta(t), gamma);
    m.u = combination(path.dalpha(t), path.dbeta(t), c);
    m.v = velocity_numerator(m.x).through(b);
    m.r = m.u - m.v;
    m.w = m.r.through(b.transpose(1, 2));
    m.y = m.x - m.v.times(t);
    return m;
  }

  // What is infinite because I + t Theta is singular at this t.
  struct Singular {
    bool loss, variance;
  };
  Singular singular(double t) const {
    const auto [u, s, vh] = at::linalg_svd(eye_ + t * matrix_);
    const Tensor null = s <= at::maximum(1e-8 * s.max(), s.min());
    const Tensor left = u.t().index({null}), right = vh.index({null});  // [n, D]
    const Tensor at_t = at::full({1}, t, at::kDouble);
    const Moments near = at(at_t + (t < 0.5 ? 1e-4 : -1e-4));
    const auto share = [&](const Normal& normal, const Tensor& directions) {
      return (normal.through(directions).mean_square() / near.u.mean_square()).item<double>();
    };
    // B_t (theta + Theta x) has no limit unless the bracket has no part along the left null vectors.
    const TwoPoint& path = flow_.interpolant;
    const Normal x = combination(path.alpha(at_t), path.beta(at_t), flow_.noise * path.noise().gamma(at_t));
    if (share(velocity_numerator(x), left) > 1e-20) return {true, true};
    // It has one, but w = B_t^T r has not, unless r has no part along the right null vectors.
    return {false, share(near.r, right) > 1e-16};
  }

 private:
  Normal combination(const Tensor& alpha, const Tensor& beta, const Tensor& gamma) const {
    const auto each = [](const Tensor& s, const Tensor& m) { return s.view({-1, 1, 1}) * m; };
    return {alpha.unsqueeze(1) * law_.mean0 + beta.unsqueeze(1) * law_.mean1,
            at::cat({each(alpha, law_.load0) + each(beta, law_.load1), each(gamma, eye_)}, 2)};
  }
  // theta + Theta x.
  Normal velocity_numerator(const Normal& x) const {
    return {shift_ + x.mean.matmul(matrix_.t()), matrix_.matmul(x.load)};
  }
  const NormalFlow& flow_;
  JointNormalLaw law_;
  Tensor matrix_, shift_, eye_;
};

// Integrals over a stretch of t under its density: of 1, of the loss, of ||g||^2, of w and of w y^T.
struct Integrals {
  double mass = 0, loss = 0, square = 0;
  Tensor w, wy;

  void add(const Integrals& other) {
    mass += other.mass, loss += other.loss, square += other.square;
    w = w.defined() ? w + other.w : other.w;
    wy = wy.defined() ? wy + other.wy : other.wy;
  }
  double trace_cov() const {
    const double mean2 = 4 * (w.square().sum() + wy.square().sum()).item<double>() / (mass * mass);
    return square / mass - mean2;
  }
};

// Times within [low, high] and what each counts in E_t: nodes of a quadrature under the density, or the one time that there is.
Quadrature times(const Time& time, double low, double high, const std::vector<std::complex<double>>& poles,
                 int halvings = 0) {
  if (const auto atom = time.atom()) return {at::full({1}, *atom, at::kDouble), at::ones({1}, at::kDouble)};
  const Quadrature nodes = quadrature(low, high, poles, halvings);
  const Tensor t = nodes.t.clamp_max(1 - 0x1p-53);  // a node next to a pole at 1 may round to it
  return {t, nodes.weight * time.density(t)};
}

Integrals integrate(const Flow& flow, const Quadrature& times) {
  const Moments m = flow.at(times.t);
  const Tensor& weight = times.weight;
  const Tensor cov = m.w.load.bmm(m.y.load.transpose(1, 2));  // S_wy
  const Tensor mixed = (m.w.mean.unsqueeze(1).bmm(cov).squeeze(1) * m.y.mean).sum(1);
  const Tensor w2 = m.w.mean_square();
  const Tensor w2y2 = w2 * m.y.mean_square() + 2 * cov.square().sum({1, 2}) + 4 * mixed;
  const Tensor wy = cov + m.w.mean.unsqueeze(2) * m.y.mean.unsqueeze(1);
  return {weight.sum().item<double>(), weight.dot(m.r.mean_square()).item<double>(),
          4 * weight.dot(w2 + w2y2).item<double>(), weight.matmul(m.w.mean),
          at::tensordot(weight, wy, {0}, {0})};
}

// A point in whose neighbourhood something is not integrable.
struct Divergence {
  double t;
  bool loss;  // the loss as well as the variance
  std::string reason;
};

// Whether the path's own derivative or the density of t is infinite at an end of time.
bool infinite_at_an_end(const NormalFlow& problem) {
  const Tensor ends = at::tensor({0.0, 1.0}, at::kDouble);
  const auto finite = [](const Tensor& values) { return at::isfinite(values).all().item<bool>(); };
  return !finite(problem.interpolant.dalpha(ends)) || !finite(problem.interpolant.dbeta(ends)) ||
         (!problem.time.atom() && !finite(problem.time.density(ends)));
}

// Divergences within [begin, end]; drops from `poles` those at which everything stays finite.
std::vector<Divergence> divergences(const NormalFlow& problem, const Flow& flow, double begin, double end,
                                    std::vector<std::complex<double>>& poles) {
  std::vector<Divergence> found;
  std::erase_if(poles, [&](const std::complex<double>& pole) {
    const double t = pole.real();
    if (!is_time(pole, begin, end)) return false;
    const Flow::Singular singular = flow.singular(t);
    const bool again =
        std::ranges::any_of(found, [&](const Divergence& d) { return std::abs(d.t - t) < 1e-9; });
    if (singular.variance && !again) found.push_back({t, singular.loss, singular_at(t)});
    return true;
  });
  const TwoPoint& path = problem.interpolant;
  const bool noisy = path.noise_in_target() && facet<InfiniteAction>(path.noise()) && problem.noise != 0;
  if (noisy || infinite_at_an_end(problem))
    for (const double end_of_time : {0.0, 1.0}) poles.emplace_back(end_of_time);
  for (const DivergentEnd& at : divergent_ends(path, problem.time, /*power=*/2, problem.noise))
    found.push_back({at.t, true, at.reason});
  return found;
}

void add(std::string& reasons, const std::string& reason) {
  reasons += (reasons.empty() ? "" : "; ") + reason;
}

InfiniteMoments infinite_by(const std::vector<Divergence>& divergent) {
  InfiniteMoments infinite;
  for (const Divergence& d : divergent) {
    add(infinite.variance, d.reason);
    if (d.loss) add(infinite.loss, d.reason);
  }
  return infinite;
}

}  // namespace

void plan_normal_flow(Plan& plan, const Objective& objective) {
  const auto parts = facet<FlowMatchingParts>(objective);
  if (!parts)
    return plan.fault("objective",
                      "the closed form is that of ||u_t - v(x_t, t)||^2 between two points, and this is "
                      "another loss or path",
                      "use objective/flow_matching with interpolant/linear");
  const Coupling& coupling = *parts->coupling;
  if (coupling.size()) {
    plan.fault("objective",
               fmt::format("the closed form is of the law of the pairs, and '{}' has {} fixed ones",
                           coupling.path(), *coupling.size()),
               "draw: fresh");
  } else if (!facet<JointNormalLaw>(coupling)) {
    plan.fault(
        "objective",
        fmt::format("the closed form needs jointly normal pairs, and those of '{}' are not", coupling.path()),
        "use coupling/affine or coupling/independent of source/gaussian");
  }
}

void plan_normal_flow(Plan& plan, const std::string& port, const Field& field) {
  if (facet<AffineVelocity>(field)) return;
  plan.fault(port,
             "the closed form is that of v = (I + t Theta)^-1 (theta + Theta x), and this is another field",
             "use field/affine, or measure it with metric/gradient_variance");
}

NormalFlow normal_flow(const Objective& objective, const Field& field, const Params& params) {
  const FlowMatchingParts parts = *facet<FlowMatchingParts>(objective);
  return {.law = *facet<JointNormalLaw>(*parts.coupling),
          .interpolant = *parts.interpolant,
          .time = *parts.time,
          .field = facet<AffineVelocity>(field)->at(params)};
}

InfiniteMoments infinite_moments(const Objective& objective, const Field& field, const Params& params) {
  const auto parts = facet<FlowMatchingParts>(objective);
  const auto affine = facet<AffineVelocity>(field);
  if (parts && affine && !parts->coupling->size() && facet<JointNormalLaw>(*parts->coupling)) {
    const NormalFlow problem = normal_flow(objective, field, params);
    const Flow flow(problem);
    const auto [begin, end] = problem.time.support();
    std::vector<std::complex<double>> poles = poles_of(flow.matrix());
    return infinite_by(divergences(problem, flow, begin, end, poles));
  }
  const std::string target = infinite_target(objective, /*power=*/2);
  InfiniteMoments infinite{target, target};
  if (!affine || !parts) return infinite;
  const auto [begin, end] = parts->time->support();
  for (const std::complex<double>& pole : poles_of(affine->at(params).matrix.to(at::kCPU, at::kDouble))) {
    // Whatever the pairs: normal noise has a part along every direction.
    const double t = pole.real();
    if (!is_time(pole, begin, end) || infinite.loss.find(singular_at(t)) != std::string::npos) continue;
    if (parts->interpolant->noise().gamma(at::full({1}, t, at::kDouble)).item<double>() <= 0) continue;
    add(infinite.loss, singular_at(t));
    add(infinite.variance, singular_at(t));
  }
  return infinite;
}

ExactVariance exact_gradient_variance(const NormalFlow& problem, std::int64_t bins) {
  const Flow flow(problem);
  const auto [begin, end] = problem.time.support();
  std::vector<std::complex<double>> poles = poles_of(flow.matrix());
  const std::vector<Divergence> divergent = divergences(problem, flow, begin, end, poles);

  ExactVariance result;
  result.bin = at::full({bins}, nan, at::kDouble);
  const auto atom = problem.time.atom();
  const std::int64_t bin_of_atom =
      atom ? time_bins(at::full({1}, *atom, at::kDouble), bins).item<std::int64_t>() : 0;
  Integrals whole, finer;  // of all bins; where a bin's variance is infinite, its loss alone
  const auto within = [&](double low, double high, bool loss) {
    return std::ranges::any_of(
        divergent, [&](const Divergence& d) { return low <= d.t && d.t <= high && (d.loss || !loss); });
  };
  for (std::int64_t k = 0; k < bins; ++k) {
    const double low = std::max(begin, double(k) / double(bins));
    const double high = std::min(end, double(k + 1) / double(bins));
    if (atom ? k != bin_of_atom : low >= high) continue;
    result.bin[k] = infinity;
    if (within(low, high, /*loss=*/true)) continue;
    const Integrals part = integrate(flow, times(problem.time, low, high, poles));
    if (!within(low, high, /*loss=*/false)) result.bin[k] = part.trace_cov();
    whole.add(part);
    finer.add(integrate(flow, times(problem.time, low, high, poles, /*halvings=*/1)));
  }
  const InfiniteMoments infinite = infinite_by(divergent);
  result.total_reason = infinite.variance;
  result.loss_reason = infinite.loss;
  result.total = divergent.empty() ? whole.trace_cov() : infinity;
  result.total_error = divergent.empty() ? std::abs(finer.trace_cov() - whole.trace_cov()) : nan;
  result.loss = result.loss_reason.empty() ? whole.loss / whole.mass : infinity;
  result.loss_error =
      result.loss_reason.empty() ? std::abs(finer.loss / finer.mass - whole.loss / whole.mass) : nan;
  return result;
}

}  // namespace weir

// core/math/numeric/sinkhorn.cpp -- Sinkhorn's iterations on logarithms, with falling epsilon.
#include <weir/math/numeric/sinkhorn.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace weir {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t numbers_at_once = 1 << 17;  // of a part of the matrix, so that it stays in the cache
constexpr double fall = 0.25;                      // from one epsilon to the next
constexpr double rough = 0.05;                     // error at which the next begins
constexpr std::int64_t patience = 100;             // iterations after which it begins anyhow

double number(const Tensor& x) { return x.item<double>(); }

void require(bool holds, const std::string& text) {
  if (!holds) throw std::invalid_argument(text);
}

Tensor weights(const Tensor& given, std::int64_t n, const Tensor& like, const char* name) {
  if (!given.defined()) return at::full({n}, 1.0 / double(n), like.options());
  require(given.dim() == 1 && given.size(0) == n,
          fmt::format("transport needs a weight for each point: {} of {} points has [{}]", name, n,
                      fmt::join(given.sizes().vec(), ", ")));
  const Tensor w = given.to(like.options());
  require((w >= 0).all().item<bool>() && std::isfinite(number(w.sum())) && number(w.sum()) > 0,
          fmt::format("weights of a transport must be finite and not negative, and one at least positive: {} "
                      "goes from {:.6g} to {:.6g}",
                      name, number(w.min()), number(w.max())));
  return w;
}

class Iterations {
 public:
  Iterations(const Tensor& cost, const Entropic& how, const Tensor& a, const Tensor& b)
      : cost_(cost), how_(how), a_(a), b_(b), log_a_(a.log()), log_b_(b.log()) {
    f_ = at::zeros_like(a);
    g_ = at::zeros_like(b);
  }

  EntropicPlan run(const SinkhornProgress& progress) {
    const double range = number(cost_.max() - cost_.min());
    double epsilon = std::max(range, how_.epsilon);
    EntropicPlan found;
    for (std::int64_t here = 0;;) {
      const bool last = epsilon <= how_.epsilon;
      if (progress && found.iterations % 16 == 0) progress(found.iterations, how_.iterations);
      const Tensor rows = soft_minimum_of_rows(epsilon);
      found.error = here > 0 ? error_of(rows, epsilon) : infinity;
      found.converged = here > 0 && last && found.error <= how_.tolerance;
      if (found.converged || found.iterations == how_.iterations) {
        finish(found, epsilon);
        return found;
      }
      // Half of the iterations are for the epsilon that is asked for, whatever the others would take.
      const bool late = 2 * found.iterations >= how_.iterations;
      if (!last && (late || (here > 0 && (found.error <= rough || here >= patience)))) {
        epsilon = late ? how_.epsilon : std::max(fall * epsilon, how_.epsilon);
        here = 0;
        continue;
      }
      f_ = (rows + best_shift()) / (1 + epsilon / how_.rho0);
      g_ = soft_minimum_of_columns(epsilon) / (1 + epsilon / how_.rho1);
      ++here, ++found.iterations;
    }
  }

 private:
  std::int64_t at_once(std::int64_t width) const {
    return std::max<std::int64_t>(1, numbers_at_once / width);
  }

  // F of g.
  Tensor soft_minimum_of_rows(double epsilon) const {
    const Tensor offset = (g_ / epsilon + log_b_).unsqueeze(0);
    Tensor soft = at::empty_like(f_);
    const std::int64_t n = cost_.size(0), step = at_once(cost_.size(1));
    for (std::int64_t i = 0; i < n; i += step) {
      const std::int64_t count = std::min(step, n - i);
      soft.narrow(0, i, count)
          .copy_(at::logsumexp(at::sub(offset, cost_.narrow(0, i, count), 1 / epsilon), 1));
    }
    return soft.mul_(-epsilon);
  }

  // G of f.
  Tensor soft_minimum_of_columns(double epsilon) const {
    const Tensor offset = (f_ / epsilon + log_a_).unsqueeze(1);
    Tensor soft = at::empty_like(g_);
    const std::int64_t m = cost_.size(1), step = at_once(cost_.size(0));
    for (std::int64_t j = 0; j < m; j += step) {
      const std::int64_t count = std::min(step, m - j);
      soft.narrow(0, j, count)
          .copy_(at::logsumexp(at::sub(offset, cost_.narrow(1, j, count), 1 / epsilon), 0));
    }
    return soft.mul_(-epsilon);
  }

  // What the sums of the rows are of, in the minimum.
  static Tensor aimed(const Tensor& w, const Tensor& potential, double rho) {
    return std::isinf(rho) ? w : w * (potential / -rho).exp();
  }

  // Of the sums of the rows, from F:  P 1 = a exp((f - F) / epsilon).
  double error_of(const Tensor& rows, double epsilon) const {
    const Tensor sums = a_ * ((f_ - rows) / epsilon).exp();
    return number((sums - aimed(a_, f_, how_.rho0)).abs().sum() / a_.sum());
  }

  // The l of f + l, g - l at which the dual is largest; 0 where one l is as good as another.
  double best_shift() const {
    const double rate = 1 / how_.rho0 + 1 / how_.rho1;
    if (rate == 0) return 0;
    const Tensor from = at::logsumexp(log_a_ - f_ / how_.rho0, 0),
                 to = at::logsumexp(log_b_ - g_ / how_.rho1, 0);
    return number(from - to) / rate;
  }

  // sum w potential, or what stands for it in the dual if the marginal is relaxed.
  static double earned(const Tensor& w, const Tensor& potential, double rho) {
    if (std::isinf(rho)) return number((w * potential).sum());
    return -rho * number((w * (potential / -rho).expm1()).sum());
  }

  void finish(EntropicPlan& found, double epsilon) const {
    found.f = f_, found.g = g_, found.log_a = log_a_, found.log_b = log_b_, found.epsilon = epsilon;
    double mass = 0, cost = 0, p_log_p = 0, p_log_ratio = 0;
    const std::int64_t n = cost_.size(0), step = at_once(cost_.size(1));
    for (std::int64_t i = 0; i < n; i += step) {
      const Tensor costs = cost_.narrow(0, i, std::min(step, n - i));
      const Tensor log_p = found.log_rows(costs, i), p = log_p.exp();
      const Tensor log_ratio = (f_.narrow(0, i, costs.size(0)).unsqueeze(1) + g_ - costs) / epsilon;
      mass += number(p.sum());
      cost += number((p * costs).sum());
      p_log_p += number(at::where(p > 0, p * log_p, 0).sum());
      p_log_ratio += number((p * log_ratio).sum());
    }
    const double both = number(a_.sum()) * number(b_.sum());
    found.mass = mass, found.cost = cost, found.entropy = -p_log_p;
    found.divergence = p_log_ratio - mass + both;
    found.value = earned(a_, f_, how_.rho0) + earned(b_, g_, how_.rho1) - epsilon * (mass - both);
  }

  const Tensor& cost_;
  const Entropic& how_;
  const Tensor &a_, &b_;
  Tensor log_a_, log_b_, f_, g_;
};

}  // namespace

Tensor EntropicPlan::log_rows(const Tensor& costs, std::int64_t first) const {
  const std::int64_t n = costs.size(0);
  const Tensor left = f.narrow(0, first, n) / epsilon + log_a.narrow(0, first, n);
  return left.unsqueeze(1) + (g / epsilon + log_b) - costs.to(at::kDouble) / epsilon;
}

EntropicPlan sinkhorn(const Tensor& cost, const Entropic& how, const Tensor& a, const Tensor& b,
                      const SinkhornProgress& progress) {
  require(cost.dim() == 2 && cost.numel() > 0,
          fmt::format("transport needs a matrix of costs, not one of shape [{}]",
                      fmt::join(cost.sizes().vec(), ", ")));
  require(how.epsilon > 0 && std::isfinite(how.epsilon),
          fmt::format("epsilon of a transport must be positive and finite, not {}", how.epsilon));
  require(how.rho0 > 0 && how.rho1 > 0,
          fmt::format("rho of a transport must be positive, or infinity: {} and {}", how.rho0, how.rho1));
  require(how.tolerance > 0 && how.iterations > 0,
          fmt::format("tolerance and iterations of a transport must be positive: {} and {}", how.tolerance,
                      how.iterations));
  const Tensor costs = cost.to(at::kDouble);
  require(std::isfinite(number(costs.sum())) || at::isfinite(costs).all().item<bool>(),
          "costs of a transport must be finite");
  const Tensor from = weights(a, costs.size(0), costs, "a"), to = weights(b, costs.size(1), costs, "b");
  const double sum0 = number(from.sum()), sum1 = number(to.sum());
  require(std::isfinite(how.rho0) || std::isfinite(how.rho1) || std::abs(sum0 - sum1) <= 1e-9 * sum0,
          fmt::format("a transport that keeps both marginals needs weights of one sum: {:.9g} and {:.9g}",
                      sum0, sum1));
  return Iterations(costs, how, from, to).run(progress);
}

}  // namespace weir

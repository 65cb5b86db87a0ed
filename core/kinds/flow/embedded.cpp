// core/kinds/flow/embedded.cpp -- steps within a tolerance, for each row its own.
#include <weir/kinds/flow/embedded.hpp>

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace weir {
namespace {

constexpr double safety = 0.9, smallest_factor = 0.2, largest_factor = 10;
constexpr double shortest = 10 * std::numeric_limits<double>::epsilon();  // step, at times up to 1
constexpr std::int64_t parts = 1000;                                      // of the way, as progress is told

// Root mean square over the coordinates of each row, [N] float64.
Tensor size_of(const Tensor& x) { return x.to(at::kDouble).square().flatten(1).mean(1).sqrt(); }

// A number for each row beside items: [N] -> [N, 1, ...], of the items' dtype.
Tensor wide(const Tensor& number, const Tensor& x) { return expand_as_items(number.to(x.scalar_type()), x); }

// Rows on their way; all members have one row for each.
struct Travellers {
  Tensor row;      // int64, number in the chunk
  Tensor x, k;     // the point and the velocity there
  Tensor t, h;     // float64; h > 0 is the size of the next step
  Tensor nfe;      // int64
  Tensor tries;    // int64
  Tensor saved;    // int64, how many of the times to be kept are behind
  Tensor refused;  // bool, the last step was

  Travellers of(const Tensor& index) const {
    const auto take = [&](const Tensor& member) { return member.index_select(0, index); };
    return {take(row), take(x),     take(k),     take(t),      take(h),
            take(nfe), take(tries), take(saved), take(refused)};
  }
};

}  // namespace

Embedded::~Embedded() = default;

void Embedded::plan(Plan& plan) {
  if (options().dtype() == at::kFloat && rtol_() < 1e-7)
    plan.fault("rtol", fmt::format("rtol is {}, below what float32 can tell of a number", rtol_()),
               "set dtype: float64, or rtol to 1e-7 or more");
  Integrator::plan(plan);
}

Embedded::Step Embedded::advance(const Velocity& v, const Tensor& x, const Tensor& t, const Tensor& h,
                                 const Tensor& k1) const {
  const Tableau& method = tableau();
  const Tensor size = wide(h, x);
  Step step{{k1}, {}};
  const auto summed = [&](const std::vector<double>& weights) {
    Tensor sum = at::zeros_like(x);
    for (std::size_t j = 0; j < weights.size(); ++j)
      if (weights[j] != 0) sum = sum + weights[j] * step.k[j];
    return x + size * sum;
  };
  const auto at_time = [&](double c) { return (t + c * h).to(x.scalar_type()); };
  for (std::size_t i = 1; i < method.c.size(); ++i)
    step.k.push_back(v(summed(method.a[i]), at_time(method.c[i])));
  step.x = summed(method.b);
  step.k.push_back(v(step.x, at_time(1)));
  return step;
}

Tensor Embedded::error(const Step& step, const Tensor& x, const Tensor& h) const {
  const Tableau& method = tableau();
  Tensor sum = at::zeros_like(x);
  for (std::size_t i = 0; i < method.e.size(); ++i)
    if (method.e[i] != 0) sum = sum + method.e[i] * step.k[i];
  return size_of(wide(h, x) * sum / (atol_() + rtol_() * at::maximum(x.abs(), step.x.abs())));
}

Tensor Embedded::between(const Step& step, const Tensor& x, const Tensor& h, const Tensor& theta) const {
  const Tableau& method = tableau();
  const Tensor s = wide(theta, x), size = wide(h, x);
  if (method.p.empty()) {
    const Tensor ahead = step.x - x;
    return x + s * ahead +
           s * (s - 1) * ((1 - 2 * s) * ahead + (s - 1) * size * step.k.front() + s * size * step.k.back());
  }
  Tensor sum = at::zeros_like(x);
  for (std::size_t i = 0; i < method.p.size(); ++i) {
    Tensor weight = at::zeros_like(s);
    for (std::size_t j = method.p[i].size(); j-- > 0;) weight = s * (weight + method.p[i][j]);
    sum = sum + weight * step.k[i];
  }
  return x + size * sum;
}

Tensor Embedded::first_step(const Velocity& v, const Tensor& x, const Tensor& t, const Tensor& k1) const {
  const double way = std::abs(until() - from()), direction = until() > from() ? 1 : -1;
  const Tensor scale = atol_() + rtol_() * x.abs();
  const Tensor d0 = size_of(x / scale), d1 = size_of(k1 / scale);
  const Tensor h0 =
      at::where((d0 < 1e-5) | (d1 < 1e-5), at::full_like(d0, 1e-6), 0.01 * d0 / d1).clamp_max(way);
  const Tensor k2 = v(x + direction * wide(h0, x) * k1, (t + direction * h0).to(x.scalar_type()));
  const Tensor d2 = size_of((k2 - k1) / scale) / h0, steepest = at::maximum(d1, d2);
  const Tensor h1 = at::where(steepest <= 1e-15, (1e-3 * h0).clamp_min(1e-6),
                              (0.01 / steepest).pow(1.0 / (tableau().error_order + 1)));
  return at::minimum(100 * h0, h1).clamp_max(way).nan_to_num(way);  // NaN is found by the first step
}

Integrator::Path Embedded::follow(const Velocity& v, const Rows& rows, const std::vector<double>& saved,
                                  const Watch& watch) const {
  const std::int64_t n = rows.x.size(0);
  const double direction = until() > from() ? 1 : -1, way = std::abs(until() - from());
  const at::TensorOptions times = rows.x.options().dtype(at::kDouble), counts = times.dtype(at::kLong);
  const auto count = static_cast<std::int64_t>(saved.size());
  const Tensor kept = at::tensor(saved, at::kDouble).to(times.device());

  Path path{at::full_like(rows.x, std::nan("")), {}, at::zeros({n}, counts)};
  Tensor trajectory = at::full(rows_of(count, Shape(rows.x.sizes().begin(), rows.x.sizes().end())),
                               std::nan(""), rows.x.options());
  const auto lose = [&](const Tensor& t) {
    const auto earliest = direction * (direction * t).min().item<double>();
    if (!path.lost_after || direction * (earliest - *path.lost_after) < 0) path.lost_after = earliest;
  };

  const Tensor t0 = at::full({n}, from(), times);
  const Tensor k0 = v(rows.x, t0.to(rows.x.scalar_type()));
  Travellers on{at::arange(n, counts),
                rows.x,
                k0,
                t0,
                {},
                at::ones({n}, counts),
                at::zeros({n}, counts),
                at::zeros({n}, counts),
                at::zeros({n}, counts.dtype(at::kBool))};
  if (first_.given()) {
    on.h = at::full({n}, std::min(first_(), way), times);
  } else {
    on.h = first_step(v, rows.x, t0, k0);
    on.nfe += 1;
  }
  if (count > 0 && saved.front() == from()) {
    trajectory[0] = rows.x;
    on.saved += 1;
  }

  while (on.row.size(0) > 0) {
    const Tensor left = direction * (until() - on.t);
    const Tensor last = on.h >= left;
    const Tensor h = direction * at::where(last, left, on.h);
    const Step step = advance(v.of(on.row), on.x, on.t, h, on.k);
    const Tensor there = at::where(last, at::full_like(on.t, until()), on.t + h);
    const Tensor error = this->error(step, on.x, h);
    const Tensor accepted =
        (error <= 1) & at::isfinite(step.x).flatten(1).all(1);  // beside infinity any error is small
    on.nfe += static_cast<std::int64_t>(tableau().c.size());
    on.tries += 1;

    // Times to be kept that lie behind the new point, one for each row at a time.
    while (count > 0) {
      const Tensor next = kept.index_select(0, on.saved.clamp_max(count - 1));
      const Tensor hit =
          (accepted & (on.saved < count) & (direction * (next - there) <= 0)).nonzero().squeeze(1);
      if (hit.size(0) == 0) break;
      const auto take = [&](const Tensor& member) { return member.index_select(0, hit); };
      Step part{{}, take(step.x)};
      for (const Tensor& k : step.k) part.k.push_back(take(k));
      const Tensor size = take(h), theta = (take(next) - take(on.t)) / size;
      trajectory.index_put_({take(on.saved), take(on.row)}, between(part, take(on.x), size, theta));
      on.saved.index_add_(0, hit, at::ones_like(hit));
    }

    Tensor factor =
        (safety * error.pow(-1.0 / (tableau().error_order + 1))).clamp(smallest_factor, largest_factor);
    factor = at::where(at::isfinite(error), factor, at::full_like(factor, smallest_factor));
    factor = at::where(accepted & on.refused, factor.clamp_max(1), factor);
    on.h = h.abs() * factor;
    on.x = at::where(expand_as_items(accepted, on.x), step.x, on.x);
    on.k = at::where(expand_as_items(accepted, on.x), step.k.back(), on.k);
    on.t = at::where(accepted, there, on.t);
    on.refused = at::logical_not(accepted);

    const Tensor arrived = accepted & last;
    const Tensor lost = at::logical_not(arrived) & ((on.tries >= max_steps_()) | (on.h < shortest));
    if (const Tensor done = arrived.nonzero().squeeze(1); done.size(0) > 0)
      path.end.index_copy_(0, on.row.index_select(0, done), on.x.index_select(0, done));
    if (const Tensor gone = lost.nonzero().squeeze(1); gone.size(0) > 0) lose(on.t.index_select(0, gone));
    if (const Tensor off = (arrived | lost).nonzero().squeeze(1); off.size(0) > 0) {
      path.nfe.index_copy_(0, on.row.index_select(0, off), on.nfe.index_select(0, off));
      on = on.of((at::logical_not(arrived | lost)).nonzero().squeeze(1));
    }
    const double slowest = on.row.size(0) > 0 ? (direction * (on.t - from())).min().item<double>() / way : 1;
    watch(std::llround(parts * slowest), parts);
  }
  path.saved = trajectory.unbind(0);
  return path;
}

}  // namespace weir

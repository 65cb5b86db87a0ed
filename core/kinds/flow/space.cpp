// core/kinds/flow/space.cpp -- conversions between a velocity and other predictions.
#include <weir/kinds/flow/space.hpp>

#include <stdexcept>

#include <fmt/format.h>

namespace weir {
namespace {

// The path as a signal and one noise, x = beta x1 + sigma e, and its velocity, dbeta x1 + mu e. [N] float64.
struct Sides {
  Sides(const TwoPoint& path, const Tensor& times) {
    const Tensor t = times.to(at::kDouble);
    beta = path.beta(t);
    dbeta = path.dbeta(t);
    sigma = path.alpha(t);
    mu = path.dalpha(t);
    Tensor slope = alpha_dalpha(path, t);
    if (const Noise& noise = path.noise(); !noise.zero()) {
      if (path.noise_in_target()) slope = slope + noise.gamma_dgamma(t);
      sigma = (sigma.square() + noise.gamma(t).square()).sqrt();
      mu = slope / sigma;
    }
    w = sigma * dbeta - mu * beta;
    // sigma w: finite where sigma is 0 and mu infinite, as where alpha is the root of a function that is 0 there.
    d = w * sigma;
    d = at::where(at::isfinite(d), d, sigma.square() * dbeta - slope * beta);
  }
  Tensor sigma, mu, beta, dbeta, w, d;
};

}  // namespace

Tensor alpha_dalpha(const TwoPoint& path, const Tensor& t) {
  const auto product = [&](const Tensor& times) { return path.alpha(times) * path.dalpha(times); };
  const Tensor there = product(t.to(at::kDouble));
  const Tensor known = at::isfinite(there);  // 0 times infinity says nothing
  return known.all().item<bool>() ? there : at::where(known, there, product(off_the_ends(t)));
}

Tensor with_limits(const TwoPoint& path, const Tensor& t, const char* who,
                   const std::function<Tensor(const Tensor& t)>& velocity) {
  const Tensor times = t.to(at::kDouble);
  const Tensor known = at::isfinite(path.dalpha(times)) & at::isfinite(path.dbeta(times));
  if (known.all().item<bool>()) return velocity(times);
  const auto beside = [&](double distance) {
    return velocity(at::where(known, times, off_the_ends(times, distance)));
  };
  const Tensor near = beside(0x1p-52);
  const auto size = [](const Tensor& v) { return v.flatten(1).abs().amax(1); };
  // A share of the slope: what goes as a square root doubles from 2^-50 to 2^-52. Below 1e-13 of the slope it is round-off.
  const Tensor inside = off_the_ends(times);
  const Tensor slope = at::maximum(path.dalpha(inside).abs(), path.dbeta(inside).abs());
  const Tensor grows = (size(near) > 1.5 * size(beside(0x1p-50))) & (size(near) > 1e-13 * slope);
  if ((~known & (grows | ~at::isfinite(size(near)))).any().item<bool>())
    throw std::runtime_error(
        fmt::format("{} is infinite at an end of time on the path '{}', whose derivative is infinite there; "
                    "follow it to an earlier time, or with an integrator that does not evaluate it there "
                    "(euler)",
                    who, path.path()));
  return near;
}

Tensor Conversion::operator()(const Tensor& x, const Tensor& given) const {
  const auto wide = [&](const Tensor& factor) { return expand_as_items(factor.to(x.scalar_type()), x); };
  return wide(of_x) * x + wide(of_given) * given;
}

Conversion to_velocity(Space from, const TwoPoint& path, const Tensor& t) {
  const Sides of(path, t);
  switch (from) {
    case Space::data:
      return {of.mu / of.sigma, of.w / of.sigma};
    case Space::noise:
      return {of.dbeta / of.beta, -of.w / of.beta};
    case Space::score:
      return {of.dbeta / of.beta, of.d / of.beta};
    case Space::velocity:
      break;
  }
  return {at::zeros_like(of.beta), at::ones_like(of.beta)};
}

Conversion from_velocity(Space to, const TwoPoint& path, const Tensor& t) {
  const Sides of(path, t);
  switch (to) {
    case Space::data:
      return {-of.mu / of.w, of.sigma / of.w};
    case Space::noise:
      return {of.dbeta / of.w, -of.beta / of.w};
    case Space::score:
      return {-of.dbeta / of.d, of.beta / of.d};
    case Space::velocity:
      break;
  }
  return {at::zeros_like(of.beta), at::ones_like(of.beta)};
}

Space space_named(const std::string& name) {
  if (name == "velocity") return Space::velocity;
  if (name == "data") return Space::data;
  if (name == "noise") return Space::noise;
  if (name == "score") return Space::score;
  throw std::invalid_argument("'" + name + "' is none of velocity, data, noise and score");
}

}  // namespace weir

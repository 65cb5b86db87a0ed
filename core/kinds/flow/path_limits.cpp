// core/kinds/flow/path_limits.cpp -- limits read off at 2^-52 from an end.
#include <weir/kinds/flow/path_limits.hpp>

#include <stdexcept>

#include <fmt/format.h>

namespace weir {

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

}  // namespace weir

// core/kinds/comparison.cpp -- the two sides of a comparison.
#include <weir/kinds/comparison.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>

namespace weir {

Comparison::~Comparison() = default;

std::int64_t Comparison::plan_sides(Plan& plan, std::int64_t least) {
  const Shape& samples = samples_.shape();
  if (samples.empty() || samples.front() < 0) {
    plan.fault("samples",
               "a comparison needs a known number of points; this tensor is not planned as [n, item...]");
    return 0;
  }
  const std::int64_t n = samples.front();
  if (n < least) {
    plan.fault("samples", fmt::format("this comparison needs at least {} points; it is given {}", least, n));
    return 0;
  }
  if (points_.bound() == reference_.bound()) {
    plan.fault("",
               points_.bound() ? "a comparison takes points or reference, not both"
                               : "a comparison needs something to compare with",
               "write points: NODE.OUTPUT, or reference: SOURCE");
    return 0;
  }
  const Shape other = points_.bound() ? points_.shape() : rows_of(n, reference_->shape());
  if (other != samples) {
    plan.fault(points_.bound() ? "points" : "reference",
               fmt::format("both sides need one shape: samples are [{}], the other side is [{}]",
                           fmt::join(samples, ", "), fmt::join(other, ", ")));
    return 0;
  }
  if (reference_.bound() && reference_->size() && *reference_->size() < n) {
    plan.fault("reference", fmt::format("{} distinct items are needed, but source '{}' holds {}", n,
                                        reference_->path(), *reference_->size()));
    return 0;
  }
  return n;
}

std::pair<Tensor, Tensor> Comparison::sides() const {
  const Tensor samples = samples_();
  Tensor other;
  if (points_.bound()) {
    other = points_();
  } else {
    Rng rng = this->rng().at("reference");
    other = reference_->distinct(samples.size(0), rng);
  }
  const auto flat = [](const Tensor& x, const char* side) {
    const Tensor rows = x.detach().reshape({x.size(0), -1}).to(at::kDouble);
    const auto finite = at::isfinite(rows).all(1).sum().item<std::int64_t>();
    if (finite < rows.size(0))
      throw std::runtime_error(
          fmt::format("{} of the {} {} to compare are NaN or infinite: see where they come from",
                      rows.size(0) - finite, rows.size(0), side));
    return rows;
  };
  return {flat(samples, "samples"), flat(other, points_.bound() ? "points" : "draws of the reference")};
}

}  // namespace weir

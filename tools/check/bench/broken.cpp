// tools/check/bench/broken.cpp -- rules over tensors, and how values are told.
#include "broken.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weir::conformance {

void require(bool kept, const std::string& expected, const std::string& found, const std::string& remedy) {
  if (!kept) throw Broken(expected, found, remedy);
}

void require_close(const at::Tensor& a, const at::Tensor& b, double relative, double absolute,
                   const std::string& expected, const std::string& remedy) {
  require(a.sizes() == b.sizes(), expected,
          fmt::format("shape {} where {} was expected", text_of(a.sizes()), text_of(b.sizes())), remedy);
  const at::Tensor one = a.detach().to(at::kDouble), other = b.detach().to(at::kDouble);
  if (at::allclose(one, other, relative, absolute, /*equal_nan=*/true)) return;
  throw Broken(expected,
               fmt::format("they differ by {:.3g} where {:.3g} was expected",
                           (one - other).abs().max().item<double>(), other.abs().max().item<double>()),
               remedy);
}

bool same_bytes(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes() || a.scalar_type() != b.scalar_type()) return false;
  return a.is_floating_point() ? (a.eq(b) | (a.isnan() & b.isnan())).all().item<bool>() : a.equal(b);
}

void require_same(const at::Tensor& a, const at::Tensor& b, const std::string& expected,
                  const std::string& remedy) {
  if (same_bytes(a, b)) return;
  std::string found = fmt::format("{} {} and {} {}", text_of(a.scalar_type()), text_of(a.sizes()),
                                  text_of(b.scalar_type()), text_of(b.sizes()));
  if (a.sizes() == b.sizes() && a.numel() > 0)
    found = fmt::format("numbers that differ by up to {:.3g}",
                        (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>());
  throw Broken(expected, found, remedy);
}

std::string text_of(at::IntArrayRef shape) { return fmt::format("[{}]", fmt::join(shape.vec(), ", ")); }

std::string text_of(at::ScalarType dtype) {
  switch (dtype) {
    case at::kFloat:
      return "float32";
    case at::kDouble:
      return "float64";
    case at::kLong:
      return "int64";
    default:
      return at::toString(dtype);
  }
}

}  // namespace weir::conformance

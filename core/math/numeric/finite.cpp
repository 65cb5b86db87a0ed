// core/math/numeric/finite.cpp -- the first number that is none.
#include <weir/math/numeric/finite.hpp>

#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weir {

void require_finite(const Tensor& rows, const std::string& what) {
  const Tensor wrong = at::isfinite(rows).logical_not_();
  const auto count = wrong.sum().item<std::int64_t>();
  if (count == 0) return;
  std::int64_t place = wrong.reshape({-1}).to(at::kByte).argmax().item<std::int64_t>();
  const auto value = rows.reshape({-1})[place].item<double>();
  Shape index(rows.sizes().vec());
  for (std::size_t axis = index.size(); axis-- > 0;) {
    const std::int64_t size = index[axis];
    index[axis] = place % size;
    place /= size;
  }
  const std::int64_t row = index.empty() ? 0 : index.front();
  const std::string column =
      index.size() < 2 ? "" : fmt::format(", column {}", fmt::join(index.begin() + 1, index.end(), ", "));
  throw std::runtime_error(
      fmt::format("{} is {} in row {}{} (counted from 0); {} of its {} numbers are NaN or infinite in {}: "
                  "leave such rows out, "
                  "or put numbers in their place, before a run",
                  what, value, row, column, count, rows.numel(),
                  rows.scalar_type() == at::kFloat ? "float32" : "float64"));
}

}  // namespace weir

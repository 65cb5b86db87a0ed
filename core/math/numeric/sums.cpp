// core/math/numeric/sums.cpp -- loops over contiguous numbers, which compilers vectorise by the eight parts.
#include <weir/math/numeric/sums.hpp>

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace weir {
namespace {

struct Itself {
  double operator()(double x) const { return x; }
};
struct Square {
  double operator()(double x) const { return x * x; }
};

template <class Real, class Term>
double total(const Real* x, std::int64_t n, Term term) {
  constexpr std::int64_t parts = 8;
  double part[parts] = {};
  std::int64_t i = 0;
  for (; i + parts <= n; i += parts)
    for (std::int64_t j = 0; j < parts; ++j) part[j] += term(static_cast<double>(x[i + j]));
  for (; i < n; ++i) part[i % parts] += term(static_cast<double>(x[i]));
  return ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
}

template <class Term>
double total(const Tensor& x, Term term) {
  const Tensor host = x.detach().contiguous();
  return AT_DISPATCH_FLOATING_TYPES(
      host.scalar_type(), "sum", [&] { return total(host.const_data_ptr<scalar_t>(), host.numel(), term); });
}

}  // namespace

// Elsewhere than on the host all is added where it lies, and one number comes back.
double sum_of(const Tensor& x) {
  return x.device().is_cpu() ? total(x, Itself()) : x.detach().sum(at::kDouble).item<double>();
}
double square_sum(const Tensor& x) {
  return x.device().is_cpu() ? total(x, Square()) : x.detach().to(at::kDouble).square().sum().item<double>();
}

Tensor row_squares(const Tensor& x) {
  if (!x.device().is_cpu()) return x.detach().flatten(1).to(at::kDouble).square().sum(1);
  const Tensor rows = x.detach().contiguous();
  const std::int64_t count = rows.size(0), width = count == 0 ? 0 : rows.numel() / count;
  const Tensor squares = at::empty({count}, rows.options().dtype(at::kDouble));
  auto* to = squares.mutable_data_ptr<double>();
  AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "row_squares", [&] {
    const auto* from = rows.const_data_ptr<scalar_t>();
    const std::int64_t grain =
        std::max<std::int64_t>(1, at::internal::GRAIN_SIZE / std::max<std::int64_t>(1, width));
    at::parallel_for(0, count, grain, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) to[i] = total(from + i * width, width, Square());
    });
  });
  return squares;
}

}  // namespace weir

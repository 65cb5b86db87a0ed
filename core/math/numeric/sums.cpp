// core/math/numeric/sums.cpp -- sums over tensors, in loops on the host.
#include <weir/math/numeric/loops.hpp>
#include <weir/math/numeric/sums.hpp>

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace weir {
// Elsewhere than on the host all is added where it lies, and one number comes back.
double sum_of(const Tensor& x) {
  if (!x.device().is_cpu()) return x.detach().sum(at::kDouble).item<double>();
  const Tensor host = x.detach().contiguous();
  return AT_DISPATCH_FLOATING_TYPES(host.scalar_type(), "sum_of", [&] {
    return loops::sum(host.const_data_ptr<scalar_t>(), host.numel());
  });
}

double square_sum(const Tensor& x) {
  if (!x.device().is_cpu()) return x.detach().to(at::kDouble).square().sum().item<double>();
  const Tensor host = x.detach().contiguous();
  return AT_DISPATCH_FLOATING_TYPES(host.scalar_type(), "square_sum", [&] {
    return loops::squares(host.const_data_ptr<scalar_t>(), host.numel());
  });
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
      for (std::int64_t i = first; i < last; ++i) to[i] = loops::squares(from + i * width, width);
    });
  });
  return squares;
}

}  // namespace weir

// core/math/variance/time_bins.hpp -- equal bins of t in (0, 1).
#pragma once

#include <cstdint>

#include <weir/output.hpp>
#include <weir/tensor.hpp>

namespace weir {

// Bin of each time, int64 [N] in [0, bins); t = 1 falls into the last.
inline Tensor time_bins(const Tensor& t, std::int64_t bins) {
  return (t * double(bins)).floor().to(at::kLong).clamp(0, bins - 1);
}

// Plans a trace with one value per bin, whose centres are its scale.
inline DatasetSpec& plan_bins(Trace& trace, std::int64_t bins) {
  DatasetSpec& spec = trace.plan({bins}, {"time_bin"});
  const Tensor centres = (at::arange(bins, at::kDouble) + 0.5) / double(bins);
  spec.scales["time_bin"] = {trace.schema().name + "_time", array_of(centres)};
  return spec;
}

}  // namespace weir

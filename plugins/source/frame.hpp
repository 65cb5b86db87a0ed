// plugins/source/frame.hpp -- orthonormal directions drawn at random.
//
// Source   The frame of a normal matrix's QR decomposition with a positive diagonal is uniform: Stewart, SIAM J. Numer. Anal. 17 (1980)
//          403-409.
#pragma once

#include <weir/rng.hpp>

namespace weir {

// F [k, dim], F F^T = I, float64 on the CPU; of the stream "rotation" below `rng`, the same for every dtype and device of a run.
inline Tensor random_frame(std::int64_t k, std::int64_t dim, const Rng& rng) {
  Rng stream(rng.at("rotation").key(), at::TensorOptions(at::kDouble));
  const auto [q, r] = at::linalg_qr(stream.normal({dim, k}));
  return (q * r.diagonal().sign()).t().contiguous();
}

}  // namespace weir

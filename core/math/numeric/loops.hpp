// core/math/numeric/loops.hpp -- sums over contiguous numbers on the host, in the widest registers that all machines of a kind may have:
// the same order of additions, and the same bits, in all of them.
#pragma once

#include <cstdint>

namespace weir::loops {

// sum_i x_i and sum_i x_i^2 in float64, n of them.
double sum(const float* x, std::int64_t n);
double sum(const double* x, std::int64_t n);
double squares(const float* x, std::int64_t n);
double squares(const double* x, std::int64_t n);

// sum over i < j of (<a_i, a_j> + 1) <d_i, d_j> over the m rows i, j of a [B, in] and d [B, out] that `rows` names: the inner products in
// their own type, their sum in float64.
double couples(const float* a, std::int64_t in, const float* d, std::int64_t out, const std::int64_t* rows,
               std::int64_t m);
double couples(const double* a, std::int64_t in, const double* d, std::int64_t out, const std::int64_t* rows,
               std::int64_t m);

}  // namespace weir::loops

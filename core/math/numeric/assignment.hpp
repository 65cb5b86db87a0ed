// core/math/numeric/assignment.hpp -- the cheapest one-to-one pairing of N rows with N columns, with a proof that it is.
//
//   minimise  sum_i c[i, p(i)]  over permutations p          certificate: u_i + v_j <= c_ij for all i, j
//   gap = sum_i c[i, p(i)] - sum_i u_i - sum_j v_j >= 0;     p is optimal to within `gap`
//
// Source  Jonker, Volgenant, Computing 38 (1987) 325-340: augmenting row reduction, shortest augmenting paths; O(N^3) at worst.
//         Prices to start from: auctions with shrinking steps, Bertsekas, Ann. Oper. Res. 14 (1988) 105-123.
#pragma once

#include <cstdint>
#include <functional>

#include <weir/tensor.hpp>

namespace weir {

struct Assignment {
  Tensor permutation;  // int64 [N]: the column of each row
  double cost = 0;     // of the pairing, summed over the rows
  Tensor u, v;         // float64 [N]: feasible duals, u_i = min_j (c_ij - v_j)
  double gap = 0;      // between `cost` and the lower bound that u and v prove; round-off in float64
};

// Told now and then how many rows have their column; may throw to stop the search.
using AssignmentProgress = std::function<void(std::int64_t done, std::int64_t total)>;

// `cost` [N, N], float32 or float64, on any device. Errors: std::invalid_argument if it is not square or holds a number that
// is not finite (named by row and column).
Assignment solve(const Tensor& cost, const AssignmentProgress& progress = {});

// The same for the squared Euclidean cost between points x, y [N, item...]. From 8,193 points on the matrix is held in
// float32 (4 N^2 bytes); cost, duals and gap are still those of the float64 distances.
Assignment match(const Tensor& x, const Tensor& y, const AssignmentProgress& progress = {});

// Bytes that match() holds at once for N points, and solve() beside its argument none of that size.
double match_bytes(std::int64_t n);

}  // namespace weir

// core/math/variance/standard_error.hpp -- the standard error of an estimate, and how well that is known itself.
//
//   se^2 = (n - 1) / n  sum_i (T_i - mean T)^2     the jackknife: T_i is the estimate from all of n values but the i-th
//
// Of a mean it is the usual s^2 / n. Of an average over couples of values, such as a variance or an MMD, E se^2 >= Var T at every n
// and for every law of the values: in mean square the error is overstated, never understated.
//
//   nu = 2 n / (kappa - 1), within [1, n - 2]      degrees of freedom of se^2, kappa the kurtosis of the T_i
//
// Few values show too low a kurtosis. Here it is drawn to that of the squares of normal numbers, 15, with the weight of eight values:
// for estimates that average squares.
//
// Source  Efron, Stein, Ann. Statist. 9 (1981) 586-596; Satterthwaite, Biometrics Bulletin 2 (1946) 110-114. The weight is this
//         laboratory's, from the coverage in tests/plugins/coverage.test.cpp.
#pragma once

#include <weir/tensor.hpp>

namespace weir {

// Of the T_i, [n] float64, n >= 2.
double jackknife_se(const Tensor& without);

// 1 + nu: as many values of a normal law would tell as much of their spread. Of the T_i, [n] float64, n >= 3.
double effective_n(const Tensor& without);

// Of a share of n: sqrt(p (1 - p) / n) at p = (n share + 2) / (n + 4), which is not 0 where the share is 0 or 1. Agresti, Coull, The
// American Statistician 52 (1998) 119-126.
double share_se(double share, double n);

}  // namespace weir

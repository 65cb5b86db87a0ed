// tests/plugins/coverage.hpp -- how often an estimate, its error and Student's t cover what is estimated.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <weir/rng.hpp>

namespace weir::tests {

// What a plugin gives: value, value_se and value_n.
struct Measurement {
  double value, se, n;
};

struct Coverage {
  double ratio;    // root of the mean of se^2 over the standard deviation of the values
  double covered;  // share of the intervals value +- t(n - 1) se, of 95 %, that hold the truth
  double missing;  // share of errors that are NaN; they count as intervals that do not
  int repeats;
  // Standard error of `covered` where it is near this share.
  double error_at(double share) const;
};
Coverage coverage(double truth, int repeats, const std::function<Measurement(Rng&)>& draw);

// A law of per-sample gradients g in R^d, with its true tr Cov(g). Its mean is 0.
struct GradientLaw {
  std::string name;
  double trace_cov;
  std::function<Tensor(std::int64_t n, Rng& rng)> draw;  // [n, d] float64
};
// From light to heavy: normal in 30 directions, in one, with most of the variance in one, products of two normal factors as in a linear
// layer's gradient, lengths that are lognormal.
const std::vector<GradientLaw>& gradient_laws();
const GradientLaw& gradient_law(const std::string& name);

// tr Cov(g) from one batch, as probe/gradient_variance writes it.
Coverage of_one_batch(const GradientLaw& law, std::int64_t batch, int repeats);

// metric/gradient_variance at so many replicates of a batch.
struct OverReplicates {
  Coverage total, replicated, loss;
};
OverReplicates over_replicates(const GradientLaw& law, std::int64_t batch, std::int64_t replicates,
                               int repeats);

// metric/mmd between N(0, 1) and N(shift, 1) with a bandwidth of 0.9.
Coverage of_mmd(double shift, std::int64_t points, int repeats);

// metric/field_error between x and x + 0.3 (x_1, 0), or x + 0.3 |x| x, at x ~ N(0, I_2).
Coverage of_field_error(bool heavy, std::int64_t samples, int repeats);

// probe/loss where losses are squares of one normal number, or of four.
Coverage of_loss(int squares, std::int64_t batch, int repeats);

// metric/memorisation where each pair is recalled with this probability.
Coverage of_recall(double probability, std::int64_t pairs, int repeats);

// The sliced distance of metric/w2 between two given sets, over random directions.
Coverage of_sliced_w2(std::int64_t directions, int repeats);

}  // namespace weir::tests

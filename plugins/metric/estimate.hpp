// plugins/metric/estimate.hpp -- the three outputs of an estimate, and errors from leaving out blocks of rows.
//
//   se^2      = (g - 1) / g sum_b (T_b - mean T_b)^2           T_b  the estimate without the rows i of block b, i mod g = b
//   corrected = g T - (g - 1) mean T_b                         without the part of the bias that falls as 1 / n
//
// Source   the jackknife of groups: Shao, Tu, The Jackknife and Bootstrap (1995), chapters 1 and 2.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <weir/kinds/metric.hpp>

namespace weir {

struct Estimate {
  Estimate(Node* node, const std::string& name, const std::string& what,
           const std::string& counted = "number of points", const std::string& missing = "")
      : mean(node, name, "1", what),
        se(node, name + "_se", "1", "standard error of " + name + missing),
        n(node, name + "_n", "1", counted, "int64") {}

  void plan() {
    mean.plan({}, {});
    se.plan({}, {});
    n.plan({}, {});
  }
  void set(double value, double error, std::int64_t count) {
    mean.set(at::scalar_tensor(value, at::kDouble));
    se.set(at::scalar_tensor(error, at::kDouble));
    n.set(at::scalar_tensor(count, at::kLong));
  }
  // Of the mean of independent values [n].
  void set(const Tensor& values) {
    mean.set(values.mean());
    se.set(values.std() / std::sqrt(static_cast<double>(values.size(0))));
    n.set(at::scalar_tensor(values.size(0), at::kLong));
  }

  Output<Tensor> mean, se, n;
};

constexpr std::int64_t most_blocks = 20;  // unless more are asked for

// What an estimate is without each block.
struct Blocks {
  explicit Blocks(std::vector<double> estimates) : without(std::move(estimates)) {}

  std::int64_t count() const { return static_cast<std::int64_t>(without.size()); }
  double mean() const {
    double sum = 0;
    for (const double each : without) sum += each;
    return sum / static_cast<double>(without.size());
  }
  double se() const {
    double squares = 0;
    for (const double each : without) squares += (each - mean()) * (each - mean());
    const auto g = static_cast<double>(without.size());
    return std::sqrt((g - 1) / g * squares);
  }
  double corrected(double whole) const {
    const auto g = static_cast<double>(without.size());
    return g * whole - (g - 1) * mean();
  }

  std::vector<double> without;
};

}  // namespace weir

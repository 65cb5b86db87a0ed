// tests/plugins/metric/fixed_points.hpp -- two sets of points that any language can make, and metrics that compare two sets.
//
//   x_id = frac(i a_d),  i = 1 .. n:    in Python   np.modf(np.arange(1, n + 1)[:, None] * a)[0]
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <weir/kinds/metric.hpp>

#include "../values.hpp"

namespace weir::tests {

inline Tensor fractions(std::int64_t n, const std::vector<double>& squares) {
  return (at::arange(1, n + 1, f64).unsqueeze(1) * row_of(squares).sqrt()).frac();
}

// Sixty points in three dimensions each: uniform on the cube, on a box moved against it, and on the cube again.
inline Tensor cube_points() { return fractions(60, {2, 3, 5}); }
inline Tensor box_points() {
  return fractions(60, {7, 11, 13}) * row_of({1, 0.5, 2}) + row_of({0.3, 0, -0.2});
}
inline Tensor more_cube_points() { return fractions(60, {17, 19, 23}); }

// A metric with ports samples and points, run.
struct Compared {
  Compared(const std::string& plugin, const Tensor& x, const Tensor& y,
           const nlohmann::json& params = nlohmann::json::object(), std::uint64_t seed = 0)
      : samples(x), points(y), metric(make<Metric>(plugin, params, f64, seed)) {
    bind(*metric, "samples", samples, "value");
    bind(*metric, "points", points, "value");
    run(*metric);
  }
  double operator()(const std::string& output) const { return number(value_of(*metric, output)); }

  Values samples, points;
  std::unique_ptr<Metric> metric;
};

// The text of the one fault that a comparison finds at plan.
inline std::string fault_of(const std::string& plugin, const Tensor& x, const Tensor& y,
                            const nlohmann::json& params) {
  Values samples(x), points(y);
  const auto metric = make<Metric>(plugin, params);
  bind(*metric, "samples", samples, "value");
  bind(*metric, "points", points, "value");
  const Faults faults = plan(*metric);
  return faults.size() == 1 ? faults[0].message : std::to_string(faults.size()) + " faults";
}

}  // namespace weir::tests

// tests/plugins/source/samples.hpp -- samples of a source, held to what is known of its law.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>

#include "../values.hpp"

namespace weir::tests {

inline std::unique_ptr<Source> ran_source(const std::string& id, const nlohmann::json& params,
                                          const at::TensorOptions& options = f64, std::uint64_t seed = 0) {
  auto source = make<Source>(id, params, options, seed);
  run(*source);
  return source;
}

inline Tensor drawn_from(const Source& source, std::int64_t n, std::uint64_t seed = 3,
                         const at::TensorOptions& options = f64) {
  Rng rng(seed, "draw", options);
  return source.sample(n, rng);
}

inline Source::Drawn drawn_with_labels(const Source& source, std::int64_t n, std::uint64_t seed = 3) {
  Rng rng(seed, "draw", f64);
  return source.draw(n, rng);
}

// log p of one point.
inline double log_density_at(const Source& source, const std::vector<double>& x) {
  return number(facet<LogDensity>(source)->at(row_of(x).unsqueeze(0)));
}

// Kolmogorov's sqrt(n) D of numbers against a distribution function. It exceeds 2.2 once in 8000 samples of the law itself.
inline double kolmogorov(const Tensor& sample, const std::function<double(double)>& cdf) {
  const Tensor sorted = std::get<0>(sample.to(at::kDouble).flatten().sort()).contiguous();
  const double n = static_cast<double>(sorted.numel());
  double far = 0;
  for (std::int64_t i = 0; i < sorted.numel(); ++i) {
    const double p = cdf(sorted.const_data_ptr<double>()[i]);
    far = std::max({far, p - double(i) / n, double(i + 1) / n - p});
  }
  return std::sqrt(n) * far;
}

inline double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// How far mean and covariance of 40000 points lie from Moments, the largest in standard errors. Of some ten numbers it exceeds 4 once
// in 1600 samples.
inline double off_moments(const Source& source, std::uint64_t seed) {
  const std::int64_t n = 40000;
  const Moments moments = *facet<Moments>(source);
  const Tensor centred = drawn_from(source, n, seed).flatten(1) - moments.mean;
  const Tensor products = centred.unsqueeze(2) * centred.unsqueeze(1);
  const auto most = [&](const Tensor& values, const Tensor& truth) {
    const Tensor spread = values.std(0), apart = (values.mean(0) - truth).abs();
    return number((apart / (spread / std::sqrt(double(n))).clamp_min(1e-12)).max());
  };
  return std::max(most(centred, at::zeros_like(moments.mean)), most(products, moments.covariance));
}

// The first fault of a plugin that is given these parameters, or "none".
inline std::string first_fault(const std::string& id, const nlohmann::json& params) {
  const auto source = make<Source>(id, params);
  const Faults faults = plan(*source);
  return faults.empty() ? "none" : faults.front().message;
}

// Whether the declaration allows this value: what is outside is refused with its place before any node is made.
inline bool allows(const std::string& id, const std::string& name, double value) {
  const std::vector<ParamSchema>& params = built_plugin(id).params;
  const auto param = std::ranges::find(params, name, &ParamSchema::name);
  if (param == params.end()) throw std::logic_error(id + " has no parameter " + name);
  const bool low =
      param->minimum && (param->minimum_excluded ? value <= *param->minimum : value < *param->minimum);
  const bool high =
      param->maximum && (param->maximum_excluded ? value >= *param->maximum : value > *param->maximum);
  return !low && !high;
}

}  // namespace weir::tests

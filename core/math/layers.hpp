// core/math/layers.hpp -- the layers that fields are built from. Each takes its parameters by name, and writes to the
// tape if the parameters carry one (Params::taped).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <weir/kinds/field.hpp>

namespace weir::nn {

// y = x W^T + b. x [B, in] or [B, T, in]; W "<name>.weight" [out, in], b "<name>.bias" [out].
Tensor linear(const Params& params, const std::string& name, const Tensor& x);
// x [B, in, H, W]; "<name>.weight" [out, in, k, k], "<name>.bias" [out]; zero padding.
Tensor conv2d(const Params& params, const std::string& name, const Tensor& x, std::int64_t stride, std::int64_t padding);
// x [B, C, ...]; "<name>.weight" [C], "<name>.bias" [C].
Tensor group_norm(const Params& params, const std::string& name, const Tensor& x, std::int64_t groups);

// PyTorch's default initialisation: U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for weight and bias.
using Named = std::vector<std::pair<std::string, Tensor>>;
void init_linear(Named& into, const std::string& name, std::int64_t in, std::int64_t out, Rng& rng);
void init_conv2d(Named& into, const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel, Rng& rng);
void init_group_norm(Named& into, const std::string& name, std::int64_t channels, const Rng& rng);

// Sinusoidal features of t [B] -> [B, width], frequencies 2 pi 2^k spaced geometrically up to `highest`; width is even.
Tensor time_features(const Tensor& t, std::int64_t width, double highest);

}  // namespace weir::nn

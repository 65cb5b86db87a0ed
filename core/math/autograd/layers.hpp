// core/math/autograd/layers.hpp -- the layers that fields are built from. Each takes its parameters by name, and writes to the
// tape if the parameters carry one (Params::taped).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <weir/params.hpp>
#include <weir/rng.hpp>

namespace weir::nn {

// y = x W^T + b. x [B, in] or [B, T, in]; W "<name>.weight" [out, in], b "<name>.bias" [out].
Tensor linear(const Params& params, const std::string& name, const Tensor& x);
// The same with parameters that have names of their own.
Tensor linear(const Params& params, const std::string& weight, const std::string& bias, const Tensor& x);
// x [B, in, H, W]; "<name>.weight" [out, in, k, k], "<name>.bias" [out]; zero padding.
Tensor conv2d(const Params& params, const std::string& name, const Tensor& x, std::int64_t stride,
              std::int64_t padding);
// x [B, C, ...]; "<name>.weight" [C], "<name>.bias" [C].
Tensor group_norm(const Params& params, const std::string& name, const Tensor& x, std::int64_t groups);
// Up to 8 groups of 4 channels or more, as many as divide the channels.
std::int64_t groups_of(std::int64_t channels);

// PyTorch's default initialisation: U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for weight and bias. Each tensor is drawn at the
// address of its own name, so a further layer changes no other layer's numbers.
using Named = std::vector<std::pair<std::string, Tensor>>;
void init_linear(Named& into, const std::string& name, std::int64_t in, std::int64_t out, Rng& rng);
void init_conv2d(Named& into, const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel,
                 Rng& rng);
void init_group_norm(Named& into, const std::string& name, std::int64_t channels, const Rng& rng);

// sin and cos of 2 pi f t for t [B] -> [B, width]: width / 2 frequencies f from 1 to `highest`, spaced geometrically.
// Errors: std::logic_error if width is odd.
Tensor time_features(const Tensor& t, std::int64_t width, double highest);

}  // namespace weir::nn

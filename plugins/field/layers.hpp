// plugins/field/layers.hpp -- the layers of one pass of a network. In a first pass they are made where they are met, so that a network is
// described once.
#pragma once

#include <cstdint>
#include <string>

#include <weir/kinds/flow/domain.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/params.hpp>
#include <weir/rng.hpp>

namespace weir::nn {

class Layers {
 public:
  explicit Layers(const Params& params) : params_(&params) {}
  Layers(Named& fresh, Rng& rng) : fresh_(&fresh), rng_(&rng) {}

  // x [B, in] or [B, T, in]
  Tensor linear(const std::string& name, const Tensor& x, std::int64_t out) const {
    if (fresh_) init_linear(*fresh_, name, x.size(-1), out, *rng_);
    return nn::linear(params(), name, x);
  }

  Tensor conv(const std::string& name, const Tensor& x, std::int64_t out, std::int64_t kernel = 3,
              std::int64_t stride = 1) const {
    if (fresh_) init_conv2d(*fresh_, name, x.size(1), out, kernel, *rng_);
    return conv2d(params(), name, x, stride, kernel / 2);
  }

  Tensor norm(const std::string& name, const Tensor& x) const {
    if (fresh_) init_group_norm(*fresh_, name, x.size(1), *rng_);
    return group_norm(params(), name, x, groups_of(x.size(1)));
  }

  Params params() const { return fresh_ ? Params(*fresh_) : *params_; }

 private:
  const Params* params_ = nullptr;
  Named* fresh_ = nullptr;
  Rng* rng_ = nullptr;
};

// What a first pass is asked at: one row of zeros of everything that the domain has.
struct Zeros {
  Zeros(const Domain& domain, const at::TensorOptions& options)
      : x(at::zeros(rows_of(1, domain.item), options)), t(at::zeros({1}, options)) {
    for (const auto& [name, entry] : domain.context)
      context[name] =
          at::zeros(rows_of(1, entry.shape), entry.classes > 0 ? options.dtype(at::kLong) : options);
  }
  Tensor x, t;
  Context context;
};

}  // namespace weir::nn

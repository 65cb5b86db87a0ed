// core/rng.cpp -- addressed random numbers.
#include <weir/rng.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <ATen/CPUGeneratorImpl.h>

namespace weir {
namespace {

std::uint64_t hash(std::string_view name, std::uint64_t seed) {
  return XXH3_64bits_withSeed(name.data(), name.size(), seed);
}

}  // namespace

Rng::Rng(std::uint64_t seed, std::string_view node, const at::TensorOptions& options)
    : key_(hash(node, hash("weir", seed))), options_(options) {}

Rng Rng::at(std::string_view name, std::int64_t step) const {
  const std::uint64_t stream = hash(name, key_);
  return Rng(XXH3_64bits_withSeed(&step, sizeof step, stream), options_);
}

at::Generator& Rng::generator() {
  if (!generator_) {
    // A fresh generator of the device: never the process's default one, which all nodes would share.
    generator_ = options_.device().is_cpu() ? at::make_generator<at::CPUGeneratorImpl>(key_)
                                            : at::globalContext().defaultGenerator(options_.device()).clone();
    generator_->set_current_seed(key_);
  }
  return *generator_;
}

Tensor Rng::normal(at::IntArrayRef shape) { return at::randn(shape, generator(), options_); }

Tensor Rng::uniform(at::IntArrayRef shape) { return at::rand(shape, generator(), options_); }

Tensor Rng::integers(std::int64_t high, at::IntArrayRef shape) {
  return at::randint(high, shape, generator(), options_.dtype(at::kLong));
}

Tensor Rng::permutation(std::int64_t n) { return at::randperm(n, generator(), options_.dtype(at::kLong)); }

}  // namespace weir

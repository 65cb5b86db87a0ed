// core/rng.hpp -- random numbers that are addressed, never advanced by history.
//
//   key = XXH3(master seed, consumer node, stream, step, stream, step, ...)
//
// A generator is seeded from its key when it is first used, so a number depends on its address alone: adding a node changes
// no other node's numbers, nodes side by side equal nodes one after another, and a resumed run needs no generator state.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <weir/tensor.hpp>

namespace weir {

class Rng {
 public:
  // The stream of a node. `options` give device and floating dtype of what is drawn.
  Rng(std::uint64_t seed, std::string_view node, const at::TensorOptions& options);

  // The stream `name` at `step` below this one; independent of every other address.
  Rng at(std::string_view name, std::int64_t step = 0) const;

  // Draws from this address; several draws from one Rng object are consecutive parts of its stream.
  Tensor normal(at::IntArrayRef shape);                       // N(0, 1)
  Tensor uniform(at::IntArrayRef shape);                      // [0, 1)
  Tensor integers(std::int64_t high, at::IntArrayRef shape);  // int64 in [0, high)
  Tensor permutation(std::int64_t n);                         // int64 [n]

  // The seed at this address, for laws that are not above: a generator of one's own, such as std::mt19937_64, starts from it.
  std::uint64_t key() const { return key_; }
  const at::TensorOptions& options() const { return options_; }

 private:
  Rng(std::uint64_t key, const at::TensorOptions& options) : key_(key), options_(options) {}
  at::Generator& generator();

  std::uint64_t key_;
  at::TensorOptions options_;
  std::optional<at::Generator> generator_;
};

}  // namespace weir

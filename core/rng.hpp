// core/rng.hpp -- random numbers that are addressed, never advanced by history.
//
//   key     = XXH3(master seed, consumer node, stream, step, stream, step, ...)                                        64 bits
//   word i  = word (i mod 4) of Philox 4x32-10 of the counter (i div 4, 2 draw) under the key                          32 bits
//             followed, where 64 bits are wanted, by the same word of the counter (i div 4, 2 draw + 1)
//   number i is made of word i, or numbers i and i + 1, i even, of words i and i + 1 (normal)
//
// A number depends on its address, on how many draws its Rng object has made before, and on its index in the draw (row by row),
// and on nothing else: adding a node changes no other node's numbers, nodes side by side equal nodes one after another, a
// resumed run needs no generator state, the first rows of a draw are the same however many rows are drawn, and so is all of it
// for any number of threads. Permutations alone are others for another n.
//
// Devices       Numbers are made on the host and copied to the device: those of a CPU and of a GPU have the same bits, on every
//               processor and with every compiler (core/random/laws.hpp). What is computed of them may differ in its last bits.
// float32       A draw in float32 has the leading bits of the same draw in float64, so that a pipeline run again with dtype: float64
//               sees the same noise. Uniform: the float64 number cut to 24 bits; never rounded, which could give 1. Normal: computed in
//               float32 of the leading 32 bits of each word; differs from the float64 number by the round-off of float32, in one
//               of 10^5 numbers, of the outermost tails, by more than 1e-6. Integers and permutations: the same.
// Independence  Streams share a number no more often than chance has it: keys of 64 bits, and a counter for every number.
//
// Source   Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include <weir/tensor.hpp>

namespace weir {

class Rng {
 public:
  // The stream of a node. `options` give device and floating dtype, float32 or float64, of what is drawn.
  Rng(std::uint64_t seed, std::string_view node, const at::TensorOptions& options);
  // The stream of an address whose key() is known, from its beginning.
  Rng(std::uint64_t key, const at::TensorOptions& options) : key_(key), options_(options) {}

  // The stream `name` at `step` below this one; independent of every other address.
  Rng at(std::string_view name, std::int64_t step = 0) const;

  // Draws from this address; several draws from one Rng object are disjoint parts of its stream.
  // N(0, 1), finite: numbers from `first` on of this draw, so that rows can be drawn that begin in the middle.
  Tensor normal(at::IntArrayRef shape, std::int64_t first = 0);
  Tensor uniform(at::IntArrayRef shape);  // [0, 1), of 24 bits in float32, of 53 in float64
  // int64 in [0, high), each as likely as any to 2^-64. Throws std::invalid_argument if high < 1.
  Tensor integers(std::int64_t high, at::IntArrayRef shape);
  Tensor permutation(std::int64_t n);  // int64 [n], every order as likely as any

  // A draw of one word, which makes an Rng a generator of <random>, for laws that are not above:
  // std::poisson_distribution<int>(3)(rng). Such a law's numbers are those of one C++ library.
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()();

  std::uint64_t key() const { return key_; }  // of this address
  const at::TensorOptions& options() const { return options_; }

 private:
  std::uint64_t key_;
  std::uint64_t draws_ = 0;
  at::TensorOptions options_;
};

}  // namespace weir

// core/random/laws.hpp -- from random words to numbers of a law.
//
// Additions, multiplications, divisions and square roots of IEEE 754 alone, in one order: the same words give the same bits on
// every processor and with every compiler. std::log and std::cos promise that of no two versions.
#pragma once

#include <cstdint>
#include <span>

namespace weir {

// U(0, 1) in [0, 1): the leading 24 or 53 bits of a word, so that a float is the double of the same leading bits cut to 24 bits.
void uniform(std::span<const std::uint32_t> words, std::span<float> u);
void uniform(std::span<const std::uint64_t> words, std::span<double> u);

// N(0, 1) by Box and Muller: words a, b make two numbers, z = sqrt(-2 log v) (cos, sin)(2 pi w), v in (0, 1) of all bits of a,
// w of all bits of b. Finite at every word: |z| < 6.8 from 32 bits, < 9.5 from 64. The float of a word's leading half and the
// double of the whole agree to the round-off of float, but far out. `words` holds an even number, at least as many as `z`.
void normal(std::span<const std::uint32_t> words, std::span<float> z);
void normal(std::span<const std::uint64_t> words, std::span<double> z);

// Uniform in [0, high), 1 <= high <= 2^63: floor(high word / 2^64). No probability is off by more than 2^-64.
void integers(std::span<const std::uint64_t> words, std::uint64_t high, std::span<std::int64_t> i);
// One of them.
inline std::uint64_t integer(std::uint64_t word, std::uint64_t high) {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(word) * high >> 64);
}

}  // namespace weir

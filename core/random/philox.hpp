// core/random/philox.hpp -- Philox 4x32-10: random words by key and counter.
//
// Source   Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011; Random123, their code of it.
#pragma once

#include <cstdint>
#include <span>

namespace weir {

// words[4 j + l] = word l of the counter (block + j, stream) under `key`. The size of `words` is a multiple of 4.
void philox(std::uint64_t key, std::uint64_t stream, std::uint64_t block, std::span<std::uint32_t> words);

}  // namespace weir

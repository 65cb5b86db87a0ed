// core/random/philox.cpp -- Philox 4x32-10, a loop without branches over Random123's function, which compilers vectorise.
#include <weir/random/philox.hpp>

#include <Random123/philox.h>

namespace weir {
namespace {

std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

}  // namespace

void philox(std::uint64_t key, std::uint64_t stream, std::uint64_t block, std::span<std::uint32_t> words) {
  const r123::Philox4x32::key_type k{{low(key), high(key)}};
  for (std::size_t j = 0; j < words.size() / 4; ++j) {
    const std::uint64_t n = block + j;
    const auto drawn = r123::Philox4x32()({{low(n), high(n), low(stream), high(stream)}}, k);
    words[4 * j] = drawn.v[0];
    words[4 * j + 1] = drawn.v[1];
    words[4 * j + 2] = drawn.v[2];
    words[4 * j + 3] = drawn.v[3];
  }
}

}  // namespace weir

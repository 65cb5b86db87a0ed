// tests/core/philox.test.cpp -- random words against those that others publish and draw.
#include <ATen/core/PhiloxRNGEngine.h>
#include <catch2/catch.hpp>

#include <array>
#include <vector>

#include <weir/random/philox.hpp>

namespace {

using Block = std::array<std::uint32_t, 4>;

Block block_of(std::uint64_t key, std::uint64_t stream, std::uint64_t block) {
  Block words{};
  weir::philox(key, stream, block, words);
  return words;
}

}  // namespace

// kat_vectors of Random123: philox4x32 10, counter, key, words.
TEST_CASE("Words are those of Random123's known answers", "[random]") {
  CHECK(block_of(0, 0, 0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(block_of(~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(block_of(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Words are those of LibTorch's engine, from any block on", "[random]") {
  for (const std::uint64_t key : {1ull, 0x123456789abcdef0ull})
    for (const std::uint64_t stream : {0ull, 5ull, 1ull << 40})
      for (const std::uint64_t block : {0ull, 1000ull, (1ull << 32) - 3}) {
        INFO("key " << key << ", stream " << stream << ", block " << block);
        at::philox_engine engine(key, stream, block);
        std::vector<std::uint32_t> words(4 * 37), expected(words.size());
        weir::philox(key, stream, block, words);
        for (std::uint32_t& word : expected) word = engine();

        CHECK(words == expected);
      }
}

// tests/core/random_laws.test.cpp -- numbers made of words, against long double and the C++ library.
#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <weir/random/laws.hpp>
#include <weir/random/philox.hpp>

namespace {

// Random words, and those where exponents, signs and quarters of a turn change.
template <class Word>
std::vector<Word> words_with_extremes() {
  constexpr int bits = std::numeric_limits<Word>::digits;
  std::vector<Word> ends;
  for (int i = 0; i < bits; ++i)
    for (const int off : {-1, 0, 1}) ends.push_back((Word{1} << i) + static_cast<Word>(off));
  for (const Word a : std::vector(ends)) ends.push_back(~a);

  std::vector<Word> words;
  for (const Word a : ends)
    for (const Word b : ends) words.insert(words.end(), {a, b});
  std::vector<std::uint32_t> drawn(400'000);
  weir::philox(7, 0, 0, drawn);
  for (std::size_t i = 0; i + 1 < drawn.size(); i += 2)
    words.push_back(static_cast<Word>(std::uint64_t{drawn[i]} << 32 | drawn[i + 1]));
  return words;
}

// Box and Muller as they wrote it, in more digits.
template <class Word>
std::pair<long double, long double> box_muller(Word a, Word b) {
  const long double n = std::ldexp(1.0L, std::numeric_limits<Word>::digits);
  const long double half = 0.5L, v = (a + half) / n, rest = (static_cast<Word>(~a) + half) / n;
  const long double r = std::sqrt(-2 * (v < half ? std::log(v) : std::log1p(-rest)));
  // The nearest multiple of a quarter turn, and what is left of it.
  const auto quarters = static_cast<int>(b >> (std::numeric_limits<Word>::digits - 2));
  const long double x =
      static_cast<std::make_signed_t<Word>>(b << 2) / n * std::numbers::pi_v<long double> / 2;
  const long double cos = std::cos(x), sin = std::sin(x);
  switch (quarters) {
    case 0:
      return {r * cos, r * sin};
    case 1:
      return {-r * sin, r * cos};
    case 2:
      return {-r * cos, -r * sin};
    default:
      return {r * sin, -r * cos};
  }
}

}  // namespace

TEMPLATE_TEST_CASE("Normal numbers are Box and Muller's to their last bits, finite at every word", "[random]",
                   float, double) {
  using Word = std::conditional_t<std::is_same_v<TestType, float>, std::uint32_t, std::uint64_t>;
  const std::vector<Word> words = words_with_extremes<Word>();
  std::vector<TestType> z(words.size());
  weir::normal(std::span<const Word>(words), std::span(z));

  long double worst = 0;
  bool finite = true;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const auto [z0, z1] = box_muller(words[i], words[i + 1]);
    finite = finite && std::isfinite(z[i]) && std::isfinite(z[i + 1]);
    if (z0 != 0) worst = std::max(worst, std::abs((z[i] - z0) / z0));
    if (z1 != 0) worst = std::max(worst, std::abs((z[i + 1] - z1) / z1));
  }
  CHECK(finite);
  CHECK(worst < 4 * std::numeric_limits<TestType>::epsilon());  // about ten roundings
}

TEST_CASE("An odd number of normal numbers begins as an even one", "[random]") {
  const std::vector<std::uint64_t> words = {1, 2, 3, 4};
  std::vector<double> three(3), four(4);
  weir::normal(words, three);
  weir::normal(words, four);

  CHECK(three == std::vector<double>(four.begin(), four.begin() + 3));
}

TEST_CASE("Uniform numbers are the leading bits of a word, below 1 at every word", "[random]") {
  const std::vector<std::uint32_t> words32 = {0, 0xff, 0x100, 0x80000000, 0xffffffff};
  const std::vector<std::uint64_t> words64 = {0, 0x7ff, 0x800, 0x8000000000000000, ~std::uint64_t{0}};
  std::vector<float> u32(5);
  std::vector<double> u64(5);
  weir::uniform(words32, u32);
  weir::uniform(words64, u64);

  CHECK(u32 == std::vector<float>{0, 0, 0x1p-24f, 0.5f, 1 - 0x1p-24f});
  CHECK(u64 == std::vector<double>{0, 0, 0x1p-53, 0.5, 1 - 0x1p-53});
}

TEST_CASE("Integers are a word's place in [0, 1) times the limit", "[random]") {
  const std::vector<std::uint64_t> words = {0, 0x5555555555555555, 0x5555555555555556, 0x8000000000000000,
                                            ~std::uint64_t{0}};
  std::vector<std::int64_t> i(5);
  weir::integers(words, 3, i);
  CHECK(i == std::vector<std::int64_t>{0, 0, 1, 1, 2});
  weir::integers(words, std::uint64_t{1} << 63, i);
  CHECK(i.back() == std::numeric_limits<std::int64_t>::max());
}

// core/random/laws.cpp -- uniform, normal and integer numbers from words, in loops that compilers vectorise.
//
// log      FreeBSD's msun, e_log.c and e_logf.c: x = 2^k (1 + f), s = f / (2 + f), log(1 + f) = f - (h - s (h + R)), h = f^2 / 2
// sin, cos on [-pi/4, pi/4]: the same library's k_sin.c and k_cos.c; for float Cephes, sinf.c
#include <weir/random/laws.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

namespace weir {
namespace {

// From the constant term on.
template <class Real>
struct Series;
template <>
struct Series<float> {
  static constexpr float log[] = {0x1.555554p-1f, 0x1.999c26p-2f, 0x1.23d3dcp-2f, 0x1.f13c4cp-3f};
  static constexpr float sin[] = {-1.6666654611e-1f, 8.3321608736e-3f, -1.9515295891e-4f};
  static constexpr float cos[] = {4.166664568298827e-2f, -1.388731625493765e-3f, 2.443315711809948e-5f};
};
template <>
struct Series<double> {
  static constexpr double log[] = {6.666666666666735130e-1, 3.999999999940941908e-1, 2.857142874366239149e-1,
                                   2.222219843214978396e-1, 1.818357216161805012e-1, 1.531383769920937332e-1,
                                   1.479819860510658591e-1};
  static constexpr double sin[] = {-1.66666666666666324348e-1, 8.33333333332248946124e-3,
                                   -1.98412698298579493134e-4, 2.75573137070700676789e-6,
                                   -2.50507602534068634195e-8, 1.58969099521155010221e-10};
  static constexpr double cos[] = {4.16666666666666019037e-2, -1.38888888888741095749e-3,
                                   2.48015872894767294178e-5, -2.75573143513906633035e-7,
                                   2.08757232129817482790e-9, -1.13596475577881948265e-11};
};

template <class Real, std::size_t n>
Real sum(const Real (&series)[n], Real x) {
  Real y = series[n - 1];
  for (std::size_t i = n - 1; i-- > 0;) y = series[i] + x * y;
  return y;
}

float real(std::int32_t n) { return static_cast<float>(n); }

// The nearest double, from halves in the last bits of 2^84 and 2^52: not every processor can convert several at once.
double real(std::int64_t n) {
  const auto bits = static_cast<std::uint64_t>(n);
  const auto high = std::bit_cast<double>((bits >> 32) ^ 0x4530000080000000u);
  const auto low = std::bit_cast<double>((bits & 0xffffffffu) | 0x4330000000000000u);
  return (high - (0x1p84 + 0x1p63 + 0x1p52)) + low;
}

template <class Word>
auto as_signed(Word word) {
  return static_cast<std::make_signed_t<Word>>(word);
}

// Inlined, or the loop over it is not vectorised.
template <class Word, class Real>
[[gnu::always_inline]] inline void pair(Word a, Word b, Real& z0, Real& z1) {
  constexpr int bits = std::numeric_limits<Word>::digits, mantissa = std::numeric_limits<Real>::digits - 1;
  constexpr Real unit = bits == 32 ? Real(0x1p-32) : Real(0x1p-64);

  // v = t or 1 + t, t in (-1/2, 1/2), is near 1 where t is near 0 from below: exact there too. v = 2^-k (1 + f).
  const Real t = (real(as_signed(a)) + Real(0.5)) * unit;
  const auto v = std::bit_cast<Word>(t < 0 ? 1 + t : t);
  constexpr auto root_half = std::bit_cast<Word>(Real(0.70710678118654752440));
  const Word k = (root_half + (Word(1) << mantissa) - 1 - v) >> mantissa;
  const Real f = k == 0 ? t : std::bit_cast<Real>(v + (k << mantissa)) - 1;
  const Real s = f / (2 + f), s2 = s * s, h = f * f / 2;
  const Real R = s2 * sum(Series<Real>::log, s2);
  const Real minus_log = real(as_signed(k)) * Real(0.69314718055994530942) + ((h - s * (h + R)) - f);
  const Real r = std::sqrt(2 * minus_log);

  // An angle x in [-pi/4, pi/4], then a turn by as many right angles as the two leading bits of b say.
  const Real x = real(as_signed(b << 2)) * (unit * Real(1.57079632679489661923)), x2 = x * x;
  const auto sin = std::bit_cast<Word>(x + x * x2 * sum(Series<Real>::sin, x2));
  const auto cos = std::bit_cast<Word>(1 - x2 / 2 + x2 * x2 * sum(Series<Real>::cos, x2));
  const Word odd = (b >> (bits - 2)) & 1, half_turn = b >> (bits - 1);
  const Word swap = (sin ^ cos) & (Word(0) - odd);
  z0 = r * std::bit_cast<Real>((cos ^ swap) ^ ((half_turn ^ odd) << (bits - 1)));
  z1 = r * std::bit_cast<Real>((sin ^ swap) ^ (half_turn << (bits - 1)));
}

template <class Word, class Real>
void pairs(const Word* words, Real* z, std::size_t n) {
  for (std::size_t j = 0; j < n / 2; ++j) pair(words[2 * j], words[2 * j + 1], z[2 * j], z[2 * j + 1]);
  if (n % 2 == 1) {
    Real unused;
    pair(words[n - 1], words[n], z[n - 1], unused);
  }
}

}  // namespace

void uniform(std::span<const std::uint32_t> words, std::span<float> u) {
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = real(as_signed(words[i] >> 8)) * 0x1p-24f;
}

void uniform(std::span<const std::uint64_t> words, std::span<double> u) {
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = real(as_signed(words[i] >> 11)) * 0x1p-53;
}

void normal(std::span<const std::uint32_t> words, std::span<float> z) {
  pairs(words.data(), z.data(), z.size());
}

void normal(std::span<const std::uint64_t> words, std::span<double> z) {
  pairs(words.data(), z.data(), z.size());
}

void integers(std::span<const std::uint64_t> words, std::uint64_t high, std::span<std::int64_t> i) {
  for (std::size_t k = 0; k < i.size(); ++k) i[k] = as_signed(integer(words[k], high));
}

}  // namespace weir

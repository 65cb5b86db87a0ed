// core/rng.cpp -- addressed random numbers.
#include <weir/rng.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

#include <weir/random/laws.hpp>
#include <weir/random/philox.hpp>

namespace weir {
namespace {

std::uint64_t hash(std::string_view name, std::uint64_t seed) {
  return XXH3_64bits_withSeed(name.data(), name.size(), seed);
}

// Which draw from which address.
struct Draw {
  std::uint64_t key, number;
};

constexpr std::int64_t piece = 1024;  // numbers at once: their words stay in the nearest cache

// The draw's words from number `first` on; `first` and how many they are are multiples of 4.
void read(Draw draw, std::int64_t first, std::span<std::uint32_t> words) {
  philox(draw.key, 2 * draw.number, static_cast<std::uint64_t>(first / 4), words);
}

void read(Draw draw, std::int64_t first, std::span<std::uint64_t> words) {
  const auto block = static_cast<std::uint64_t>(first / 4);
  std::array<std::uint32_t, piece> leading, trailing;
  philox(draw.key, 2 * draw.number, block, std::span(leading).first(words.size()));
  philox(draw.key, 2 * draw.number + 1, block, std::span(trailing).first(words.size()));
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = std::uint64_t{leading[i]} << 32 | trailing[i];
}

// law(words, numbers) makes each number of x of the word with its index, or two neighbours of their two words. The first of x has the
// index `skipped`, a multiple of 4.
template <class Word, class Number, class Law>
void fill(Draw draw, std::int64_t skipped, const Tensor& x, const Law& law) {
  auto* const numbers = x.mutable_data_ptr<Number>();
  const std::int64_t n = x.numel(), grain = at::internal::GRAIN_SIZE / piece;
  at::parallel_for(0, (n + piece - 1) / piece, grain, [&](std::int64_t begin, std::int64_t end) {
    std::array<Word, piece> words;
    for (std::int64_t first = begin * piece; first < std::min(end * piece, n); first += piece) {
      const auto count = static_cast<std::size_t>(std::min(piece, n - first));
      const std::span<Word> used(words.data(), (count + 3) / 4 * 4);
      read(draw, skipped + first, used);
      law(std::span<const Word>(used), std::span<Number>(numbers + first, count));
    }
  });
}

// Numbers are made in host memory, whatever the device; what is pinned there is copied while the host goes on.
Tensor in_host_memory(at::IntArrayRef shape, const at::TensorOptions& options) {
  return at::empty(shape, options.device(at::kCPU).pinned_memory(!options.device().is_cpu()));
}

Tensor on_device(const Tensor& x, const at::TensorOptions& options) {
  return x.to(options.device(), x.scalar_type(), /*non_blocking=*/true);
}

template <class Law>
Tensor floating(Draw draw, std::int64_t skipped, at::IntArrayRef shape, const at::TensorOptions& options,
                const Law& law) {
  const Tensor x = in_host_memory(shape, options);
  if (x.scalar_type() == at::kDouble)
    fill<std::uint64_t, double>(draw, skipped, x, law);
  else
    fill<std::uint32_t, float>(draw, skipped, x, law);
  return on_device(x, options);
}

}  // namespace

Rng::Rng(std::uint64_t seed, std::string_view node, const at::TensorOptions& options)
    : key_(hash(node, hash("weir", seed))), options_(options) {}

Rng Rng::at(std::string_view name, std::int64_t step) const {
  const std::uint64_t stream = hash(name, key_);
  return Rng(XXH3_64bits_withSeed(&step, sizeof step, stream), options_);
}

Tensor Rng::normal(at::IntArrayRef shape, std::int64_t first) {
  const Draw draw{key_, draws_++};
  const auto law = [](auto words, auto z) { weir::normal(words, z); };
  if (first == 0) return floating(draw, 0, shape, options_, law);
  const std::int64_t before = first % 4, count = c10::multiply_integers(shape);
  return floating(draw, first - before, {before + count}, options_, law).narrow(0, before, count).view(shape);
}

Tensor Rng::uniform(at::IntArrayRef shape) {
  return floating({key_, draws_++}, 0, shape, options_, [](auto words, auto u) { weir::uniform(words, u); });
}

Tensor Rng::integers(std::int64_t high, at::IntArrayRef shape) {
  if (high < 1) throw std::invalid_argument(fmt::format("integers in [0, {}): there are none", high));
  const Tensor i = in_host_memory(shape, options_.dtype(at::kLong));
  fill<std::uint64_t, std::int64_t>({key_, draws_++}, 0, i, [&](auto words, auto numbers) {
    weir::integers(words, static_cast<std::uint64_t>(high), numbers);
  });
  return on_device(i, options_);
}

Tensor Rng::permutation(std::int64_t n) {
  const Tensor order = in_host_memory({n}, options_.dtype(at::kLong));
  fill<std::uint64_t, std::int64_t>({key_, draws_++}, 0, order, [](auto words, auto numbers) {
    std::copy_n(words.begin(), numbers.size(), numbers.begin());
  });
  // Fisher and Yates, from the front: i goes to a place j <= i by its own word, and what stood there to the end.
  auto* const p = order.mutable_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < n; ++i) {
    const auto j = integer(static_cast<std::uint64_t>(p[i]), static_cast<std::uint64_t>(i) + 1);
    p[i] = p[j];
    p[j] = i;
  }
  return on_device(order, options_);
}

std::uint64_t Rng::operator()() {
  std::array<std::uint64_t, 4> words;
  read({key_, draws_++}, 0, words);
  return words[0];
}

}  // namespace weir

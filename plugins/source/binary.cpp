// plugins/source/binary.cpp -- small sets of binary words, as numbers -1 and 1.
//
//   bars_and_stripes   size x size pixels whose rows are each of one colour, or whose columns are: 2^(size+1) - 2 words
//   hamming            the Hamming code with `size` check bits: the words of n = 2^size - 1 bits for which the numbers 1 .. n of the
//                      bits that are set have the exclusive or 0: 2^(n - size) words, any two of which differ in 3 bits or more
//   cube               every word of `size` bits
//
// Source   MacKay, Information Theory, Inference, and Learning Algorithms, 2003, sections 1.2 (the (7, 4) code) and 43.2 (bars and
//          stripes); as targets of a flow: arXiv 2602.10420.
// Oracle   the known numbers of words, all distinct; rows or columns of one colour; Hamming's words are 3 bits apart and closed under
//          exclusive or.
// Peers    none
// Shapes   items {size^2}, row by row; {2^size - 1}; {size}
// Limits   the words are held in memory, at most 2^11 of them or so
#include <bit>
#include <vector>

#include <fmt/format.h>

#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

using Word = std::vector<double>;  // of -1 and 1

double spin(bool set) { return set ? 1 : -1; }

std::vector<Word> bars_and_stripes(std::int64_t size) {
  const std::int64_t patterns = std::int64_t{1} << size;
  std::vector<Word> words;
  for (const bool upright : {false, true})
    for (std::int64_t lines = 0; lines < patterns; ++lines) {
      if (upright && (lines == 0 || lines == patterns - 1))
        continue;  // all dark and all lit are there already
      Word& word = words.emplace_back();
      for (std::int64_t row = 0; row < size; ++row)
        for (std::int64_t column = 0; column < size; ++column)
          word.push_back(spin(lines >> (upright ? column : row) & 1));
    }
  return words;
}

std::vector<Word> hamming(std::int64_t checks) {
  const std::uint64_t bits = (std::uint64_t{1} << checks) - 1;
  std::vector<Word> words;
  for (std::uint64_t message = 0; message >> (bits - std::uint64_t(checks)) == 0; ++message) {
    std::vector<bool> set(bits + 1);
    std::uint64_t rest = message, sum = 0;
    for (std::uint64_t i = 1; i <= bits; ++i) {
      if (std::has_single_bit(i)) continue;  // a check bit
      set[i] = rest & 1;
      if (set[i]) sum ^= i;
      rest >>= 1;
    }
    for (std::uint64_t i = 1; i <= bits; i <<= 1) set[i] = sum & i;
    Word& word = words.emplace_back();
    for (std::uint64_t i = 1; i <= bits; ++i) word.push_back(spin(set[i]));
  }
  return words;
}

std::vector<Word> cube(std::int64_t size) {
  std::vector<Word> words;
  for (std::int64_t k = 0; k >> size == 0; ++k) {
    Word& word = words.emplace_back();
    for (std::int64_t i = 0; i < size; ++i) word.push_back(spin(k >> i & 1));
  }
  return words;
}

class Binary final : public weir::Source {
  weir::Param<std::string> set_{this, "set", weir::required,
                                weir::one_of({"bars_and_stripes", "hamming", "cube"}), "which words"};
  weir::Param<std::int64_t> size_{
      this, "size", weir::absent, weir::between(1, 11),
      "pixels of a side, 4 if not given; check bits of the Hamming code, 3 if not given; bits of the cube"};

 public:
  void plan(weir::Plan& plan) override {
    const bool code = set_() == "hamming";
    if (set_() == "cube" && !size_.given())
      return plan.fault("size", "a cube needs the number of its bits", "write size: 8");
    const std::int64_t size = size_.given() ? size_() : code ? 3 : 4;
    if (code && (size < 2 || size > 4))
      return plan.fault("size",
                        fmt::format("the Hamming code is made with 2, 3 or 4 check bits, not {}", size),
                        "write size: 3 for 7 bits, 4 of them free");
    const std::vector<Word> words = code               ? hamming(size)
                                    : set_() == "cube" ? cube(size)
                                                       : bars_and_stripes(size);
    words_ = at::empty({std::int64_t(words.size()), std::int64_t(words.front().size())}, at::kDouble);
    for (std::size_t k = 0; k < words.size(); ++k)
      words_[std::int64_t(k)].copy_(at::tensor(words[k], at::kDouble));
    words_ = words_.to(options());
  }

  weir::Shape shape() const override { return {words_.size(1)}; }
  std::optional<std::int64_t> size() const override { return words_.size(0); }
  Tensor items(const Tensor& index) const override { return words_.index_select(0, index); }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    return items(rng.integers(words_.size(0), {n}));
  }

 private:
  Tensor words_;
};

}  // namespace

WEIR_PLUGIN(Binary, "Small sets of binary words: bars and stripes, a Hamming code, all words")

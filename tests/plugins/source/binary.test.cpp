// tests/plugins/source/binary.test.cpp -- sets of binary words, by what makes them.
#include <set>
#include <vector>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

Tensor words(const json& params) {
  const auto source = make<weir::Source>("source/binary", params);
  run(*source);
  const Tensor all = source->items(at::arange(*source->size(), at::kLong));
  CHECK(all.sizes() == weir::rows_of(*source->size(), source->shape()));
  CHECK(all.abs().equal(at::ones_like(all)));  // -1 and 1
  return all;
}

// How many are distinct.
std::size_t distinct(const Tensor& words) {
  std::set<std::vector<double>> set;
  for (std::int64_t k = 0; k < words.size(0); ++k) {
    const Tensor row = words[k].contiguous();
    set.insert({row.const_data_ptr<double>(), row.const_data_ptr<double>() + row.numel()});
  }
  return set.size();
}

std::string fault(const json& params) {
  const weir::Faults faults = plan(*make<weir::Source>("source/binary", params));
  return faults.empty() ? "none" : faults.front().message;
}

}  // namespace

TEST_CASE("Of 4 x 4 pixels there are 30 bars and stripes, each of rows or of columns of one colour",
          "[source][binary]") {
  const Tensor all = words({{"set", "bars_and_stripes"}}).view({-1, 4, 4});
  CHECK(all.size(0) == 30);
  CHECK(distinct(all.flatten(1)) == 30);
  const Tensor stripes = (all == all.slice(2, 0, 1)).flatten(1).all(1),
               bars = (all == all.slice(1, 0, 1)).flatten(1).all(1);
  CHECK((stripes | bars).all().item<bool>());
  CHECK((stripes & bars).sum().item<std::int64_t>() == 2);  // all dark, all lit
  CHECK(words({{"set", "bars_and_stripes"}, {"size", 1}}).size(0) == 2);
}

TEST_CASE("The Hamming code of 7 bits has 16 words, 3 bits apart and closed under exclusive or",
          "[source][binary]") {
  const int size = GENERATE(2, 3, 4);
  const Tensor all = words({{"set", "hamming"}, {"size", size}});
  const std::int64_t bits = (1 << size) - 1, count = std::int64_t{1} << (bits - size);
  CHECK(all.sizes() == at::IntArrayRef({count, bits}));
  const Tensor apart = (double(bits) - all.mm(all.t())) / 2 + 100 * at::eye(count, f64);
  CHECK(number(apart.min()) == 3);
  // The exclusive or of two words is minus their product, bit by bit; each is a word again.
  const Tensor sum = -(all.slice(0, 0, 4).unsqueeze(1) * all).flatten(0, 1);
  CHECK((sum.mm(all.t()) == double(bits)).any(1).all().item<bool>());
}

TEST_CASE("A cube is all words", "[source][binary]") {
  const Tensor all = words({{"set", "cube"}, {"size", 5}});
  CHECK(all.sizes() == at::IntArrayRef({32, 5}));
  CHECK(distinct(all) == 32);
}

TEST_CASE("Sizes that a set does not have are refused", "[source][binary]") {
  CHECK(fault({{"set", "cube"}}) == "a cube needs the number of its bits");
  CHECK(fault({{"set", "hamming"}, {"size", 5}}) ==
        "the Hamming code is made with 2, 3 or 4 check bits, not 5");
  CHECK(fault({{"set", "hamming"}}) == "none");
}

// tests/record/numbers.test.cpp -- the numbers of an array, whatever their type.
#include <catch2/catch.hpp>

#include <weir/record/data/numbers.hpp>

#include "dummy_run.hpp"

using weir::doubles;
using weir::DType;

TEST_CASE("numbers of every type are the doubles that they are, and are visited in their own type",
          "[record][numbers]") {
  const auto bytes = [](const weir::Array& array) {
    return weir::visit_numbers(array, [](const auto* first) { return sizeof *first; });
  };
  const auto each = [&](const weir::Array& array, const std::vector<double>& values) {
    CHECK(doubles(array) == values);
    CHECK(bytes(array) == weir::size_of(array.dtype));
  };
  each(dummy::array<float>(DType::float32, {2}, {0.25f, -1e30f}), {0.25, static_cast<double>(-1e30f)});
  each(dummy::array<double>(DType::float64, {1, 2}, {0.1, -3}), {0.1, -3});
  each(dummy::array<std::int64_t>(DType::int64, {2}, {-1, std::int64_t{1} << 52}), {-1, 4503599627370496.0});
  each(dummy::array<std::int32_t>(DType::int32, {}, {-7}), {-7});
  each(dummy::array<std::uint8_t>(DType::uint8, {3}, {0, 128, 255}), {0, 128, 255});
  each(dummy::array<float>(DType::float32, {0, 5}, {}), {});
}

// tests/math/sums.test.cpp -- sums in float64, against at::sum of float64 copies.
#include <weir/math/numeric/sums.hpp>
#include <weir/rng.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using weir::Tensor;

namespace {

const std::vector<weir::Shape> shapes = {{0}, {1}, {7}, {8}, {19}, {5, 3}, {4, 1, 17}, {300, 70}};

}  // namespace

TEST_CASE("Sums are those of float64 copies, of any length, layout and dtype", "[math][sums]") {
  for (const auto type : {at::kFloat, at::kDouble}) {
    for (const weir::Shape& shape : shapes) {
      weir::Rng rng(3, "sums", at::TensorOptions(type));
      const Tensor x = rng.normal(shape) + 1, exact = x.to(at::kDouble);
      INFO(shape << " " << x.scalar_type());
      const double size = std::max<double>(1, static_cast<double>(x.numel()));
      CHECK(std::abs(weir::sum_of(x) - exact.sum().item<double>()) <= 1e-13 * size);
      CHECK(std::abs(weir::square_sum(x) - exact.square().sum().item<double>()) <= 1e-13 * size);
      if (x.dim() > 1) {
        const Tensor turned = x.transpose(0, 1);
        for (const Tensor& each : {x, turned})
          CHECK(at::allclose(weir::row_squares(each), each.to(at::kDouble).flatten(1).square().sum(1), 1e-13,
                             1e-13));
      }
    }
  }
  CHECK(weir::row_squares(at::zeros({0, 3})).sizes() == at::IntArrayRef({0}));
  // What float32 would lose: ones beside 2^24.
  const Tensor wide = at::ones({1, 4097}, at::kFloat).index_fill_(1, at::tensor({0}, at::kLong), 4096);
  CHECK(weir::row_squares(wide).item<double>() == 16777216.0 + 4096);
}

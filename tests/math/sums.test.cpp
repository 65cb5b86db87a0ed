// tests/math/sums.test.cpp -- sums in float64, against operations on float64 copies.
#include <weir/math/numeric/loops.hpp>
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

TEST_CASE("Couples of rows are those of their Gram matrices, of any width and number", "[math][sums]") {
  for (const auto type : {at::kFloat, at::kDouble})
    for (const std::int64_t in : {1, 3, 8, 19, 64})
      for (const std::int64_t out : {2, 17, 32})
        for (const std::int64_t m : {0, 1, 2, 5, 6, 30}) {
          weir::Rng rng(in + out, "couples", at::TensorOptions(type));
          const Tensor a = rng.normal({40, in}), d = rng.normal({40, out});
          const Tensor rows = (at::arange(m, at::kLong) * 7 + 3).remainder(40);
          const auto gram = [&](const Tensor& x) {
            const Tensor of = x.to(at::kDouble).index_select(0, rows);
            return of.mm(of.t());
          };
          const Tensor each = (gram(a) + 1) * gram(d);
          const double exact = each.triu(1).sum().item<double>(), size = each.abs().sum().item<double>();
          const auto* index = rows.const_data_ptr<std::int64_t>();
          const double found = type == at::kFloat
                                   ? weir::loops::couples(a.const_data_ptr<float>(), in,
                                                          d.const_data_ptr<float>(), out, index, m)
                                   : weir::loops::couples(a.const_data_ptr<double>(), in,
                                                          d.const_data_ptr<double>(), out, index, m);
          INFO(in << " " << out << " " << m << " " << a.scalar_type());
          CHECK(std::abs(found - exact) <= (type == at::kFloat ? 1e-6 : 1e-14) * size);
        }
}

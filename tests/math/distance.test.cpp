// tests/math/distance.test.cpp -- squared distances from differences and from products.
#include <weir/math/numeric/distance.hpp>
#include <weir/rng.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using weir::Tensor;

TEST_CASE("Squared distances are sums of squared differences, far from the origin too", "[math][distance]") {
  const at::TensorOptions f64 = at::TensorOptions(at::kDouble);
  const std::int64_t dim = GENERATE(3, 100);  // by differences, by products
  weir::Rng rng(1, "distance", f64);
  const Tensor x = rng.normal({9, dim, 2}) + 1000, y = rng.normal({12, dim, 2}) + 1000;

  const Tensor found = weir::SquaredDistances(y).from(x);

  const Tensor wanted = (x.unsqueeze(1) - y.unsqueeze(0)).square().sum({2, 3});
  // 200 coordinates of size 1: a sum of 200 with 2e-16 each. Without moving the origin 2e8 would cancel, leaving 1e-8.
  CHECK((found - wanted).abs().max().item<double>() < 1e-11);
  CHECK(weir::paired_squared_distances(x, y.narrow(0, 0, 9))
            .allclose(wanted.narrow(1, 0, 9).diagonal(), 1e-13));
}

TEST_CASE("Distances between items of different size are refused", "[math][distance]") {
  CHECK_THROWS_WITH(weir::SquaredDistances(at::ones({2, 3})).from(at::ones({2, 4})),
                    "distances need items of one size: 4 and 3 coordinates were given");
}

// tests/math/area.test.cpp -- shrinking images by area.
#include <weir/math/numeric/area.hpp>
#include <weir/rng.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using weir::Tensor;

TEST_CASE("Shrinking by a whole factor averages blocks", "[math][area]") {
  const Tensor image = at::arange(16, at::kDouble).view({1, 4, 4});

  const Tensor small = weir::shrink(image, 2, 2);

  CHECK(small.allclose(at::tensor({2.5, 4.5, 10.5, 12.5}, at::kDouble).view({1, 2, 2})));
}

TEST_CASE("Shrinking by a fraction splits the pixels that are cut", "[math][area]") {
  // 3 -> 2: the first covers pixel 0 and half of pixel 1.
  const Tensor line = at::tensor({3.0, 6.0, 12.0}, at::kDouble).view({1, 3});
  CHECK(weir::shrink(line, 1, 2).allclose(at::tensor({4.0, 10.0}, at::kDouble).view({1, 2})));
}

TEST_CASE("Shrinking keeps the mean, and the same size keeps the image", "[math][area]") {
  weir::Rng rng(1, "area", at::TensorOptions(at::kDouble));
  const Tensor images = rng.uniform({5, 3, 28, 31});
  for (const int side : {1, 2, 7, 16, 27})
    CHECK(weir::shrink(images, side, side).mean({2, 3}).allclose(images.mean({2, 3}), 1e-12));
  CHECK(weir::shrink(images, 28, 31).equal(images));
  CHECK_THROWS_WITH(weir::shrink(images, 29, 28), "images of 28 x 31 cannot be enlarged to 29 x 28");
}

// tests/plugins/field/linear.test.cpp -- a linear map of the point.
#include <weir/kinds/facets/linear_velocity.hpp>
#include <weir/kinds/flow/field.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("field/linear maps the flattened point by W, which is zero at first", "[field]") {
  const auto field = make<weir::Field>("field/linear");
  weir::Rng rng(1, "init", f64);
  const weir::Params initial = field->init({1, 2}, rng);
  CHECK(initial["W"].equal(at::zeros({2, 2}, f64)));
  const weir::Params params({{"W", row_of({1, 2, 3, 4}).reshape({2, 2})}});
  const Tensor x = row_of({1, -1, 0.5, 2}).reshape({2, 1, 2});
  const Tensor v = field->velocity(params, x, row_of({0.1, 0.9}));
  CHECK(at::allclose(v, row_of({-1, -1, 4.5, 9.5}).reshape({2, 1, 2})));
  CHECK(weir::facet<weir::LinearVelocity>(*field)->matrix(params).equal(params["W"]));
}

TEST_CASE("A field/linear of images is refused", "[field]") {
  weir::Faults faults;
  weir::Plan plan([](const std::string&) { return weir::Place{}; }, faults);
  make<weir::Field>("field/linear")->plan_for({3, 64, 64}, plan);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "field/linear holds a matrix of 12288 x 12288 for items of 12288 numbers; at most 4096 are possible");
}

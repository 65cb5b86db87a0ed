// tests/plugins/field/linear.test.cpp -- a linear map of the point.
#include <weir/kinds/facets/linear_velocity.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/math/autograd/tape.hpp>

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

TEST_CASE("The loss of field/linear is least at the least-squares map of its points", "[field]") {
  const auto field = make<weir::Field>("field/linear");
  const weir::Rng rng(2, "points", f64);
  const Tensor x = rng.at("x").normal({40, 3}), u = rng.at("u").normal({40, 3}) + 2 * x.roll(1, 1);
  const Tensor map = std::get<0>(at::linalg_lstsq(x, u)).t();
  const auto losses = [&](const weir::Params& params) {
    return (u - field->velocity(params, x, at::zeros({40}, f64))).square().sum(1);
  };
  const weir::Params best = weir::Params({{"W", map}}).requiring_grad();
  CHECK(weir::gradients(losses(best), best, nullptr).mean[0].abs().max().item<double>() < 1e-13);
  // Another map has a loss that is larger by what it does to the points: Pythagoras.
  const Tensor off = rng.at("off").normal({3, 3});
  CHECK(number(losses(weir::Params({{"W", map + off}})).mean() - losses(best).mean()) ==
        Approx(number(x.mm(off.t()).square().sum(1).mean())).epsilon(1e-12));
}

TEST_CASE("A field/linear of images is refused", "[field]") {
  weir::Faults faults;
  weir::Plan plan([](const std::string&) { return weir::Place{}; }, faults);
  make<weir::Field>("field/linear")->plan_for({3, 64, 64}, plan);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "field/linear holds a matrix of 12288 x 12288 for items of 12288 numbers; at most 4096 are possible");
}

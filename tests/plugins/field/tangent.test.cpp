// tests/plugins/field/tangent.test.cpp -- velocities along the sphere, and flows that stay on it.
#include <cmath>

#include "../integrator/flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

struct Made {
  explicit Made(Given::Function velocity)
      : given(std::move(velocity)), field(make<weir::Field>("field/tangent")) {
    bind(*field, "field", given);
    REQUIRE(plan(*field).empty());
  }
  Given given;
  std::unique_ptr<weir::Field> field;
};

// What is not tangent, and depends on the place.
Tensor anything(const Tensor& x, const Tensor& t) {
  return x.square() + t.view({-1, 1}) * x.roll(1, 1) + 0.5;
}

}  // namespace

TEST_CASE("What is left of a velocity is tangent, and a tangent one on the sphere is left",
          "[field][tangent]") {
  weir::Rng rng(2, "x", f64);
  const Tensor x = rng.normal({20, 3}), t = rng.uniform({20}), d = x / x.norm(2, {1}).unsqueeze(1);
  const Made made(anything);
  CHECK((made.field->velocity({}, x, t) * x).sum(1).abs().max().item<double>() < 1e-13);
  const Made turned([](const Tensor& y, const Tensor&) {
    return at::linalg_cross(row_of({0, 0, 1}).expand_as(y), y);
  });
  CHECK(at::allclose(turned.field->velocity({}, d, t), turned.given.velocity({}, d, t, {}), 1e-13, 1e-14));
  CHECK(made.field->velocity({}, at::zeros({1, 3}, f64), t.narrow(0, 0, 1)).equal(at::zeros({1, 3}, f64)));
}

TEST_CASE("A flow along the sphere keeps lengths, with the order of its steps", "[field][tangent]") {
  const Made made(anything);
  weir::Rng rng(4, "x", f64);
  const Tensor start = rng.normal({20, 3});
  const auto off = [&](int steps) {
    Flow flow(
        "integrator/rk4", {{"steps", steps}},
        [&](const Tensor& x, const Tensor& t) { return made.field->velocity({}, x, t); }, start);
    REQUIRE(flow.faults.empty());
    return (flow.run()["end"].norm(2, {1}) - start.norm(2, {1})).abs().max().item<double>();
  };
  const double coarse = off(20), fine = off(40);
  CHECK(fine < 1e-5);
  CHECK(std::log2(coarse / fine) > 3.5);
}

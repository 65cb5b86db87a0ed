// tests/plugins/field/variance_preserving.test.cpp -- closed forms on paths whose derivative is infinite where they end.
#include <cmath>

#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/space.hpp>

#include "../interpolant/along.hpp"
#include "given.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

std::unique_ptr<weir::Source> gaussian(const json& params) {
  auto source = make<weir::Source>("source/gaussian", params);
  run(*source);
  return source;
}

// field/mixture or field/normal between N(0, I) and N(mean, scale^2 I) in the plane.
struct Between {
  Between(const std::string& plugin, Along& along, double scale, double mean = 0)
      : base(gaussian({{"dim", 2}})),
        law(gaussian({{"mean", {mean, mean}}, {"scale", scale}})),
        pairs(make<weir::Coupling>("coupling/independent", {{"draw", "fresh"}})),
        field(make<weir::Field>(plugin)) {
    bind(*pairs, "source", *base);
    bind(*pairs, "target", *law);
    run(*pairs);
    bind(*field, "interpolant", *along.path);
    if (plugin == "field/normal") {
      bind(*field, "coupling", *pairs);
    } else {
      bind(*field, "source", *base);
      bind(*field, "target", *law);
    }
    run(*field);
  }
  Tensor operator()(const Tensor& x, const Tensor& t) const { return field->velocity({}, x, t); }

  std::unique_ptr<weir::Source> base, law;
  std::unique_ptr<weir::Coupling> pairs;
  std::unique_ptr<weir::Field> field;
};

const char* const preserving[] = {"interpolant/linear_vp", "interpolant/trigonometric",
                                  "interpolant/variance_preserving"};

}  // namespace

TEST_CASE("Between two standard normal laws a path that preserves variance has no velocity, at the ends too",
          "[field][variance_preserving]") {
  const Tensor t = row_of({0, 0.3, 0.9, 1 - 1e-9, 1}), x = weir::Rng(4, "x", f64).normal({5, 2});
  for (const char* plugin : preserving) {
    for (const char* closed_form : {"field/normal", "field/mixture"}) {
      INFO(plugin << " " << closed_form);
      Along along(plugin);
      // alpha alpha' + beta beta' = 0 of terms that are at most 5: some round-offs.
      CHECK(at::allclose(Between(closed_form, along, 1)(x, t), at::zeros_like(x), 0, 1e-13));
    }
  }
}

TEST_CASE("Where alpha' is infinite the velocity to a normal law is its limit",
          "[field][variance_preserving]") {
  // (alpha alpha' + s^2 beta beta') x / (alpha^2 + s^2 beta^2) at t = 1 with s = 1/2: alpha alpha' is -1 on the linear path and
  // -beta_min / 2 on that of a diffusion, and beta beta' the opposite.
  const Tensor t = row_of({1, 1, 1}), x = weir::Rng(4, "x", f64).normal({3, 2});
  for (const char* closed_form : {"field/normal", "field/mixture"}) {
    Along linear("interpolant/linear_vp"), diffusion("interpolant/variance_preserving", {{"beta_min", 0.4}});
    CHECK(at::allclose(Between(closed_form, linear, 0.5)(x, t), -3 * x, 1e-12, 1e-12));
    CHECK(at::allclose(Between(closed_form, diffusion, 0.5)(x, t), 0.2 * -3 * x, 1e-12, 1e-12));
  }
}

TEST_CASE("Where the velocity is infinite too, that is said", "[field][variance_preserving]") {
  const weir::Tensor x0 = at::ones({2, 1}, f64), x1 = at::zeros({2, 1}, f64);
  GivenPairs pairs(x0, x1);
  Along along("interpolant/linear_vp", json::object(), "noise/constant", {{"sigma", 0.3}});
  const auto kernel = make<weir::Field>("field/kernel");
  bind(*kernel, "coupling", pairs);
  bind(*kernel, "interpolant", *along.path);
  run(pairs);
  run(*kernel);
  const Tensor x = at::ones({1, 1}, f64);
  // All points move with alpha'(t) = -t / sqrt(1 - t^2).
  CHECK(number(kernel->velocity({}, x, row_of({0.6}))) == Approx(-0.75));
  CHECK_THROWS_WITH(kernel->velocity({}, x, row_of({1})),
                    Catch::StartsWith("field/kernel is infinite at an end of time on the path 'node'"));
}

TEST_CASE("A score says the velocity where alpha is 0 and alpha' infinite", "[field][variance_preserving]") {
  // v = x + s at t = 1: of a standard normal x1, s = -x and v = 0.
  const Along along("interpolant/linear_vp");
  const Tensor x = row_of({2, -1}).view({2, 1}), t = row_of({1, 0.6});
  const weir::Conversion to = weir::to_velocity(weir::Space::score, *along.path, t);
  CHECK(at::allclose(to(x, -x), at::zeros_like(x), 0, 1e-14));
  CHECK(at::allclose(to.of_given, row_of({1, 1 / 0.6}), 1e-14, 0));
}

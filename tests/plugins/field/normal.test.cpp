// tests/plugins/field/normal.test.cpp -- the exact minimiser for normal pairs against numbers by hand and a regression.
#include <cmath>

#include <weir/kinds/facets/joint_normal_law.hpp>
#include <weir/kinds/flow/field.hpp>

#include "../values.hpp"
#include "given.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

struct Normal {
  explicit Normal(const json& target, const Path& along,
                  const std::string& pairs_are = "coupling/independent",
                  const json& params = {{"draw", "fresh"}})
      : base(make<weir::Source>("source/gaussian", {{"dim", target.at("mean").size()}})),
        law(make<weir::Source>("source/gaussian", target)),
        pairs(make<weir::Coupling>(pairs_are, params)),
        field(make<weir::Field>("field/normal")) {
    run(*base);
    run(*law);
    bind(*pairs, "source", *base);
    if (pairs->port("target")) bind(*pairs, "target", *law);
    run(*pairs);
    bind(*field, "coupling", *pairs);
    bind(*field, "interpolant", *along.interpolant);
    run(*field);
  }
  Tensor operator()(const Tensor& x, const Tensor& t) const { return field->velocity({}, x, t); }

  std::unique_ptr<weir::Source> base, law;
  std::unique_ptr<weir::Coupling> pairs;
  std::unique_ptr<weir::Field> field;
};

}  // namespace

TEST_CASE("Between two standard normal laws the velocity is (2 t - 1) x / ((1 - t)^2 + t^2)",
          "[field][normal]") {
  const Path path;
  const Normal field({{"mean", {0, 0, 0}}}, path);
  const Tensor t = row_of({0, 0.25, 0.5, 0.75, 1}), x = weir::Rng(4, "x", f64).normal({5, 3});
  const Tensor factor = row_of({-1, -0.5 / 0.625, 0, 0.5 / 0.625, 1}).unsqueeze(1);
  CHECK(at::allclose(field(x, t), factor * x, 1e-12, 1e-12));
}

TEST_CASE("The velocity of normal pairs is the regression of u_t on x_t", "[field][normal]") {
  const auto [noise, in_target] = GENERATE(
      table<std::string, bool>({{"noise/zero", false}, {"noise/constant", true}, {"noise/brownian", true}}));
  INFO(noise);
  const Path path(noise, noise == "noise/zero" ? json::object() : json{{"sigma", 0.6}}, in_target);
  const Normal field({{"mean", {1, -2}}, {"covariance", {{2, 0.5}, {0.5, 0.4}}}}, path);
  const std::int64_t n = 200000;
  const double t = 0.3;
  weir::Rng rng(8, "pairs", f64);
  const weir::Batch batch = field.pairs->draw(n, rng);
  const auto [xt, ut] = path.interpolant->at(batch, at::full({n}, t, f64), rng.normal({n, 2}));
  const Tensor known = at::cat({xt, at::ones({n, 1}, f64)}, 1);
  const Tensor line = std::get<0>(at::linalg_lstsq(known, ut));
  const Tensor at_points = row_of({0, 0, 1, -1, 2, 0.5}).view({3, 2});
  const Tensor fitted = at::cat({at_points, at::ones({3, 1}, f64)}, 1).mm(line);
  // A line through n points, at most four spreads from their mean, is off by sqrt(17 / n) of the residual's spread, 1.75: 0.016. Five.
  CHECK((field(at_points, at::full({3}, t, f64)) - fitted).abs().max().item<double>() < 0.08);
}

TEST_CASE("Pairs that are turned by 180 degrees meet at t = 1/2, where no point lies elsewhere",
          "[field][normal]") {
  const Path path;
  const Normal field({{"mean", {0, 0}}}, path, "coupling/affine",
                     {{"draw", "fresh"}, {"angle", std::acos(-1)}});
  // x_t = (1 - 2 t) x0 and u_t = -2 x0.
  const Tensor x = row_of({0.5, -1}).view({1, 2});
  CHECK(at::allclose(field(x, row_of({0.25})), -4 * x, 1e-9, 1e-9));
  CHECK(at::allclose(field(x, row_of({0.5})), at::zeros({1, 2}, f64), 0, 1e-9));
}

TEST_CASE("Row by row and in float32 the velocity of normal pairs is the same", "[field][normal]") {
  const Path path;
  const Normal field({{"mean", {1, -2}}, {"covariance", {{2, 0.5}, {0.5, 0.4}}}}, path);
  const Tensor x = weir::Rng(5, "x", f64).normal({5, 2}), t = row_of({0, 0.3, 0.3, 0.8, 1});
  const Tensor v = field(x, t), single = field(x.to(at::kFloat), t.to(at::kFloat));
  CHECK(single.scalar_type() == at::kFloat);
  CHECK(at::allclose(single.to(at::kDouble), v, 1e-5, 1e-5));
  for (std::int64_t i = 0; i < 5; ++i)
    CHECK(at::allclose(field(x.narrow(0, i, 1), t.narrow(0, i, 1)), v.narrow(0, i, 1), 1e-13, 1e-13));
}

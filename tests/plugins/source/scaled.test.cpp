// tests/plugins/source/scaled.test.cpp -- points in other units, and the way back.
#include <weir/kinds/facets/rescaled.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using Catch::Contains;
using nlohmann::json;
using weir::Source;
using weir::Tensor;

namespace {

Tensor all_of(const Source& source) { return source.items(at::arange(*source.size(), at::kLong)); }

// Of these points, made and run.
struct Made {
  Made(const Tensor& points, const json& params, const at::TensorOptions& options = f64)
      : set(points.to(options)), scaled(make<Source>("source/scaled", params, options)) {
    bind(*scaled, "of", set);
    REQUIRE(plan(*scaled).empty());
    run(*scaled);
  }
  Tensor y() const { return all_of(*scaled); }
  Tensor back(const Tensor& y) const { return weir::facet<weir::Rescaled>(*scaled)->back(y); }

  ItemSet set;
  std::unique_ptr<Source> scaled;
};

double largest(const Tensor& x) { return x.abs().max().item<double>(); }

// More rows than are read at once, far from zero, with correlated coordinates.
Tensor many() {
  weir::Rng rng(5, "points", f64);
  const Tensor mix = at::tensor({2.0, 0.5, 0.0, 0.0, 1.0, -3.0, 0.0, 0.0, 0.01}, f64).view({3, 3});
  return rng.normal({5000, 3}).matmul(mix) + at::tensor({100.0, -7.0, 0.0}, f64);
}

std::string fault(const Tensor& points, const json& params) {
  ItemSet set(points);
  auto scaled = make<Source>("source/scaled", params);
  bind(*scaled, "of", set);
  const weir::Faults faults = plan(*scaled);
  return faults.empty() ? "" : faults[0].message;
}

}  // namespace

TEST_CASE("Three points are standardised as by hand", "[source][scaled]") {
  // Means 3 and 10; sd of n: sqrt((4 + 0 + 4) / 3), and none.
  const Made made(at::tensor({1.0, 10.0, 3.0, 10.0, 5.0, 10.0}, f64).view({3, 2}), json::object());
  const double sd = std::sqrt(8.0 / 3);
  const Tensor wanted = at::tensor({-2 / sd, 0.0, 0.0, 0.0, 2 / sd, 0.0}, f64).view({3, 2});
  CHECK(largest(made.y() - wanted) < 1e-15);
  const Tensor out = at::tensor({1.0, 1.0}, f64).view({1, 2});
  CHECK(largest(made.back(out) - at::tensor({3 + sd, 11.0}, f64)) < 1e-14);
}

TEST_CASE("A range is reached by the least and the largest of each coordinate, channel or all",
          "[source][scaled]") {
  const Tensor images = at::tensor({0.0, 1.0, 2.0, 3.0, 40.0, 50.0, 60.0, 80.0,  //
                                    4.0, 5.0, 6.0, 8.0, 10.0, 20.0, 30.0, 90.0},
                                   f64)
                            .view({2, 2, 2, 2});
  for (const auto& [over, axes] : {std::pair<std::string, std::vector<std::int64_t>>{"coordinate", {0}},
                                   {"channel", {0, 2, 3}},
                                   {"all", {0, 1, 2, 3}}}) {
    INFO(over);
    const Made made(images, {{"by", "range"}, {"over", over}, {"range", {2, 5}}});
    const Tensor y = made.y();
    CHECK(largest(y.amin(axes) - 2) < 1e-14);
    CHECK(largest(y.amax(axes) - 5) < 1e-14);
    CHECK(largest(made.back(y) - images) < 1e-13);
  }
  const Made constant(at::full({3, 1}, 7.0, f64), {{"by", "range"}, {"range", {0, 1}}});
  CHECK(largest(constant.y() - 0.5) == 0);
  CHECK(largest(constant.back(constant.y()) - 7) == 0);
}

TEST_CASE("Many points have mean 0 and sd 1, and where they are whitened no correlation",
          "[source][scaled]") {
  const Tensor points = many();
  for (const auto* by : {"standardise", "whiten"}) {
    INFO(by);
    const Made made(points, {{"by", by}});
    const Tensor y = made.y(), covariance = y.t().matmul(y) / 5000;
    CHECK(largest(y.mean(0)) < 1e-11);
    CHECK(largest(covariance.diagonal() - 1) < 1e-9);
    const Tensor off = covariance - at::diag(covariance.diagonal());
    CHECK((largest(off) < 1e-8) == (std::string(by) == "whiten"));
    CHECK(largest(made.back(y) - points) < 1e-10);
  }
  // The symmetric root is the whitening that changes points least: its matrix is symmetric and positive.
  const Made whitened(points, {{"by", "whiten"}});
  const Tensor matrix = value_of(*whitened.scaled, "matrix");
  CHECK(largest(matrix - matrix.t()) < 1e-9);
  CHECK(at::linalg_eigvalsh(matrix).min().item<double>() > 0);
}

TEST_CASE("float32 points are scaled in float64, and come back to their own accuracy", "[source][scaled]") {
  const Made made(many() + 1e4, {{"by", "standardise"}}, f32);
  CHECK(made.y().scalar_type() == at::kFloat);
  CHECK(largest(made.y().to(at::kDouble).mean(0)) < 1e-3);
  CHECK(largest(made.back(made.y()) - all_of(made.set)) < 2e-3);
}

TEST_CASE("Points far from zero are scaled however little they vary, and equal ones never",
          "[source][scaled]") {
  weir::Rng rng(6, "points", f64);
  // Beside 1e12 a spread of 0.1 is 1e-13 of the middle; a mean of 4097 times 0.1 is rounded.
  const Tensor far = 1e12 + 0.1 * rng.normal({4097, 1}), equal = at::full({4097, 1}, 0.1, f64);
  for (const auto* by : {"standardise", "range"}) {
    INFO(by);
    const Made made(at::cat({far, equal}, 1), {{"by", by}});
    const Tensor y = made.y(), wide = y.select(1, 0);
    CHECK(wide.max().item<double>() - wide.min().item<double>() > 1.9);
    CHECK(largest(y.select(1, 1)) == 0);
    CHECK(largest(made.back(y) - at::cat({far, equal}, 1)) < 1e-3);
    CHECK(made.back(y).select(1, 1).equal(equal.select(1, 0)));
  }
  ItemSet same(at::full({4097, 2}, 0.1, f64));
  auto whitened = make<Source>("source/scaled", {{"by", "whiten"}});
  bind(*whitened, "of", same);
  REQUIRE(plan(*whitened).empty());
  CHECK_THROWS_WITH(run(*whitened), Contains("all points of 'set' are the same"));
}

TEST_CASE("Statistics are of another set where one is named, and labels are handed on", "[source][scaled]") {
  ItemSet of(at::tensor({10.0, 20.0}, f64).view({2, 1}), at::tensor({0, 1}, at::kLong), 2),
      training(at::tensor({1.0, 3.0}, f64).view({2, 1}));
  auto scaled = make<Source>("source/scaled");
  bind(*scaled, "of", of);
  bind(*scaled, "statistics", training);
  REQUIRE(plan(*scaled).empty());
  run(*scaled);
  CHECK(all_of(*scaled).equal(at::tensor({8.0, 18.0}, f64).view({2, 1})));
  CHECK(scaled->labels().equal(at::tensor({0, 1}, at::kLong)));
  CHECK(*scaled->classes() == 2);

  auto gaussian = make<Source>("source/gaussian", {{"dim", 1}});
  run(*gaussian);
  auto drawn = make<Source>("source/scaled");
  bind(*drawn, "of", *gaussian);
  CHECK_THAT(plan(*drawn).at(0).message,
             Contains("is a distribution, and the statistics are of a finite set"));
  auto with = make<Source>("source/scaled");
  bind(*with, "of", *gaussian);
  bind(*with, "statistics", training);
  REQUIRE(plan(*with).empty());
  run(*with);
  weir::Rng one(7, "test", f64), same(7, "test", f64);
  CHECK(largest(with->sample(50, one) - (gaussian->sample(50, same) - 2)) < 1e-15);
}

TEST_CASE("What cannot be scaled is said, with what to write instead", "[source][scaled]") {
  const Tensor flat = at::tensor({1.0, 2.0, 2.0, 4.0, 3.0, 6.0}, f64).view({3, 2});
  ItemSet set(flat);
  auto scaled = make<Source>("source/scaled", {{"by", "whiten"}});
  bind(*scaled, "of", set);
  REQUIRE(plan(*scaled).empty());
  CHECK_THROWS_WITH(run(*scaled), Contains("vary in 1 of 2 directions only") && Contains("floor: 1e-6"));
  const Made floored(flat, {{"by", "whiten"}, {"floor", 1e-4}});
  CHECK(largest(floored.back(floored.y()) - flat) < 1e-12);
  CHECK_THAT(fault(flat, {{"by", "range"}, {"range", {1, 1}}}),
             Contains("range is a least and a larger value"));
  CHECK_THAT(fault(flat, {{"by", "whiten"}, {"over", "all"}}), Contains("over: all has no meaning"));
  CHECK_THAT(fault(flat, {{"floor", 0.1}}), Contains("floor is of by: whiten"));
}

TEST_CASE("What is generated goes back to the units of the data, as a tensor and as a set",
          "[source][unscaled]") {
  const Made made(many(), {{"by", "whiten"}});
  const Tensor y = made.y().narrow(0, 0, 9);
  Values ends(y);
  auto back = make<Source>("source/unscaled");
  bind(*back, "points", ends, "value");
  bind(*back, "scaled", *made.scaled);
  REQUIRE(plan(*back).empty());
  run(*back);
  CHECK(largest(all_of(*back) - many().narrow(0, 0, 9)) < 1e-10);
  CHECK(value_of(*back, "x").equal(all_of(*back)));
}

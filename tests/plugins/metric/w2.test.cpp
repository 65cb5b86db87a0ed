// tests/plugins/metric/w2.test.cpp -- Wasserstein distances with known answers.
#include <cmath>

#include <weir/kinds/metric.hpp>

#include "fixed_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Metric;
using weir::Tensor;

namespace {

struct Made {
  Made(const Tensor& x, const Tensor& y, const json& params = json::object())
      : samples(x), points(y), metric(make<Metric>("metric/w2", params)) {
    bind(*metric, "samples", samples, "value");
    bind(*metric, "points", points, "value");
    run(*metric);
  }
  double operator()(const std::string& output) const { return number(value_of(*metric, output)); }
  Values samples, points;
  std::unique_ptr<Metric> metric;
};

}  // namespace

TEST_CASE("A set moved as a whole lies its displacement away", "[metric][w2]") {
  weir::Rng rng(1, "moved", f64);
  const Tensor x = rng.normal({100, 2, 2});
  const Made made(x, (x + 3).index_select(0, rng.permutation(100)), {{"directions", 400}});
  CHECK(made("w2_squared") == Approx(4 * 9).epsilon(1e-12));
  CHECK(made("w2") == Approx(6).epsilon(1e-12));
  CHECK(made("w2_squared_gap") == Approx(0).margin(1e-11));
  // Along a unit vector a the displacement is a.(3, 3, 3, 3), whose mean square is |(3, 3, 3, 3)|^2 / 4.
  CHECK(std::abs(made("sliced_w2_squared") - 9) < 5 * made("sliced_w2_squared_se"));
  CHECK(made("sliced_w2") == Approx(std::sqrt(made("sliced_w2_squared"))));
  CHECK(made("sliced_w2_squared_n") == 400);
  // (a.d)^2 for a uniform on the sphere in 4-D has variance |d|^4 (3/24 - 1/16) = 81: 0.45 for 400 directions.
  CHECK(made("sliced_w2_squared_se") == Approx(0.45).epsilon(0.2));
}

TEST_CASE("In one dimension exact and sliced distance are that of the sorted values", "[metric][w2]") {
  weir::Rng rng(2, "line", f64);
  const Tensor x = rng.normal({200, 1}), y = rng.uniform({200, 1});
  const Made made(x, y);
  const double wanted = number((std::get<0>(x.sort(0)) - std::get<0>(y.sort(0))).square().mean());
  CHECK(made("w2_squared") == Approx(wanted).epsilon(1e-12));
  CHECK(made("sliced_w2_squared") == Approx(wanted).epsilon(1e-12));
}

TEST_CASE("The exact distance can be left out, and must be for very many points", "[metric][w2]") {
  const Made made(at::zeros({5, 2}, f64), at::ones({5, 2}, f64), {{"exact", false}});
  CHECK_FALSE(made.metric->output("w2")->planned());
  Values many(at::zeros({20001, 1}, f64));
  const auto metric = make<Metric>("metric/w2");
  bind(*metric, "samples", many, "value");
  bind(*metric, "points", many, "value");
  const weir::Faults faults = plan(*metric);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "the exact distance of 20001 points needs 1.6 GB; at most 20000 are taken");
  CHECK(faults[0].remedy == "write exact: false");
}

TEST_CASE("w2 is the root of the mean squared cost and w2_squared that mean, as POT has them",
          "[metric][w2]") {
  const Compared made("metric/w2", cube_points(), box_points(), {{"directions", 4000}});
  // ot.emd2([], [], ot.dist(x, y)), POT 0.9.7: the square, which some print as W2.
  CHECK(made("w2_squared") == Approx(0.37141659433881247).epsilon(1e-12));
  CHECK(made("w2") == Approx(std::sqrt(0.37141659433881247)).epsilon(1e-12));
  // ot.sliced_wasserstein_distance(x, y, n_projections=400000, seed=0)**2, a tenth of the error here
  CHECK(std::abs(made("sliced_w2_squared") - 0.09874174314901185) < 4 * made("sliced_w2_squared_se"));
  CHECK(made("sliced_w2_squared_se") < 0.02 * made("sliced_w2_squared"));
}

TEST_CASE("The sliced distance of normal laws is the mean over directions of that of their shadows",
          "[metric][w2]") {
  // N(0, I) and N(m, c^2 I) in 3-D: |m|^2 / 3 + (1 - c)^2 = 4/3 + 1/4. Of n points it is above by the order of log n / n.
  weir::Rng rng(6, "normal", f64);
  const Compared made("metric/w2", rng.normal({5000, 3}), 1.5 * rng.normal({5000, 3}) + row_of({2, 0, 0}),
                      {{"exact", false}, {"directions", 400}});
  // The scatter of the points: means are known to sqrt(1 + 1.5^2) / sqrt(5000) = 0.025 in each direction, times 2 |m| / 3.
  CHECK(std::abs(made("sliced_w2_squared") - (4.0 / 3 + 0.25)) <
        4 * std::hypot(made("sliced_w2_squared_se"), 0.025 * 4 / 3 + 0.01));
}

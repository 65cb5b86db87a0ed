// tests/plugins/metric/w2.test.cpp -- Wasserstein distances with known answers.
#include <cmath>

#include <weir/kinds/metric.hpp>

#include "../values.hpp"

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

// tests/plugins/metric/nearest_neighbour.test.cpp -- nearness to a training set and to held-out points, by hand and by a rank test.
#include <cmath>

#include "fixed_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Metric;
using weir::Tensor;

namespace {

struct Judged {
  Judged(const Tensor& s, const Tensor& x, const Tensor& y, const json& params = json::object())
      : samples(s), train(x), held_out(y), metric(make<Metric>("metric/nearest_neighbour", params)) {
    bind(*metric, "samples", samples, "value");
    bind(*metric, "train", train, "value");
    bind(*metric, "held_out", held_out, "value");
  }
  const Judged& ran() const {
    run(*metric);
    return *this;
  }
  double operator()(const std::string& output) const { return number(value_of(*metric, output)); }
  Values samples, train, held_out;
  std::unique_ptr<Metric> metric;
};

Tensor column(const std::vector<double>& numbers) { return row_of(numbers).view({-1, 1}); }

}  // namespace

TEST_CASE("Nearness of three samples on a line, by hand", "[metric][nearest_neighbour]") {
  // Training points 0, 10, 11; held out 4, 20, 30. Samples 1, 10, 7: t = 1, 0, 3; h = 3, 6, 3.
  const Judged made(column({1, 10, 7}), column({0, 10, 11}), column({4, 20, 30}),
                    {{"chunk", GENERATE(1, 2, 99)}});
  made.ran();
  CHECK(value_of(*made.metric, "train_distance").equal(row_of({1, 0, 3})));
  CHECK(value_of(*made.metric, "held_out_distance").equal(row_of({3, 6, 3})));
  CHECK(made("nearer") == Approx(2.5 / 3).epsilon(1e-14));  // 7 is as near to 4 as to 10
  CHECK(made("ratio") == Approx(4.0 / 12).epsilon(1e-14));
  // Without each sample: 3/9, 4/6, 1/9. Their mean is 10/27.
  const double r[] = {3.0 / 9, 4.0 / 6, 1.0 / 9}, m = 10.0 / 27;
  double squares = 0;
  for (const double each : r) squares += (each - m) * (each - m);
  CHECK(made("ratio_se") == Approx(std::sqrt(2.0 / 3 * squares)).epsilon(1e-12));
  CHECK(made("ratio_n") == 3);
  // Neighbours of 0, 10, 10 are 10, 1, 1 away: of t = 1, 0, 3 the last alone is further.
  CHECK(made("authentic") == Approx(1.0 / 3).epsilon(1e-14));
  // Held-out points are 4, 9, 19 from the training set: above every t.
  CHECK(made("copying") == 1);
  CHECK(made("copying_se") == Approx(std::sqrt(5.0 / 7 * 2.0 / 7 / 3)).epsilon(1e-12));
}

TEST_CASE("Copies of the training set are found out", "[metric][nearest_neighbour]") {
  const Judged made(cube_points(), cube_points(), more_cube_points());
  made.ran();
  CHECK(made("nearer") == 1);
  CHECK(made("ratio") == 0);
  CHECK(made("authentic") == 0);
  CHECK(made("copying") == 1);
  CHECK(made("nearer_se") > 0);
}

TEST_CASE("Copying is the statistic of Mann and Whitney over its largest value",
          "[metric][nearest_neighbour]") {
  // t = cdist(x, y).min(1); u = cdist(h, y).min(1); scipy.stats.mannwhitneyu(u, t).statistic / 3600, scipy 1.17
  const Judged made(cube_points(), box_points(), more_cube_points());
  CHECK(made.ran()("copying") == Approx(0.4938888888888889).epsilon(1e-12));
}

TEST_CASE("A held-out point that is just as far off counts half, and its error is DeLong's",
          "[metric][nearest_neighbour]") {
  // t = 1, 2 and u = 1, 3. Of each t the u above it: (1/2 + 1) / 2, 1/2; of each u the t below it: (1/2 + 0) / 2, 1.
  const Judged made(column({-1, -2}), column({0, 100}), column({1, 3}));
  made.ran();
  CHECK(made("copying") == Approx(2.5 / 4).epsilon(1e-14));
  // Variances 1/32 and 9/32, over two each.
  CHECK(made("copying_se") == Approx(std::sqrt(10.0 / 32 / 2)).epsilon(1e-12));
}

TEST_CASE("Samples of the law itself are as near to either set", "[metric][nearest_neighbour]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2, 3));
  weir::Rng rng(seed, "law", f64);
  std::vector<double> nearer, ratio, copying, errors;
  for (int r = 0; r < 200; ++r) {
    const Judged made(rng.normal({40, 2}), rng.normal({40, 2}), rng.normal({40, 2}));
    made.ran();
    nearer.push_back(made("nearer"));
    ratio.push_back(std::log(made("ratio")));
    copying.push_back(made("copying"));
    errors.push_back(std::pow(made("copying_se"), 2));
  }
  const auto within = [](const std::vector<double>& found, double wanted) {
    const Tensor all = row_of(found);
    CHECK(std::abs(number(all.mean()) - wanted) < 4 * number(all.std()) / std::sqrt(200.0));
  };
  within(nearer, 0.5);
  within(ratio, 0);
  within(copying, 0.5);
  CHECK(std::sqrt(number(row_of(errors).mean())) == Approx(number(row_of(copying).std())).epsilon(0.3));
}

TEST_CASE("Both sets must be as large, and the samples numbers", "[metric][nearest_neighbour]") {
  const auto fault = [](const Tensor& s, const Tensor& x, const Tensor& y) {
    const Judged made(s, x, y);
    const weir::Faults faults = plan(*made.metric);
    REQUIRE(faults.size() == 1);
    return faults[0].message;
  };
  const Tensor six = at::zeros({6, 2}, f64), five = at::zeros({5, 2}, f64);
  CHECK(fault(six, six, five) ==
        "of two sets the larger is the nearer: training points are [6, 2], and those held out [5, 2]");
  CHECK(fault(six, at::zeros({5, 3}, f64), five) ==
        "samples [6, 2] need two or more training points of their shape, these are [5, 3]");
  const Tensor lost = at::full({6, 2}, std::nan(""), f64);
  CHECK_THROWS_WITH(Judged(lost, six, six).ran(),
                    "6 of the 6 samples are NaN or infinite: see where they come from");
}

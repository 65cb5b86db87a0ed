// tests/plugins/metric/mmd.test.cpp -- maximum mean discrepancy against its definition and a closed form.
#include <cmath>

#include <weir/kinds/metric.hpp>

#include "fixed_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Metric;
using weir::Tensor;

namespace {

struct Found {
  double mmd2, se, mmd2_v;
  Tensor bandwidth;
};

Found mmd(const Tensor& x, const Tensor& y, const json& params) {
  Values samples(x), points(y);
  const auto metric = make<Metric>("metric/mmd", params);
  bind(*metric, "samples", samples, "value");
  bind(*metric, "points", points, "value");
  run(*metric);
  return {number(value_of(*metric, "mmd2")), number(value_of(*metric, "mmd2_se")),
          number(value_of(*metric, "mmd2_v")), value_of(*metric, "bandwidth")};
}

}  // namespace

TEST_CASE("The discrepancy is the mean of the kernel's differences over couples", "[metric][mmd]") {
  weir::Rng rng(1, "mmd", f64);
  const Tensor x = rng.normal({9, 2}), y = rng.uniform({9, 2});
  const auto k = [](const Tensor& a, const Tensor& b) {
    const double squares = number((a - b).square().sum());
    return 0.5 * std::exp(-squares / (2 * 0.3 * 0.3)) + 0.5 * std::exp(-squares / (2 * 1.1 * 1.1));
  };
  double sum = 0;
  for (int i = 0; i < 9; ++i) {
    for (int j = 0; j < 9; ++j) {
      if (i != j) sum += k(x[i], x[j]) + k(y[i], y[j]) - k(x[i], y[j]) - k(x[j], y[i]);
    }
  }
  const Found found = mmd(x, y, {{"bandwidths", {0.3, 1.1}}, {"chunk", GENERATE(2, 1024)}});
  CHECK(found.mmd2 == Approx(sum / 72).epsilon(1e-12));
  for (int i = 0; i < 9; ++i) sum += 2 - 2 * k(x[i], y[i]);
  CHECK(found.mmd2_v == Approx(sum / 81).epsilon(1e-12));
  CHECK(mmd(x, x, {{"bandwidths", {0.3}}}).mmd2_v == Approx(0).margin(1e-14));
}

TEST_CASE("The discrepancy of shifted Gaussians is the closed form, within errors that are the right size",
          "[metric][mmd]") {
  // E k(X, X') = s / sqrt(s^2 + 2), E k(X, Y) = that times exp(-m^2 / (2 (s^2 + 2))) for N(0, 1) and N(m, 1).
  const double m = GENERATE(0.0, 0.7), s = 0.9;
  const double wanted = 2 * s / std::sqrt(s * s + 2) * (1 - std::exp(-m * m / (2 * (s * s + 2))));
  weir::Rng rng(2, "replicates", f64);
  const int replicates = 300;
  std::vector<double> estimates, variances;
  for (int r = 0; r < replicates; ++r) {
    const Found found = mmd(rng.normal({60, 1}), rng.normal({60, 1}) + m, {{"bandwidths", {s}}});
    estimates.push_back(found.mmd2);
    variances.push_back(found.se * found.se);
  }
  const Tensor found = row_of(estimates);
  CHECK(std::abs(number(found.mean()) - wanted) < 4 * number(found.std()) / std::sqrt(double(replicates)));
  // The sample variance of 300 estimates has a relative error of about sqrt(2 / 300) = 0.08, more for the skewed estimates at
  // m = 0. There the jackknife is 2 (n - 1) / (n - 2) times as large, and everywhere it is overstated on average.
  const double ratio = number(row_of(variances).mean()) / number(found.var());
  CHECK(ratio > 0.67);
  CHECK(ratio < (m == 0 ? 3.0 : 1.45));
}

TEST_CASE("The error of the discrepancy is the spread of those that leave one point of each side out",
          "[metric][mmd]") {
  weir::Rng rng(3, "jackknife", f64);
  const Tensor x = rng.normal({8, 2}), y = rng.normal({8, 2}) + 0.5;
  const json kernel = {{"bandwidths", {0.8}}};
  std::vector<double> without;
  for (std::int64_t i = 0; i < 8; ++i) {
    const auto rest = [&](const Tensor& of) { return at::cat({of.slice(0, 0, i), of.slice(0, i + 1)}); };
    without.push_back(mmd(rest(x), rest(y), kernel).mmd2);
  }
  const Tensor all = row_of(without);
  CHECK(mmd(x, y, kernel).se ==
        Approx(std::sqrt(7.0 / 8 * number((all - all.mean()).square().sum()))).epsilon(1e-9));
}

TEST_CASE("Points that are no numbers are not compared", "[metric][mmd]") {
  const Tensor x = at::zeros({5, 2}, f64), y = at::zeros({5, 2}, f64);
  y[1][0] = std::nan("");
  y[3][1] = INFINITY;
  CHECK_THROWS_WITH(mmd(x, y, json::object()),
                    "2 of the 5 points to compare are NaN or infinite: see where they come from");
  CHECK_THROWS_WITH(mmd(y, x, json::object()),
                    "2 of the 5 samples to compare are NaN or infinite: see where they come from");
}

TEST_CASE("Without bandwidths the kernel takes the median distance", "[metric][mmd]") {
  // Ten points, two far clusters of five: 20 small distances, 25 of 10. The median of 45 is 10.
  const Tensor x = at::zeros({5, 1}, f64), y = at::full({5, 1}, 10, f64);
  const Found found = mmd(x, y, json::object());
  CHECK(found.bandwidth.allclose(row_of({10})));
  CHECK(found.mmd2 == Approx(2 - 2 * std::exp(-0.5)));
}

TEST_CASE("A source is compared with distinct draws of it", "[metric][mmd]") {
  const Tensor items = at::arange(12, f64).view({12, 1});
  ItemSet set(items);
  Values samples(items);
  const auto metric = make<Metric>("metric/mmd", {{"bandwidths", {1.0}}});
  bind(*metric, "samples", samples, "value");
  bind(*metric, "reference", set);
  run(*metric);
  // The same twelve items in another order: all kernel sums agree but for couples that meet themselves, which only
  // the cross terms hold: 12 of them if no item is at its own place.
  CHECK(number(value_of(*metric, "mmd2")) <= 0);
  CHECK(number(value_of(*metric, "mmd2")) >= -2.0 / 11);
}

TEST_CASE("A comparison says what it lacks", "[metric][mmd]") {
  Values five(at::zeros({5, 2}, f64)), six(at::zeros({6, 2}, f64)), four(at::zeros({4, 2}, f64));
  ItemSet small(at::zeros({3, 2}, f64));
  const auto message = [&](Values& samples, Values* points, weir::Source* reference) {
    const auto metric = make<Metric>("metric/mmd");
    bind(*metric, "samples", samples, "value");
    if (points) bind(*metric, "points", *points, "value");
    if (reference) bind(*metric, "reference", *reference);
    const weir::Faults faults = plan(*metric);
    REQUIRE(faults.size() == 1);
    return faults[0].message;
  };
  CHECK(message(five, nullptr, nullptr) == "a comparison needs something to compare with");
  CHECK(message(five, &five, &small) == "a comparison takes points or reference, not both");
  CHECK(message(five, &six, nullptr) ==
        "both sides need one shape: samples are [5, 2], the other side is [6, 2]");
  CHECK(message(four, &four, nullptr) == "this comparison needs at least 5 points; it is given 4");
  CHECK(message(five, nullptr, &small) == "5 distinct items are needed, but source 'set' holds 3");
}

TEST_CASE("With the energy kernel the discrepancy is the energy distance", "[metric][mmd]") {
  const auto energy = [](const Tensor& x, const Tensor& y) {
    const Compared made("metric/mmd", x, y, {{"kernel", "energy"}, {"chunk", 7}});
    CHECK_FALSE(made.metric->output("bandwidth")->planned());
    return made("mmd2_v");
  };
  // scipy.stats.energy_distance(x[:, 0], y[:, 0])**2, scipy 1.17
  CHECK(energy(cube_points().slice(1, 0, 1), box_points().slice(1, 0, 1)) ==
        Approx(0.17595246588245816).epsilon(1e-12));
  // 2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean(), scipy 1.17
  CHECK(energy(cube_points(), box_points()) == Approx(0.29188962437698496).epsilon(1e-12));
}

TEST_CASE("The unbiased energy distance of normal laws is the closed form", "[metric][mmd]") {
  // E |N(m, v)| = sqrt(2 v / pi) exp(-m^2 / (2 v)) + m erf(m / sqrt(2 v)), of X - Y ~ N(m, 2), X - X' ~ N(0, 2).
  const double m = GENERATE(0.0, 0.7), pi = std::acos(-1.0);
  const double between = std::sqrt(4 / pi) * std::exp(-m * m / 4) + m * std::erf(m / 2);
  const double wanted = 2 * between - 2 * std::sqrt(4 / pi);
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2, 3));
  weir::Rng rng(seed, "energy", f64);
  std::vector<double> found, biased;
  for (int r = 0; r < 200; ++r) {
    const Compared made("metric/mmd", rng.normal({40, 1}), rng.normal({40, 1}) + m, {{"kernel", "energy"}});
    found.push_back(made("mmd2"));
    biased.push_back(made("mmd2_v"));
  }
  const Tensor all = row_of(found);
  const double error = number(all.std()) / std::sqrt(200.0);
  CHECK(std::abs(number(all.mean()) - wanted) < 4 * error);
  CHECK(number(row_of(biased).mean()) - wanted > 4 * error);
}

TEST_CASE("With the polynomial kernel of features the discrepancy is KID", "[metric][mmd]") {
  // K = lambda a, b: (a @ b.T / 3 + 1)**3; k = K(x, x) + K(y, y) - K(x, y) - K(x, y).T: mean; mean off the diagonal. numpy 2.
  const Compared made("metric/mmd", cube_points(), box_points(), {{"kernel", "polynomial"}, {"chunk", 7}});
  CHECK(made("mmd2_v") == Approx(0.6120081790731824).epsilon(1e-12));
  CHECK(made("mmd2") == Approx(0.5813071772252384).epsilon(1e-12));
  // torchmetrics' sum has the couples of one row in its cross term: another unbiased estimate of the same number, 0.58287.
  CHECK(std::abs(made("mmd2") - 0.582874870469122) < 0.05 * made("mmd2_se"));
}

TEST_CASE("With a linear kernel the discrepancy is the distance of the means", "[metric][mmd]") {
  const Tensor x = cube_points(), y = box_points();
  const Compared made("metric/mmd", x, y,
                      {{"kernel", "polynomial"}, {"degree", 1}, {"offset", 0}, {"scale", 1}});
  CHECK(made("mmd2_v") == Approx(number((x.mean(0) - y.mean(0)).square().sum())).epsilon(1e-12));
}

TEST_CASE("With the Laplace kernel the discrepancy is that of its exponentials", "[metric][mmd]") {
  // L = lambda a, b: np.exp(-cdist(a, b) / 0.5), scipy 1.17
  CHECK(Compared("metric/mmd", cube_points(), box_points(), {{"kernel", "laplace"}, {"bandwidths", {0.5}}})(
            "mmd2_v") == Approx(0.13713539889869325).epsilon(1e-12));
}

TEST_CASE("A kernel refuses what it does not have", "[metric][mmd]") {
  const Tensor six = at::zeros({6, 2}, f64);
  CHECK(fault_of("metric/mmd", six, six, {{"kernel", "energy"}, {"bandwidths", {1.0}}}) ==
        "the kernel energy has no bandwidths");
  CHECK(fault_of("metric/mmd", six, six, {{"degree", 2}}) == "the kernel gaussian has no degree");
}

TEST_CASE("A power that leaves the numbers is an error, not a discrepancy of NaN", "[metric][mmd]") {
  CHECK_THROWS_WITH(
      Compared("metric/mmd", 1e30 * cube_points(), box_points(), {{"kernel", "polynomial"}, {"degree", 10}}),
      "the polynomial kernel of these points leaves the numbers: scale the points, or take a "
      "smaller degree or scale");
}

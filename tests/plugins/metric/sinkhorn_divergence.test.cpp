// tests/plugins/metric/sinkhorn_divergence.test.cpp -- debiased entropic transport against POT, closed forms and its limits.
#include <cmath>

#include "fixed_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

TEST_CASE("The sharp divergence is POT's, the other that of POT's plans", "[metric][sinkhorn_divergence]") {
  // sharp: ot.bregman.empirical_sinkhorn_divergence(x, y, reg=e, numIterMax=100000, stopThr=1e-13)
  // divergence: OT(x, y) - (OT(x, x) + OT(y, y)) / 2 of (P * M).sum() + e * (P * np.log(P * 3600)).sum(),
  // M = ot.dist(x, y); P = ot.sinkhorn(w, w, M, e, method='sinkhorn_log', numItermax=200000, stopThr=1e-14); POT 0.9.7
  const auto [epsilon, sharp, divergence] = GENERATE(table<double, double, double>(
      {{0.1, 0.352808454696374, 0.3412887453280229}, {1, 0.32549157110177396, 0.28937653328471935}}));
  const Compared made("metric/sinkhorn_divergence", cube_points(), box_points(),
                      {{"epsilon", epsilon}, {"tolerance", 1e-12}});
  CHECK(made("sharp") == Approx(sharp).epsilon(1e-9));
  CHECK(made("divergence") == Approx(divergence).epsilon(1e-9));
  CHECK(made("error") <= 1e-12);
  CHECK(made("used_epsilon") == epsilon);
}

TEST_CASE("A set and its copy moved by m are |m|^2 apart at every epsilon", "[metric][sinkhorn_divergence]") {
  // |x - y - m|^2 = |x - y|^2 - 2 m.(x - y) + |m|^2, and a plan of equal marginals has no mean of x - y.
  for (const double epsilon : {0.05, 1.0, 50.0}) {
    const Compared made("metric/sinkhorn_divergence", cube_points(), cube_points() + row_of({1, 0, -2}),
                        {{"epsilon", epsilon}, {"tolerance", 1e-10}});
    CHECK(made("divergence") == Approx(5).epsilon(1e-8));
    CHECK(made("sharp") == Approx(5).epsilon(1e-8));
    // Its potentials are those of the set itself and -2 m.x on one side, 2 m.x on the other.
    const double variance = number(at::mv(cube_points(), row_of({1, 0, -2})).var());
    CHECK(made("divergence_se") == Approx(std::sqrt(8 * variance / 60)).epsilon(1e-6));
  }
}

TEST_CASE("It lies between the squared distance of the means and w2_squared",
          "[metric][sinkhorn_divergence]") {
  const Tensor x = cube_points(), y = box_points();
  const auto of = [&](double epsilon) {
    return Compared("metric/sinkhorn_divergence", x, y,
                    {{"epsilon", epsilon}, {"tolerance", 1e-4}})("divergence");
  };
  CHECK(of(1e4) == Approx(number((x.mean(0) - y.mean(0)).square().sum())).epsilon(1e-3));
  const double w2_squared = Compared("metric/w2", x, y)("w2_squared");
  CHECK(std::abs(of(0.01) - w2_squared) < 0.01);  // approached as epsilon, up to logarithms
  CHECK(std::abs(of(0.1) - w2_squared) > 0.01);
}

TEST_CASE("Between normal laws it is the closed form, and its error is their scatter",
          "[metric][sinkhorn_divergence][slow]") {
  // On a line, P normal of covariance d with d^2 + epsilon d / 2 = a b:
  //   OT(N(0, a), N(m, b)) = m^2 + a + b - 2 d + epsilon / 2 log(a b / (a b - d^2))
  const double epsilon = 1, m = 0.8, c = 1.5;
  const auto ot = [&](double a, double b) {
    const double d = (std::sqrt(epsilon * epsilon / 4 + 4 * a * b) - epsilon / 2) / 2;
    return a + b - 2 * d + epsilon / 2 * std::log(a * b / (a * b - d * d));
  };
  const double wanted = m * m + ot(1, c * c) - (ot(1, 1) + ot(c * c, c * c)) / 2;
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2, 3));
  weir::Rng rng(seed, "normal", f64);
  std::vector<double> found, corrected, squares;
  for (int r = 0; r < 50; ++r) {
    const Tensor x = rng.normal({80, 1}), y = c * rng.normal({80, 1}) + m;
    const auto of = [&](std::int64_t first, std::int64_t n) {
      return Compared("metric/sinkhorn_divergence", x.narrow(0, first, n), y.narrow(0, first, n),
                      {{"epsilon", epsilon}, {"tolerance", 1e-4}});  // its square is what the value errs by
    };
    const Compared all = of(0, 80);
    found.push_back(all("divergence"));
    squares.push_back(std::pow(all("divergence_se"), 2));
    // The bias of samples falls as 1 / n: twice that of all less that of the halves is without it.
    corrected.push_back(2 * all("divergence") - (of(0, 40)("divergence") + of(40, 40)("divergence")) / 2);
  }
  const Tensor means = row_of(corrected);
  CHECK(std::abs(number(means.mean()) - wanted) < 4 * number(means.std()) / std::sqrt(50.0));
  CHECK(std::sqrt(number(row_of(squares).mean())) ==
        Approx(number(row_of(found).std())).epsilon(0.4));  // four times 10 %
}

TEST_CASE("What has not settled is warned of", "[metric][sinkhorn_divergence]") {
  Values x(cube_points()), y(box_points());
  const auto metric =
      make<weir::Metric>("metric/sinkhorn_divergence", {{"epsilon", 1e-3}, {"iterations", 3}});
  bind(*metric, "samples", x, "value");
  bind(*metric, "points", y, "value");
  REQUIRE(plan(*metric).empty());
  QuietRun quiet;
  metric->run(quiet);
  REQUIRE(quiet.warnings.size() == 1);
  CHECK_THAT(quiet.warnings[0], Catch::StartsWith("the transport has not settled within 3 iterations: "));
  CHECK(number(value_of(*metric, "error")) > 1e-4);
}

TEST_CASE("By default epsilon is a twentieth of the mean squared distance", "[metric][sinkhorn_divergence]") {
  const Tensor x = cube_points(), y = box_points();
  CHECK(Compared("metric/sinkhorn_divergence", x, y)("used_epsilon") ==
        Approx(number((x.unsqueeze(1) - y).square().sum(2).mean()) / 20).epsilon(1e-12));
  const Tensor one = at::zeros({4, 2}, f64);
  CHECK(Compared("metric/sinkhorn_divergence", one, one)("divergence") == Approx(0).margin(1e-15));
  CHECK(fault_of("metric/sinkhorn_divergence", one.narrow(0, 0, 1), one.narrow(0, 0, 1), json::object()) ==
        "this comparison needs at least 2 points; it is given 1");
}

// tests/plugins/metric/precision_recall.test.cpp -- fidelity and diversity, by hand, by numpy's count and by a law.
#include <algorithm>
#include <cmath>

#include "fixed_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

namespace {

Tensor column(const std::vector<double>& numbers) { return row_of(numbers).view({-1, 1}); }

}  // namespace

TEST_CASE("Precision, recall, density and coverage of four points on a line, by hand",
          "[metric][precision_recall]") {
  // Points 0, 1, 3, 7 with k = 1: radii 1, 1, 2, 4: balls [-1, 1], [0, 2], [1, 5], [3, 11].
  // Samples 0.5, 1, 20, 20.5: radii 0.5, 0.5, 0.5, 0.5: balls [0, 1], [0.5, 1.5], [19.5, 20.5], [20, 21].
  const Compared made("metric/precision_recall", column({0.5, 1, 20, 20.5}), column({0, 1, 3, 7}),
                      {{"neighbours", 1}, {"blocks", 2}, {"chunk", GENERATE(1, 3, 1024)}});
  CHECK(made("precision") == 0.5);  // 0.5 and 1
  CHECK(made("recall") == 0.5);     // 0 and 1
  CHECK(made("density") ==
        5.0 / 4);                   // 0.5 lies in two balls, 1 in three: at the edge of [-1, 1] and of [1, 5]
  CHECK(made("coverage") == 0.75);  // all but 7's
  // Without rows 0 and 2: points 1, 7 with radii 6, samples 1, 20.5 with radii 19.5. Without rows 1 and 3: points 0, 3 with radii 3,
  // samples 0.5, 20 with radii 19.5.
  //   precision 1/2, 1/2; recall 1, 1; density (1 + 1) / 2, (1 + 1) / 2: 1 lies in both [-5, 7] and [1, 13], 0.5 in [-3, 3] and [0, 6]
  CHECK(made("density_se") == Approx(0).margin(1e-15));
  CHECK(made("precision_se") == Approx(0.25));  // no less than that of two in four: p = 1/2, sqrt(1/4 / 4)
  CHECK(made("precision_n") == 2);
}

TEST_CASE("Precision, recall, density and coverage are those of sorted distances",
          "[metric][precision_recall]") {
  // d = cdist(y, x); r = np.sort(cdist(y, y), 1)[:, 3]; s = np.sort(cdist(x, x), 1)[:, 3]: means of (d <= r[:, None]).any(0),
  // (d <= s).any(1), (d <= r[:, None]).sum(0) / 3, (d <= r[:, None]).any(1); numpy 2, scipy 1.17.
  const Compared made("metric/precision_recall", cube_points(), box_points(),
                      {{"neighbours", 3}, {"chunk", GENERATE(7, 1024)}, {"blocks", GENERATE(2, 20, 60)}});
  CHECK(made("precision") == Approx(33.0 / 60).epsilon(1e-14));
  CHECK(made("recall") == Approx(35.0 / 60).epsilon(1e-14));
  CHECK(made("density") == Approx(107.0 / 180).epsilon(1e-14));
  CHECK(made("coverage") == Approx(34.0 / 60).epsilon(1e-14));
}

TEST_CASE("Their errors are the spread of those that leave blocks of rows out",
          "[metric][precision_recall]") {
  const Tensor x = cube_points(), y = box_points();
  const json k = {{"neighbours", 3}, {"blocks", 7}};
  std::vector<double> density, precision, recall, coverage;
  for (std::int64_t b = 0; b < 7; ++b) {
    const Tensor kept = at::arange(60, at::kLong).remainder(7).ne(b).nonzero().squeeze(1);
    const Compared rest("metric/precision_recall", x.index_select(0, kept), y.index_select(0, kept), k);
    density.push_back(rest("density"));
    precision.push_back(rest("precision"));
    recall.push_back(rest("recall"));
    coverage.push_back(rest("coverage"));
  }
  const auto spread = [](const std::vector<double>& found) {
    const Tensor all = row_of(found);
    return std::sqrt(6.0 / 7 * number((all - all.mean()).square().sum()));
  };
  const double least = 0.05;  // no share here has a smaller error than sqrt(p (1 - p) / 60), 0.06
  const Compared made("metric/precision_recall", x, y, k);
  CHECK(made("density_se") == Approx(spread(density)).epsilon(1e-12));
  for (const auto& [output, found] :
       {std::pair{"precision", precision}, std::pair{"recall", recall}, std::pair{"coverage", coverage}}) {
    INFO(output);
    CHECK(made(std::string(output) + "_se") >= least);
    const double p = (60 * made(output) + 2) / 64;
    CHECK(made(std::string(output) + "_se") ==
          Approx(std::max(spread(found), std::sqrt(p * (1 - p) / 60))).epsilon(1e-12));
  }
}

TEST_CASE("Two samples of one law cover each other as often as the law of ranks says",
          "[metric][precision_recall]") {
  // The ball of x holds k others of n - 1; all n of the other set lie outside with probability
  // C(2n - 1 - k, n) / C(2n - 1, n) = prod_{i < k} (n - 1 - i) / (2n - 1 - i), in any dimension.
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2, 3));
  weir::Rng rng(seed, "one law", f64);
  const int n = 30, k = 3;
  double outside = 1;
  for (int i = 0; i < k; ++i) outside *= (n - 1.0 - i) / (2.0 * n - 1 - i);
  std::vector<double> coverage, density, precision, recall, squares;
  for (int r = 0; r < 100; ++r) {
    const Compared made("metric/precision_recall", rng.normal({n, 2}), rng.normal({n, 2}),
                        {{"neighbours", k}});
    coverage.push_back(made("coverage"));
    density.push_back(made("density"));
    precision.push_back(made("precision"));
    recall.push_back(made("recall"));
    squares.push_back(std::pow(made("coverage_se"), 2));
  }
  const auto within = [&](const std::vector<double>& found, double wanted) {
    const Tensor all = row_of(found);
    CHECK(std::abs(number(all.mean()) - wanted) < 4 * number(all.std()) / 10);
  };
  within(coverage, 1 - outside);
  // Among the n points that one of the other set makes with the n - 1 others of x it is as likely as any to be one of the k nearest:
  // each of n balls holds it with probability k / n.
  within(density, 1);
  const Tensor gap = row_of(precision) - row_of(recall);
  CHECK(std::abs(number(gap.mean())) < 4 * number(gap.std()) / 10);
  CHECK(std::sqrt(number(row_of(squares).mean())) > 0.85 * number(row_of(coverage).std()));
}

TEST_CASE("One mode of two is precise, and recalls half; points about both recall all",
          "[metric][precision_recall]") {
  weir::Rng rng(4, "modes", f64);
  const Tensor modes = at::cat({at::zeros({100, 2}, f64), at::full({100, 2}, 50, f64)});
  const Tensor points = rng.normal({200, 2}) + modes;
  const Compared one("metric/precision_recall", rng.normal({200, 2}), points);
  CHECK(one("precision") > 0.9);
  CHECK(one("recall") > 0.4);
  CHECK(one("recall") <= 0.5);
  CHECK(one("coverage") <= 0.5);
  const Compared wide("metric/precision_recall", 6 * rng.normal({200, 2}) + modes, points);
  CHECK(wide("recall") > 0.9);
  CHECK(wide("precision") < 0.5);
}

TEST_CASE("A ball needs neighbours", "[metric][precision_recall]") {
  const Tensor six = at::zeros({6, 2}, f64);
  CHECK(fault_of("metric/precision_recall", six, six, json::object()) ==
        "a point needs 5 others for its ball; without one of 3 blocks there are 3");
  CHECK(fault_of("metric/precision_recall", six, six, {{"blocks", 7}}) == "6 points cannot be 7 blocks");
}

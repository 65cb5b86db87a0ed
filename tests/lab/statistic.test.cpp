// tests/lab/statistic.test.cpp -- means and spreads over seeds, and the cases of a sweep.
#include <catch2/catch.hpp>
#include <cmath>

#include <lab/judge/statistic.hpp>

using namespace weir;
using namespace weir::tools;

namespace {

RunResult run(double sigma, int seed, double share) {
  return {"",
          "",
          "finished",
          static_cast<std::uint64_t>(seed),
          {{"sigma", sigma}, {"seed", seed}},
          {{"share", {share, {}, {}}}}};
}

std::vector<SweepAxis> axes() {
  SweepAxis sigma, seed;
  sigma.name = "sigma";
  seed.name = "seed";
  seed.seeds = true;
  return {sigma, seed};
}

}  // namespace

TEST_CASE("Mean, standard deviation with n - 1 and standard error of four numbers known by hand") {
  // 2 4 4 6: mean 4, squared deviations 4 + 0 + 0 + 4, sd = sqrt(8 / 3), se = sd / 2.
  const Statistic s = statistic({{2, {}, {}}, {4, {}, {}}, {4, {}, {}}, {6, {}, {}}});
  CHECK(s.n == 4);
  CHECK(s.mean == Approx(4).epsilon(1e-14));
  CHECK(s.sd == Approx(std::sqrt(8.0 / 3)).epsilon(1e-14));
  CHECK(*s.se == Approx(std::sqrt(8.0 / 3) / 2).epsilon(1e-14));
}

TEST_CASE("A single run keeps its own standard error") {
  CHECK(*statistic({{0.5, 0.125, 64.0}}).se == 0.125);
  CHECK_FALSE(statistic({{0.5, {}, {}}}).se);
  CHECK(statistic({}).n == 0);
}

TEST_CASE("Runs that differ in the seed alone are one case") {
  RunResult failed = run(0.5, 9, 0);
  failed.status = "failed";
  failed.values.clear();
  const auto found = cases({run(0, 7, 1), run(0, 8, 3), run(0.5, 7, 5), failed}, axes());
  REQUIRE(found.size() == 2);
  CHECK(label(found[0].axes) == "sigma = 0");
  CHECK(found[0].values.at("share").mean == 2);
  CHECK(found[0].values.at("share").n == 2);
  CHECK(found[0].by_run.at(1).at("share").value == 3);
  CHECK(found[1].runs == 2);
  CHECK(found[1].values.at("share").n == 1);  // the failed run is counted as planned, not as a number
}

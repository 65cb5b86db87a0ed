// tests/plugins/coupling/posterior.test.cpp -- pairs given a measurement, whose ends have the textbook's law.
#include <cmath>

#include <weir/kinds/flow/coupling.hpp>

#include "../measured.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Coupling;
using weir::Tensor;

TEST_CASE("Pairs given a measurement stand together, and end as the law given it", "[coupling][posterior]") {
  const double a = 0.6, b = 0.3;
  const std::int64_t n = 5000;
  const auto base = make<weir::Source>("source/gaussian", {{"dim", 1}});
  run(*base);
  const Seen seen({{"dim", 1}}, {{"gain", {a}}, {"sigma", b}});
  const auto pairs = make<Coupling>("coupling/posterior", {{"measurements", 4}, {"each", n}});
  bind(*pairs, "source", *base);
  bind(*pairs, "target", *seen.source);
  run(*pairs);

  const weir::Batch all = pairs->all();
  const Tensor y = value_of(*pairs, "y").view({4, n}), x1 = all.x1().view({4, n});
  CHECK(pairs->size() == 4 * n);
  CHECK(all.context.at("y").view({4, n}).equal(y));
  CHECK((y == y.narrow(1, 0, 1)).all().item<bool>());
  CHECK_FALSE(y[0][0].equal(y[1][0]));
  const double spread = std::sqrt(1 / (1 + a * a / (b * b)));
  for (std::int64_t m = 0; m < 4; ++m) {
    const double mean = a * number(y[m][0]) / (a * a + b * b);
    CHECK(std::abs(number(x1[m].mean()) - mean) < 5 * spread / std::sqrt(double(n)));
    CHECK(number(x1[m].std()) == Approx(spread).epsilon(0.05));
  }
  // The starts know nothing of it.
  CHECK(std::abs(number((all.x0() * all.x1()).mean())) < 0.05);
}

TEST_CASE("Measurements are those of the target's points: their law is that of a x + noise",
          "[coupling][posterior]") {
  const auto base = make<weir::Source>("source/gaussian", {{"dim", 1}});
  run(*base);
  const Seen seen({{"dim", 1}, {"mean", {2}}}, {{"gain", {3}}, {"sigma", 4}});
  const auto pairs = make<Coupling>("coupling/posterior", {{"measurements", 20000}, {"each", 1}});
  bind(*pairs, "source", *base);
  bind(*pairs, "target", *seen.source);
  run(*pairs);
  const Tensor y = value_of(*pairs, "y");
  CHECK(std::abs(number(y.mean()) - 6) < 5 * 5 / std::sqrt(20000.0));
  CHECK(number(y.std()) == Approx(5).epsilon(0.03));
  // Over all measurements x1 is the prior's.
  CHECK(std::abs(number(pairs->all().x1().mean()) - 2) < 5 / std::sqrt(20000.0));
  CHECK(number(pairs->all().x1().std()) == Approx(1).epsilon(0.03));
}

TEST_CASE("Pairs given a measurement need a target whose law given it is known", "[coupling][posterior]") {
  const auto base = make<weir::Source>("source/gaussian", {{"dim", 1}}),
             moons = make<weir::Source>("source/mixture", {{"set", "two_moons"}});
  run(*base);
  run(*moons);
  const auto seen = make<weir::Source>("source/measured", {{"sigma", 1}}, f64, 0, "seen");
  bind(*seen, "of", *moons);
  run(*seen);
  const auto pairs = make<Coupling>("coupling/posterior");
  bind(*pairs, "source", *base);
  bind(*pairs, "target", *seen);
  const weir::Faults faults = plan(*pairs);
  REQUIRE_FALSE(faults.empty());
  CHECK_THAT(faults[0].message, Catch::Contains("posterior"));

  const Seen plane({{"dim", 2}}, {{"sigma", 1}});
  const auto unequal = make<Coupling>("coupling/posterior");
  bind(*unequal, "source", *base);
  bind(*unequal, "target", *plane.source);
  REQUIRE(plan(*unequal).size() == 1);
  CHECK(plan(*unequal)[0].message ==
        "both ends of a pair need one shape, and the items of 'seen' have another than those of 'node'");

  const Seen line({{"dim", 1}}, {{"sigma", 1}});
  const auto many = make<Coupling>("coupling/posterior", {{"measurements", 20000}, {"each", 6000}});
  bind(*many, "source", *base);
  bind(*many, "target", *line.source);
  REQUIRE(plan(*many).size() == 1);
  CHECK(plan(*many)[0].message ==
        "6000 pairs of each of 20000 measurements are more than 100000000, which are held in memory");
  CHECK(plan(*many)[0].remedy == "at most 5000");
}

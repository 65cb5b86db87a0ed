// tests/plugins/coupling/nearest.test.cpp -- the nearest of k: order statistics where the other end is far away, and each distance.
#include <cmath>

#include <weir/math/numeric/distance.hpp>

#include "../measured.hpp"
#include "six_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;
using How = weir::KeptMarginals::How;

// Of k standard normal numbers the largest has this mean and variance: 3 / (2 sqrt(pi)) and 1 + sqrt(3) / (2 pi) - mean^2 for 3 (David,
// Nagaraja, Order Statistics, section 3.2), and by scipy 1.17 for 4:
//   f = lambda p: integrate.quad(lambda x: x**p * 4 * norm.pdf(x) * norm.cdf(x)**3, -12, 12)[0]; f(1), f(2) - f(1)**2
TEST_CASE("To a point far away the nearest of k normal numbers is the largest", "[coupling][nearest]") {
  const double mean3 = 3 / (2 * std::sqrt(M_PI));
  const auto [k, mean, variance] = GENERATE_COPY(
      table<std::int64_t, double, double>({{1, 0, 1},
                                           {3, mean3, 1 + std::sqrt(3) / (2 * M_PI) - mean3 * mean3},
                                           {4, 1.0293753730, 0.4917152368}}));
  const std::string each = GENERATE("x1", "x0");
  const json normal = {{"dim", 1}}, far = {{"dim", 1}, {"mean", {1e4}}, {"scale", 1e-3}};
  const OfLaws made("coupling/nearest", {{"draw", "fresh"}, {"candidates", k}, {"each", each}},
                    each == "x1" ? normal : far, each == "x1" ? far : normal);
  run(*made.pairs);
  weir::Rng rng(GENERATE(1, 2, 3), "batch", f64);
  const std::int64_t n = 20000;
  const weir::Batch batch = made.pairs->draw(n, rng);
  const Tensor found = each == "x1" ? batch.x0() : batch.x1();
  CHECK(std::abs(number(found.mean()) - mean) < 4.5 * std::sqrt(variance / double(n)));
  // Of these laws the fourth moment is below that of a normal law by little: the error is that of its variance.
  CHECK(std::abs(number(found.var()) - variance) < 4.5 * variance * std::sqrt(2.2 / double(n)));
  CHECK(batch.unit.equal(at::arange(n, at::kLong)));
  CHECK_FALSE(made.pairs->dependent_rows());
  CHECK((each == "x1" ? kept(*made.pairs).x0 : kept(*made.pairs).x1) ==
        (k == 1 ? How::exactly : How::changed));
  CHECK((each == "x1" ? kept(*made.pairs).x1 : kept(*made.pairs).x0) == How::exactly);
}

TEST_CASE("Shared candidates may be taken twice, and none that is nearer is left", "[coupling][nearest]") {
  const std::string each = GENERATE("x1", "x0");
  const OfLaws made("coupling/nearest",
                    {{"draw", "fresh"}, {"candidates", 30}, {"each", each}, {"shared", true}}, {{"dim", 2}},
                    {{"dim", 2}, {"mean", {1}}});
  run(*made.pairs);
  weir::Rng rng(4, "batch", f64);
  const weir::Batch batch = made.pairs->draw(200, rng);
  const Tensor &choosing = each == "x1" ? batch.x1() : batch.x0(),
               &taken = each == "x1" ? batch.x0() : batch.x1();
  CHECK(std::get<0>(at::_unique(taken.select(1, 0))).size(0) <= 30);
  // No point that another pair took is nearer.
  const Tensor all = weir::SquaredDistances(taken).from(choosing);
  CHECK(at::allclose(all.amin(1), all.diagonal(), 1e-12, 0));
  CHECK(batch.unit.equal(at::zeros({200}, at::kLong)));
  CHECK(made.pairs->dependent_rows());
}

TEST_CASE("More candidates lie nearer, and labels and measurements stay with their x1",
          "[coupling][nearest]") {
  const auto source = make<weir::Source>("source/gaussian", {{"dim", 2}});
  run(*source);
  const Seen seen({{"dim", 2}}, {{"gain", {3, -1}}, {"sigma", 1e-9}});
  double last = 1e9;
  for (const std::int64_t k : {1, 4, 16}) {
    const auto pairs = make<weir::Coupling>("coupling/nearest",
                                            {{"draw", {{"fixed", 300}}}, {"candidates", k}, {"each", "x0"}});
    bind(*pairs, "source", *source);
    bind(*pairs, "target", *seen.source);
    run(*pairs);
    CHECK(number(value_of(*pairs, "cost")) < last);
    last = number(value_of(*pairs, "cost"));
    CHECK(
        at::allclose(value_of(*pairs, "y"), at::tensor({3.0, -1.0}, f64) * value_of(*pairs, "x1"), 0, 1e-7));
  }
  const Tensor labels = at::arange(6, at::kLong);
  const OfSets labelled("coupling/nearest", {{"each", "x0"}}, six_sources(), six_targets(), 5, labels, 6);
  run(*labelled.pairs);
  CHECK(value_of(*labelled.pairs, "label").equal(value_of(*labelled.pairs, "x1_item")));
}

TEST_CASE("Nearest points are of one shape", "[coupling][nearest]") {
  const OfSets unlike("coupling/nearest", {{"draw", "fresh"}}, at::zeros({4, 1}, f64));
  REQUIRE(plan(*unlike.pairs).size() == 1);
  CHECK_THAT(plan(*unlike.pairs)[0].message, Catch::StartsWith("both ends of a pair need one shape"));
}

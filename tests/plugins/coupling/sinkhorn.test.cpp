// tests/plugins/coupling/sinkhorn.test.cpp -- entropic pairs against POT and torchcfm, closed forms between normal laws, and what drawing does.
#include <cmath>

#include <weir/math/numeric/assignment.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/math/numeric/sinkhorn.hpp>

#include "six_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;
using How = weir::KeptMarginals::How;

namespace {

json with(json params, const json& more) {
  params.update(more);
  return params;
}
const json exact = {{"tolerance", 1e-13}, {"iterations", 100000}};

Tensor six_costs() { return weir::SquaredDistances(six_targets()).from(six_sources()); }

}  // namespace

// POT 0.9.7.post1, torchcfm 1.0.7:
//   i = np.arange(6.); x0 = np.stack([np.sin(2*i), np.cos(3*i)], 1); x1 = np.stack([1.5*np.cos(i), 1 + np.sin(5*i)], 1)
//   u = np.ones(6) / 6; M = ot.dist(x0, x1); long = dict(numItermax=1000000, stopThr=1e-15)
//   P = ot.sinkhorn(u, u, M, .5, method='sinkhorn_log', **long); of a scale s: M / s and .1, s = M.mean(), np.sort(M.ravel())[17], M.max()
//   P = ot.unbalanced.sinkhorn_unbalanced(u, u, M, .5, 1., **long); of the last row: M / M.max(), .1, (.3, np.inf)
//   (P * M).sum() / P.sum(), -(P * np.log(P)).sum(), P.sum()
// OTPlanSampler("sinkhorn", reg=.5).get_map has the first, with normalize_cost=True and reg=.1 the one of max, "unbalanced" with reg=.5 and
// reg_m=1 the fifth, each to its own tolerance, 1e-7.
TEST_CASE("Cost, entropy and mass of an entropic plan are POT's, at each scale", "[coupling][sinkhorn]") {
  struct Known {
    json params;
    double cost, entropy, mass;
  };
  const auto known = GENERATE(
      Known{{{"epsilon", 0.5}, {"scale", "none"}}, 1.73246606428792, 2.65946814490679, 1},
      Known{{{"epsilon", 0.1}, {"scale", "mean"}}, 1.68725454399059, 2.55528547125035, 1},
      Known{{{"epsilon", 0.1}, {"scale", "median"}}, 1.63994197144084, 2.40448472491843, 1},
      Known{{{"epsilon", 0.1}, {"scale", "max"}}, 2.0962883938504, 3.0847085359678, 1},
      Known{{{"epsilon", 0.5}, {"scale", "none"}, {"rho0", 1}, {"rho1", 1}},
            0.832092422394842,
            1.74492249462971,
            0.546966445977664},
      Known{{{"epsilon", 0.1}, {"scale", "max"}, {"rho0", 0.3}}, 1.58368920323332, 3.03462579169148, 1});
  const OfSets made("coupling/sinkhorn", with(known.params, exact));
  run(*made.pairs);
  CHECK(made.value("transport_cost") == Approx(known.cost).epsilon(1e-10));
  CHECK(made.value("entropy") == Approx(known.entropy).epsilon(1e-10));
  CHECK(made.value("mass") == Approx(known.mass).epsilon(1e-10));
  CHECK(made.value("marginal_error") <= 1e-13);
  CHECK(made.value("iterations_taken") > 1);
  CHECK(made.pairs->output("gap")->planned() == !(known.params.contains("rho0")));
}

// (P / P.sum(1, keepdims=True) @ x1).ravel() of the first plan above.
TEST_CASE("Barycentric targets are POT's means of the rows", "[coupling][sinkhorn]") {
  const OfSets made("coupling/sinkhorn",
                    with(exact, {{"epsilon", 0.5}, {"scale", "none"}, {"pairs", "barycentric"}}));
  run(*made.pairs);
  const Tensor expected =
      at::tensor({-0.8973978302348878, 1.706788040624163, 0.8727084754217683, 0.30708331716993925,
                  -1.3031966890593567, 1.7420112746980756, 0.06953650000281994, 0.5246131205668972,
                  1.3072637815669328, 0.9762673750995691, -0.4026419317170215, 0.6711728270758157},
                 f64)
          .view({6, 2});
  CHECK(at::allclose(made.pairs->all().x1(), expected.index_select(0, value_of(*made.pairs, "x0_item")),
                     1e-10, 1e-12));
  CHECK(made.pairs->set_of(1) == nullptr);
  CHECK(kept(*made.pairs).x0 == How::exactly);
  CHECK(kept(*made.pairs).x1 == How::changed);
}

TEST_CASE("Pairs come as often as the plan says, row by row and from the whole plan",
          "[coupling][sinkhorn]") {
  const bool rows = GENERATE(true, false);
  const json relaxed = GENERATE(json::object(), json({{"rho0", 0.2}, {"rho1", 0.4}}));
  const auto rho = [&](const char* name) {
    return relaxed.contains(name) ? relaxed.at(name).get<double>() : std::numeric_limits<double>::infinity();
  };
  const Tensor costs = six_costs();
  Tensor p = weir::sinkhorn(costs, {.epsilon = 0.7, .rho0 = rho("rho0"), .rho1 = rho("rho1")})
                 .log_rows(costs, 0)
                 .exp();
  p = rows ? p / p.sum(1, true) / 6 : p / p.sum();
  const std::int64_t repeats = 120;
  Tensor met = at::zeros({36}, f64);
  for (std::int64_t seed = 0; seed < repeats; ++seed) {
    const OfSets made("coupling/sinkhorn",
                      with(relaxed, {{"epsilon", 0.7}, {"scale", "none"}, {"pairs", rows ? "rows" : "plan"}}),
                      six_sources(), six_targets(), std::uint64_t(seed));
    run(*made.pairs);
    const Tensor cell = 6 * value_of(*made.pairs, "x0_item") + value_of(*made.pairs, "x1_item");
    met += at::bincount(cell, {}, 36);
    if (rows) CHECK(times_met(*made.pairs, "x0_item", 6).equal(at::ones({6}, at::kLong)));
  }
  const double n = 6.0 * double(repeats);
  // Of 36 binomial counts the largest is within 4.5 standard errors, but for one of 4,000 seeds; one more count for the rarest.
  const Tensor expected = n * p.flatten(), error = (expected * (1 - p.flatten())).sqrt();
  CHECK(((met - expected).abs() <= 4.5 * error + 1).all().item<bool>());
  CHECK(kept(*OfSets("coupling/sinkhorn", with(relaxed, {{"pairs", rows ? "rows" : "plan"}})).pairs).x1 ==
        (relaxed.empty() ? How::on_average : How::changed));
}

// What torchcfm's default does to an exact plan, too: of n pairs drawn with replacement (1 - 1/n)^n leave a point out.
TEST_CASE("Row by row no x0 is left out, and drawn from the plan 37 % are", "[coupling][sinkhorn]") {
  const std::string how = GENERATE("rows", "plan");
  const OfLaws made("coupling/sinkhorn", {{"draw", "fresh"}, {"pairs", how}}, {{"dim", 2}},
                    {{"dim", 2}, {"mean", {2}}});
  run(*made.pairs);
  weir::Rng rng(3, "batch", f64);
  const std::int64_t n = 400;
  const weir::Batch batch = made.pairs->draw(n, rng);
  const double distinct = double(std::get<0>(at::_unique(batch.x0().select(1, 0))).size(0)) / double(n);
  // The count's standard deviation is below sqrt(n (1/e - 2/e^2)) = 0.31 sqrt(n).
  if (how == "rows") CHECK(distinct == 1);
  if (how == "plan") CHECK(std::abs(1 - distinct - std::pow(1 - 1.0 / double(n), double(n))) < 4 * 0.31 / 20);
  CHECK(batch.unit.equal(at::zeros({n}, at::kLong)));
  CHECK(made.pairs->dependent_rows());
}

// Where exp(-C / epsilon) is 0 for whole rows, torchcfm 1.0.7 goes on with all pairs alike:
//   OTPlanSampler("sinkhorn", reg=.001).get_map(x0, x1) is 1/36 everywhere, of the six points above
TEST_CASE("A small epsilon gives the pairs of optimal transport, and a large one all alike",
          "[coupling][sinkhorn]") {
  const weir::Assignment best = weir::solve(six_costs());
  const OfSets small("coupling/sinkhorn", {{"epsilon", 0.001}, {"scale", "none"}});
  run(*small.pairs);
  CHECK(small.value("transport_cost") == Approx(best.cost / 6).epsilon(1e-3));
  CHECK(small.value("gap") >= 0);
  CHECK(small.value("gap") < 1e-2);
  CHECK(small.value("entropy") == Approx(std::log(6)).margin(1e-2));
  const Tensor from = value_of(*small.pairs, "x0_item"), to = value_of(*small.pairs, "x1_item");
  CHECK(to.equal(best.permutation.index_select(0, from)));

  const OfSets large("coupling/sinkhorn", {{"epsilon", 1e6}});
  run(*large.pairs);
  CHECK(large.value("transport_cost") == Approx(number(six_costs().mean())).epsilon(1e-5));
  CHECK(large.value("entropy") == Approx(2 * std::log(6)).epsilon(1e-6));
  CHECK(large.value("gap") >= large.value("transport_cost") - best.cost / 6 - 1e-9);
}

// Janati, Muzellec, Peyre, Cuturi, arXiv 2006.02572: between N(0, s0^2) and N(m, s1^2) the entropic plan is normal, of the covariance
// (sqrt(4 s0^2 s1^2 + sigma^4) - sigma^2) / 2 with epsilon = 2 sigma^2; Mallasto, Gerolin, Minh, arXiv 2006.03416.
TEST_CASE("Between normal laws pairs have the covariance of the Schroedinger bridge's ends, and its cost",
          "[coupling][sinkhorn]") {
  const double sigma2 = GENERATE(0.3, 2.0), s1 = 0.6, m = 1.5;
  const double covariance = (std::sqrt(4 * s1 * s1 + sigma2 * sigma2) - sigma2) / 2;
  const double cost = m * m + 1 + s1 * s1 - 2 * covariance;
  const std::int64_t sets = 12, n = 160;
  Tensor products = at::empty({sets}, f64), costs = at::empty({sets}, f64);
  const std::uint64_t first = GENERATE(0, 100, 200);
  for (std::int64_t k = 0; k < sets; ++k) {
    const OfLaws made("coupling/sinkhorn",
                      {{"draw", {{"fixed", n}}}, {"epsilon", 2 * sigma2}, {"scale", "none"}}, {{"dim", 1}},
                      {{"dim", 1}, {"mean", {m}}, {"scale", s1}}, first + std::uint64_t(k));
    run(*made.pairs);
    const weir::Batch all = made.pairs->all();
    products[k] = (all.x0() * (all.x1() - m)).mean();
    costs[k] = made.value("transport_cost");
  }
  // Sets are independent; what n points add to the mean, of order epsilon / n, is below the error.
  const auto off = [&](const Tensor& x, double truth) {
    return std::abs(number(x.mean()) - truth) / (number(x.std()) / std::sqrt(double(sets)));
  };
  CHECK(off(products, covariance) < 4.5);
  CHECK(off(costs, cost) < 4.5);
}

TEST_CASE("A relaxed plan leaves an outlier out, a kept marginal does not", "[coupling][sinkhorn]") {
  Tensor far = six_targets();
  far[0] += 30;
  const auto met = [&](const json& params) {
    const OfSets made("coupling/sinkhorn",
                      with({{"epsilon", 0.5}, {"scale", "none"}, {"pairs", "plan"}}, params), six_sources(),
                      far);
    run(*made.pairs);
    return std::pair(made.value("transport_cost"), number(times_met(*made.pairs, "x1_item", 6)[0]));
  };
  const auto [relaxed, never] = met({{"rho0", 2}, {"rho1", 2}});
  CHECK(never == 0);
  CHECK(relaxed < 5);
  CHECK(met(json::object()).first > 1800.0 / 6 - 100);
}

TEST_CASE("An entropic plan goes on from its state to the same bits", "[coupling][sinkhorn]") {
  const std::string how = GENERATE("rows", "plan", "barycentric");
  const OfSets first("coupling/sinkhorn", {{"pairs", how}}), second("coupling/sinkhorn", {{"pairs", how}});
  run(*first.pairs);
  REQUIRE(plan(*second.pairs).empty());
  second.pairs->load(first.pairs->save());
  QuietRun quiet;
  second.pairs->run(quiet);
  CHECK(first.pairs->stateful());
  CHECK(second.pairs->all().x0().equal(first.pairs->all().x0()));
  CHECK(second.pairs->all().x1().equal(first.pairs->all().x1()));
  CHECK(second.value("transport_cost") == first.value("transport_cost"));
}

TEST_CASE("A plan that stops too early is a warning of fixed pairs, and the end of fresh ones",
          "[coupling][sinkhorn]") {
  const json early = {{"epsilon", 0.01}, {"iterations", 3}};
  const OfSets fixed("coupling/sinkhorn", early);
  REQUIRE(plan(*fixed.pairs).empty());
  QuietRun quiet;
  fixed.pairs->run(quiet);
  REQUIRE(quiet.warnings.size() == 1);
  CHECK_THAT(quiet.warnings[0],
             Catch::StartsWith(
                 "after 3 iterations the marginals of the entropic plan miss what they should be by ") &&
                 Catch::EndsWith(
                     "of the mass, more than tolerance: 0.0001; raise epsilon, iterations or tolerance"));
  CHECK(fixed.value("marginal_error") > 1e-4);
  const OfSets fresh("coupling/sinkhorn", with(early, {{"draw", "fresh"}}));
  run(*fresh.pairs);
  weir::Rng rng(3, "batch", f64);
  CHECK_THROWS_WITH(fresh.pairs->draw(20, rng), Catch::StartsWith("after 3 iterations the marginals"));
}

TEST_CASE("Points that are all one are paired all the same", "[coupling][sinkhorn]") {
  const std::string scale = GENERATE("none", "mean", "median", "max");
  const OfSets made("coupling/sinkhorn", {{"scale", scale}}, at::ones({4, 2}, f64), at::ones({4, 2}, f64));
  run(*made.pairs);
  CHECK(made.value("transport_cost") == 0);
  CHECK(made.value("entropy") == Approx(2 * std::log(4)));
}

TEST_CASE("What an entropic coupling cannot do is a fault of plan", "[coupling][sinkhorn]") {
  const OfSets means("coupling/sinkhorn", {{"pairs", "barycentric"}}, six_sources(), six_targets(), 5,
                     at::arange(6, at::kLong), 6);
  const weir::Faults faults = plan(*means.pairs);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "a mean of several targets has no label of its own");
  const OfLaws large("coupling/sinkhorn", {{"draw", {{"fixed", 3000000}}}}, {{"dim", 1}}, {{"dim", 1}});
  const weir::Faults memory = plan(*large.pairs);
  REQUIRE(memory.size() == 1);
  CHECK_THAT(
      memory[0].message,
      Catch::StartsWith(
          "entropic transport of 3000000 pairs holds the distance of each point to each other: it needs"));
  const OfSets unlike("coupling/sinkhorn", {{"draw", "fresh"}}, at::zeros({4, 1}, f64));
  REQUIRE(plan(*unlike.pairs).size() == 1);
  CHECK_THAT(plan(*unlike.pairs)[0].message, Catch::StartsWith("both ends of a pair need one shape"));
}

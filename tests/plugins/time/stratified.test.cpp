// tests/plugins/time/stratified.test.cpp -- one time in each part, and what that does to a mean.
#include <cmath>

#include <weir/kinds/facets/dependent_times.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/learn/objective.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

TEST_CASE("Of n stratified times exactly one lies in each of n equal parts", "[time][stratified]") {
  for (const char* order : {"shuffled", "ascending"}) {
    const auto time = make<weir::Time>("time/stratified", {{"order", order}, {"from", 0.2}, {"to", 0.7}});
    weir::Rng rng(3, "t", f64);
    const Tensor t = time->sample(50, rng), part = ((t - 0.2) / 0.01).floor().to(at::kLong);
    CHECK(std::get<0>(part.sort()).equal(at::arange(50, at::kLong)));
    CHECK(time->sorted() == part.equal(at::arange(50, at::kLong)));
    CHECK(time->support() == std::pair(0.2, 0.7));
    CHECK(at::allclose(time->density(row_of({0.1, 0.3, 0.8})), row_of({0, 2, 0})));
  }
  CHECK(make<weir::Time>("time/stratified", {{"order", "ascending"}})->sorted());
}

TEST_CASE("A mean of n stratified times has the variance 1 / (12 n^3)", "[time][stratified]") {
  const auto time = make<weir::Time>("time/stratified");
  const std::int64_t n = 8, draws = 4000;
  for (const std::uint64_t seed : {3, 4, 5}) {
    std::vector<double> means;
    for (std::int64_t k = 0; k < draws; ++k) {
      weir::Rng rng = weir::Rng(seed, "t", f64).at("draw", k);
      means.push_back(number(time->sample(n, rng).mean()));
    }
    // The mean of eight uniform offsets is nearly normal: the relative standard error of its variance is sqrt(2 / draws).
    CHECK(number(at::tensor(means, f64).var()) ==
          Approx(1 / (12.0 * 512)).epsilon(4 * std::sqrt(2.0 / double(draws))));
  }
}

TEST_CASE("Rows whose times are in strata depend on each other", "[time][stratified]") {
  const auto source = make<weir::Source>("source/gaussian", {{"dim", 1}});
  const auto pairs = make<weir::Coupling>("coupling/independent", {{"draw", "fresh"}});
  const auto noise = make<weir::Noise>("noise/zero");
  const auto path = make<weir::Interpolant>("interpolant/linear");
  run(*source);
  bind(*pairs, "source", *source);
  bind(*pairs, "target", *source);
  run(*pairs);
  bind(*path, "noise", *noise);
  for (const char* id : {"time/stratified", "time/uniform"}) {
    const auto time = make<weir::Time>(id);
    const auto objective = make<weir::Objective>("objective/flow_matching");
    bind(*objective, "coupling", *pairs);
    bind(*objective, "interpolant", *path);
    bind(*objective, "time", *time);
    CHECK(objective->dependent_rows() == (std::string(id) == "time/stratified"));
    CHECK(weir::facet<weir::DependentTimes>(*time).has_value() == objective->dependent_rows());
  }
}

TEST_CASE("Strata need room", "[time][stratified]") {
  const auto time = make<weir::Time>("time/stratified", {{"from", 0.5}, {"to", 0.5}});
  const weir::Faults faults = plan(*time);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "t must have room: from is 0.5, and to is 0.5");
}

// tests/plugins/integrator/stepped.test.cpp -- grids of given steps: times, ways back, what is kept, and what is refused.
#include <cmath>

#include "flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

Tensor growth(const Tensor& x, const Tensor& t) { return x * t.unsqueeze(1); }

std::vector<std::string> faults_of(const nlohmann::json& params) {
  std::vector<std::string> texts;
  for (const weir::Fault& fault : Flow("integrator/euler", params, growth, column({1, 2})).faults)
    texts.push_back(fault.place.file + ": " + fault.message);
  return texts;
}

}  // namespace

TEST_CASE("A grid of given times is walked step by step", "[integrator]") {
  Flow flow("integrator/euler", {{"times", {0, 0.5, 0.75, 1}}, {"save_at", {0.5, 1}}}, growth,
            column({1, -2}));
  REQUIRE(flow.faults.empty());
  flow.run();
  // x (1 + 0) (1 + 0.25 / 2) (1 + 0.25 * 3 / 4)
  CHECK((flow["end"] - 1.125 * 1.1875 * column({1, -2})).abs().max().item<double>() < 1e-15);
  CHECK(flow["trajectory"][0].equal(column({1, -2})));
  CHECK(flow["trajectory"][1].equal(flow["end"]));
  CHECK(flow["nfe"].item<std::int64_t>() == 3);
}

TEST_CASE("Part of the way is followed, and backward", "[integrator]") {
  const std::string id = GENERATE("integrator/euler", "integrator/midpoint", "integrator/heun",
                                  "integrator/rk4", "integrator/adams_bashforth", "integrator/dopri5");
  INFO(id);
  nlohmann::json params{{"from", 0.25}, {"until", 0.75}};
  if (id != "integrator/dopri5") params["steps"] = 400;
  Flow there(id, params, growth, column({1, -2}));
  there.run();
  const Tensor exact = column({1, -2}) * std::exp((0.75 * 0.75 - 0.25 * 0.25) / 2);
  CHECK((there["end"] - exact).abs().max().item<double>() < 2e-3);
  params["from"] = 0.75, params["until"] = 0.25;
  Flow back(id, params, growth, there["end"]);
  back.run();
  CHECK((back["end"] - column({1, -2})).abs().max().item<double>() < 2e-3);
}

TEST_CASE(
    "Two-step Adams-Bashforth has order 2, on steps of one size and of several, for one evaluation each",
    "[integrator]") {
  const auto slope = [](const Tensor& x, const Tensor& t) { return x.square() * (3 * t).cos().unsqueeze(1); };
  const auto error = [&](const nlohmann::json& params, int steps) {
    Flow flow("integrator/adams_bashforth", params, slope, column({2}));
    flow.run();
    CHECK(flow["nfe"].item<std::int64_t>() == steps + 1);
    return std::abs(flow["end"].item<double>() - 2 / (1 - 2 * std::sin(3.0) / 3));
  };
  const auto uneven = [](int steps) {
    std::vector<double> times;
    for (int k = 0; k <= steps; ++k) times.push_back(std::pow(double(k) / steps, 1.5));
    return times;
  };
  CHECK(std::log2(error({{"steps", 400}}, 400) / error({{"steps", 800}}, 800)) == Approx(2).margin(0.1));
  CHECK(std::log2(error({{"times", uneven(400)}}, 400) / error({{"times", uneven(800)}}, 800)) ==
        Approx(2).margin(0.15));
}

TEST_CASE("A start without a point is refused", "[integrator]") {
  const Flow flow("integrator/euler", {{"steps", 4}}, growth, at::zeros({0, 1}, f64));
  REQUIRE(flow.faults.size() == 1);
  CHECK(flow.faults[0].message == "an integrator's start needs at least one point, and this tensor has none");
}

TEST_CASE("What no grid can mean is refused, with the place and the remedy", "[integrator]") {
  using Texts = std::vector<std::string>;
  CHECK(faults_of(nlohmann::json::object()) ==
        Texts{": an integrator of given steps needs `steps` or `times`"});
  CHECK(faults_of({{"steps", 4}, {"times", {0, 1}}}) ==
        Texts{"times: steps and times both say which steps are taken"});
  CHECK(faults_of({{"times", {0, 0.5}}}) == Texts{"times: times go from 0 to 0.5, but the flow from 0 to 1"});
  CHECK(faults_of({{"times", {0, 0.7, 0.6, 1}}}) ==
        Texts{"times: times go in one direction, from 0 to 1: 0.6 comes after 0.7"});
  CHECK(faults_of({{"times", {0}}}) ==
        Texts{"times: times has the start and the end of each step: at least two times"});
  CHECK(faults_of({{"steps", 4}, {"from", 0.5}, {"until", 0.5}}) ==
        Texts{"until: until is 0.5, where the flow starts: there is nothing to follow"});
  CHECK(faults_of({{"steps", 4}, {"save", 6}}) ==
        Texts{"save: save is 6 but a grid of 4 steps has 5 times; save must be 0 or from 2 to 5"});
  CHECK(
      faults_of({{"steps", 4}, {"save", 1}}) ==
      Texts{"save: save is 1, but the times that are kept include both ends; save must be 0 or at least 2"});
  CHECK(faults_of({{"steps", 4}, {"save_at", {0.3}}}) ==
        Texts{"save_at: save_at has 0.3, where no step ends: the nearest grid time is 0.25"});
  CHECK(faults_of({{"steps", 4}, {"save", 2}, {"save_at", {0.5}}}) ==
        Texts{"save_at: save and save_at both say which times are kept"});
  CHECK(faults_of({{"steps", 4}, {"save_at", {0.5, 0.25}}}) ==
        Texts{"save_at: save_at goes in the order of the way from 0 to 1: 0.25 comes after 0.5"});
  CHECK(faults_of({{"steps", 4}, {"until", 0.5}, {"save_at", {0.75}}}).front() ==
        "save_at: save_at has 0.75, where no step ends: the nearest grid time is 0.5");
}

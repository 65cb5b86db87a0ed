// tests/plugins/schedule/schedule.test.cpp -- each schedule against its formula, and PyTorch's numbers.
#include <cmath>
#include <functional>
#include <numbers>

#include <weir/kinds/learn/schedule.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Schedule;

std::vector<double> scales(const std::string& name, const json& params, std::int64_t steps) {
  const auto schedule = make<Schedule>("schedule/" + name, params);
  REQUIRE(plan(*schedule).empty());
  std::vector<double> all;
  for (std::int64_t step = 1; step <= steps; ++step) all.push_back(schedule->scale(step, steps));
  return all;
}

// The scales of 10 steps, to round-off of numbers of order one.
void check(const std::string& name, const json& params, const std::vector<double>& expected) {
  INFO(name << " " << params);
  const std::vector<double> found = scales(name, params, static_cast<std::int64_t>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(found[i] == Approx(expected[i]).margin(1e-12));
}

void check(const std::string& name, const json& params, const std::function<double(double)>& of_step) {
  std::vector<double> expected;
  for (int step = 1; step <= 10; ++step) expected.push_back(of_step(step));
  check(name, params, expected);
}

}  // namespace

TEST_CASE("Constant, cosine, linear and polynomial schedules keep their closed forms", "[schedule]") {
  check("constant", json::object(), [](double) { return 1.0; });
  check("cosine", json::object(), [](double k) { return std::pow(std::cos(std::numbers::pi * k / 20), 2); });
  check("cosine", {{"end", 0.2}},
        [](double k) { return 0.2 + 0.8 * std::pow(std::cos(std::numbers::pi * k / 20), 2); });
  check("linear", json::object(), {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0});
  check("linear", {{"end", 0.5}}, {0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5});
  check("polynomial", {{"power", 2}}, {0.81, 0.64, 0.49, 0.36, 0.25, 0.16, 0.09, 0.04, 0.01, 0});
  check("polynomial", {{"power", 2}, {"end", 0.1}},
        [](double k) { return 0.1 + 0.9 * std::pow(1 - k / 10, 2); });
}

TEST_CASE("Cosine, linear, polynomial, step and constant have the numbers of PyTorch's schedules",
          "[schedule]") {
  // PyTorch 2.11.0, get_last_lr() of torch.optim.lr_scheduler with lr = 1, after 1 .. 10 calls of step():
  // CosineAnnealingLR(o, T_max=10), with eta_min=0.2, LinearLR(o, 1.0, 0.25, total_iters=10), PolynomialLR(o, total_iters=10, power=0.9)
  check("cosine", json::object(),
        {0.975528258147577, 0.904508497187474, 0.793892626146237, 0.654508497187474, 0.5, 0.345491502812526,
         0.206107373853763, 0.0954915028125263, 0.0244717418524232, 0});
  check("cosine", {{"end", 0.2}},
        {0.980422606518061, 0.923606797749979, 0.835114100916989, 0.723606797749979, 0.6, 0.476393202250021,
         0.364885899083011, 0.276393202250021, 0.219577393481939, 0.2});
  check("linear", {{"end", 0.25}}, {0.925, 0.85, 0.775, 0.7, 0.625, 0.55, 0.475, 0.4, 0.325, 0.25});
  check("polynomial", {{"power", 0.9}},
        {0.909532576082962, 0.818052146050858, 0.72541784693722, 0.631445867489355, 0.535886731268147,
         0.438383290554087, 0.33838346190165, 0.234923788617604, 0.125892541179417, 0});
  // Before each call: StepLR(o, step_size=3, gamma=0.3), ConstantLR(o, factor=1.0)
  check("step", {{"factor", 0.3}, {"every", 3}}, {1, 1, 1, 0.3, 0.3, 0.3, 0.09, 0.09, 0.09, 0.027});
  check("constant", json::object(), {1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
}

TEST_CASE("Constant, cosine and linear have the bits that trainings have always had", "[schedule]") {
  for (const std::int64_t steps : {1, 7, 1000, 7800}) {
    const auto cosine = scales("cosine", json::object(), steps),
               linear = scales("linear", json::object(), steps),
               constant = scales("constant", json::object(), steps);
    for (std::int64_t k = 1; k <= steps; ++k) {
      const auto i = static_cast<std::size_t>(k - 1);
      const double p = double(k) / double(steps);
      CHECK(cosine[i] == (1 + std::cos(std::numbers::pi * p)) / 2);
      CHECK(linear[i] == 1 - p);
      CHECK(constant[i] == 1);
    }
  }
}

TEST_CASE("A schedule of steps falls as PyTorch's StepLR, whose first step is its step 0", "[schedule]") {
  check("step", {{"factor", 0.5}, {"every", 3}}, {1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125});
}

TEST_CASE("After a warm-up of its offset, an inverse root is the schedule of the Transformer", "[schedule]") {
  const auto after = scales("inverse_sqrt", {{"offset", 4}}, 10);
  // d^-1/2 min(k^-1/2, k w^-3/2) over its largest value, (d w)^-1/2.
  const double w = 4, peak = 1 / std::sqrt(w);
  for (int k = 5; k <= 14; ++k)
    CHECK(after[static_cast<std::size_t>(k - 5)] ==
          Approx(std::min(1 / std::sqrt(double(k)), k * std::pow(w, -1.5)) / peak).epsilon(1e-14));
}

TEST_CASE("One cycle has the numbers of PyTorch's OneCycleLR", "[schedule]") {
  // get_lr of torch.optim.lr_scheduler.OneCycleLR with max_lr = 1 at step_num = 0, 1, ...
  check("one_cycle", json::object(),
        {0.04, 0.52, 1, 0.950484632013, 0.81174565395, 0.611262021936, 0.388741978064, 0.18825834605,
         0.0495193679865, 4e-6});
  check("one_cycle", json::object(), {0.04,
                                      0.1316718427,
                                      0.3716718427,
                                      0.6683281573,
                                      0.9083281573,
                                      1,
                                      0.987464006235,
                                      0.950484632013,
                                      0.890916177571,
                                      0.81174565395,
                                      0.716943001791,
                                      0.611262021936,
                                      0.500002,
                                      0.388741978064,
                                      0.283060998209,
                                      0.18825834605,
                                      0.109087822429,
                                      0.0495193679865,
                                      0.0125399937649,
                                      4e-6});
  check("one_cycle", {{"rise", 0.5}, {"div", 10}, {"final_div", 100}, {"shape", "linear"}},
        {0.1, 0.325, 0.55, 0.775, 1, 0.8002, 0.6004, 0.4006, 0.2008, 0.001});
}

TEST_CASE("One cycle of one step, or without a way up, ends at its last rate", "[schedule]") {
  CHECK(scales("one_cycle", json::object(), 1).front() == Approx(4e-6));
  CHECK(scales("one_cycle", {{"rise", 0}}, 8).back() == Approx(4e-6));
  CHECK(scales("one_cycle", {{"rise", 0.1}}, 10).front() == 1);  // where PyTorch divides by zero
}

TEST_CASE("A table is linear between its steps and constant outside", "[schedule]") {
  // NumPy 2.4.6: numpy.interp(range(1, 11), [2, 4, 8], [1, 0, 2])
  check("table", {{"steps", {2, 4, 8}}, {"scales", {1, 0, 2}}}, {1, 1, 0.5, 0, 0.5, 1, 1.5, 2, 2, 2});
  check("table", {{"steps", {5}}, {"scales", {0.3}}}, [](double) { return 0.3; });
}

TEST_CASE("A table that is none is a fault", "[schedule]") {
  const auto message = [](const json& steps, const json& numbers) {
    const auto table = make<Schedule>("schedule/table", {{"steps", steps}, {"scales", numbers}});
    const weir::Faults faults = plan(*table);
    return faults.size() == 1 ? faults[0].place.file + ": " + faults[0].message
                              : std::to_string(faults.size());
  };
  CHECK(message({1, 2}, {1}) ==
        "scales: each step has one scale, and there is at least one: steps has 2 numbers and scales has 1");
  CHECK(message(json::array(), json::array()) ==
        "scales: each step has one scale, and there is at least one: steps has 0 numbers and scales has 0");
  CHECK(message({1, 3, 3}, {1, 1, 0}) == "steps: the steps must ascend, and 3 is followed by 3");
  CHECK(message({1, 3}, {0, 0}) == "scales: with scales of 0 alone no step moves anything");
}

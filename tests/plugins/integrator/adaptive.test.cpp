// tests/plugins/integrator/adaptive.test.cpp -- pairs with steps of each row's own, beside scipy's, which share step control and norm.
#include <cmath>

#include "flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

// x' = x^2 cos 3t
Tensor smooth(const Tensor& x, const Tensor& t) { return x.square() * (3 * t).cos().unsqueeze(1); }
// x' = -50 (x - sin 3t) + 3 cos 3t:  x = sin 3t + x0 exp(-50 t)
Tensor stiff(const Tensor& x, const Tensor& t) {
  const Tensor s = 3 * t.unsqueeze(1);
  return -50 * (x - s.sin()) + 3 * s.cos();
}
// A turn at the rate 1 + 4t: the angle t + 2 t^2
Tensor turning(const Tensor& x, const Tensor& t) {
  return (1 + 4 * t).unsqueeze(1) * at::stack({-x.select(1, 1), x.select(1, 0)}, 1);
}

struct Solved {
  const char* name;
  Given::Function velocity;
  std::vector<double> start, truth;
  double tolerance;
  std::int64_t nfe;
  std::vector<double> end;  // empty where another implementation's is not known
};

const double of_smooth = 1 / (1 - std::sin(3.0) / 3), of_stiff = std::sin(3.0) + std::exp(-50.0);
const std::vector<double> of_turning{std::cos(3.0), std::sin(3.0)};

// scipy 1.17.1: solve_ivp(f, (0, 1), start, method=..., rtol=tol, atol=tol): nfev and y[:, -1].
const std::vector<Solved> rk45{
    {"smooth", smooth, {1}, {of_smooth}, 1e-3, 26, {1.0509432891860195}},
    {"smooth", smooth, {1}, {of_smooth}, 1e-5, 44, {1.0493648358826575}},
    {"smooth", smooth, {1}, {of_smooth}, 1e-8, 134, {1.0493619836882242}},
    {"stiff", stiff, {1}, {of_stiff}, 1e-3, 140, {0.14089859319435344}},
    {"stiff", stiff, {1}, {of_stiff}, 1e-5, 290, {0.14111733664578252}},
    {"stiff", stiff, {1}, {of_stiff}, 1e-8, 998, {0.14112000527041624}},
    {"turning", turning, {1, 0}, of_turning, 1e-3, 38, {-0.9907126247615776, 0.13975492429317005}},
    {"turning", turning, {1, 0}, of_turning, 1e-5, 68, {-0.9899851723050257, 0.14109937761244973}},
    {"turning", turning, {1, 0}, of_turning, 1e-8, 176, {-0.9899924817962888, 0.1411200013889939}}};
const std::vector<Solved> rk23{
    {"smooth", smooth, {1}, {of_smooth}, 1e-3, 35, {1.0496531388425325}},
    {"smooth", smooth, {1}, {of_smooth}, 1e-5, 98, {1.0493632454326605}},
    {"stiff",
     stiff,
     {1},
     {of_stiff},
     1e-5,
     281,
     {0.14116348439314994}},  // 3.8 tolerances from the truth; 37 at 1e-7
    {"turning", turning, {1, 0}, of_turning, 1e-5, 122, {-0.9899302576934037, 0.14108016695248454}}};

Tensor row(const std::vector<double>& x) { return at::tensor(x, at::kDouble).unsqueeze(0); }

nlohmann::json within(double tolerance) { return {{"rtol", tolerance}, {"atol", tolerance}}; }

}  // namespace

TEST_CASE("dopri5 and bogacki_shampine take scipy's steps: as many evaluations, the same ends",
          "[integrator]") {
  for (const auto& [id, cases] :
       {std::pair("integrator/dopri5", rk45), std::pair("integrator/bogacki_shampine", rk23)}) {
    for (const Solved& of : cases) {
      INFO(id << ", " << of.name << ", tolerance " << of.tolerance);
      Flow flow(id, within(of.tolerance), of.velocity, row(of.start));
      REQUIRE(flow.faults.empty());
      flow.run();
      CHECK(flow["nfe"].sizes() == at::IntArrayRef({1}));
      CHECK(flow["nfe"][0].item<std::int64_t>() == of.nfe);
      CHECK((flow["end"] - row(of.end)).abs().max().item<double>() < 1e-11);
    }
  }
}

TEST_CASE("tsit5 is within ten tolerances of the truth for no more than 1.5 times dopri5's evaluations",
          "[integrator]") {
  for (const Solved& of : rk45) {
    INFO(of.name << ", tolerance " << of.tolerance);
    Flow flow("integrator/tsit5", within(of.tolerance), of.velocity, row(of.start));
    flow.run();
    CHECK((flow["end"] - row(of.truth)).abs().max().item<double>() < 10 * of.tolerance);
    CHECK(flow["nfe"][0].item<double>() <= 1.5 * double(of.nfe));
  }
}

TEST_CASE("Each row of an adaptive flow takes the steps that it takes alone", "[integrator]") {
  const std::string id =
      GENERATE("integrator/dopri5", "integrator/tsit5", "integrator/dopri8", "integrator/bogacki_shampine");
  const std::vector<double> starts{1, -2, 0.1, 30, 1};
  Flow together(id, {{"save", 4}}, stiff, column(starts));
  together.run();
  CHECK(together["trajectory"].sizes() == at::IntArrayRef({4, 5, 1}));
  std::set<std::int64_t> costs;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    Flow alone(id, {{"save", 4}}, stiff, column({starts[i]}));
    alone.run();
    const auto k = static_cast<std::int64_t>(i);
    CHECK(together["end"][k].equal(alone["end"][0]));
    CHECK(together["trajectory"].select(1, k).equal(alone["trajectory"].select(1, 0)));
    CHECK(together["nfe"][k].equal(alone["nfe"][0]));
    costs.insert(together["nfe"][k].item<std::int64_t>());
  }
  CHECK(costs.size() > 1);
}

TEST_CASE("Dense output keeps the tolerance between steps, and backward returns", "[integrator]") {
  const std::string id =
      GENERATE("integrator/dopri5", "integrator/tsit5", "integrator/dopri8", "integrator/bogacki_shampine");
  const double tolerance = GENERATE(1e-4, 1e-7);
  INFO(id << " at " << tolerance);
  nlohmann::json params = within(tolerance);
  params["save"] = 50;
  Flow there(id, params, smooth, column({1, -2, 0.5}));
  there.run();
  for (std::int64_t k = 0; k < 50; ++k) {
    const double t = there["time"][k].item<double>();
    const Tensor exact = column({1, -2, 0.5}) / (1 - column({1, -2, 0.5}) * std::sin(3 * t) / 3);
    CHECK(((there["trajectory"][k] - exact).abs() / (1 + exact.abs())).max().item<double>() < 10 * tolerance);
  }
  params.erase("save");
  params.update({{"from", 1}, {"until", 0}, {"save_at", {1, 0.5, 0.25}}});
  Flow back(id, params, smooth, there["end"]);
  REQUIRE(back.faults.empty());
  back.run();
  const Tensor began = column({1, -2, 0.5});
  CHECK(((back["end"] - began).abs() / (1 + began.abs())).max().item<double>() < 20 * tolerance);
  CHECK(back["time"].equal(at::tensor({1.0, 0.5, 0.25}, f64)));
  CHECK(back["trajectory"][0].equal(there["end"]));
}

TEST_CASE("The last of the saved times is the end, where from + (until - from) is another number",
          "[integrator]") {
  REQUIRE(1 + (0.1 - 1) != 0.1);
  const std::string id = GENERATE("integrator/dopri5", "integrator/heun");
  nlohmann::json params{{"from", 1}, {"until", 0.1}, {"save", 3}};
  if (id == "integrator/heun") params["steps"] = 4;
  Flow flow(id, params, smooth, column({1, -2, 0.5}));
  REQUIRE(flow.faults.empty());
  flow.run();
  CHECK(flow["time"][2].item<double>() == 0.1);
  CHECK((flow["trajectory"][2] - flow["end"]).abs().max().item<double>() < 1e-12);
}

TEST_CASE("A row that cannot be followed ends as NaN after the time it got to; the others arrive",
          "[integrator]") {
  // x' = x^2: from 2 a pole at t = 1/2.
  Flow flow(
      "integrator/dopri5", {{"max_steps", 200}, {"save_at", {0.25, 0.75}}},
      [](const Tensor& x, const Tensor&) { return x.square(); }, column({-1, 2, 0.5}));
  flow.run();
  CHECK(flow["end"].isfinite().flatten().equal(at::tensor({1, 0, 1}).to(at::kBool)));
  CHECK((flow["end"][2] - 1).abs().item<double>() < 1e-3);
  CHECK(flow["trajectory"].isfinite().squeeze(2).equal(
      at::tensor({1, 1, 1, 1, 0, 1}).to(at::kBool).view({2, 3})));
  REQUIRE(flow.quiet.warnings.size() == 1);
  CHECK_THAT(flow.quiet.warnings[0],
             Catch::StartsWith("1 of 3 points end as NaN or infinity, the first after t = 0.5"));
}

TEST_CASE("Tolerances that float32 cannot tell are refused", "[integrator]") {
  Flow flow("integrator/tsit5", {{"rtol", 1e-9}}, smooth, column({1}).to(at::kFloat));
  REQUIRE(flow.faults.size() == 1);
  CHECK(flow.faults[0].message == "rtol is 1e-09, below what float32 can tell of a number");
}

// tests/plugins/objective/weighted.test.cpp -- weights of times beside losses that have them otherwise.
#include <weir/math/autograd/tape.hpp>

#include "../experiment.hpp"
#include "../integrator/flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// Losses of v = x / 2 on one sample: of the weighted objective, and of flow matching in a space.
struct Compared {
  explicit Compared(const json& params) : weighted(make<weir::Objective>("objective/weighted", params)) {
    bind(*weighted, "objective", *problem.objective);
    faults = plan(*weighted);
  }
  Tensor loss() const { return weighted->loss(field, {}, sample).rows; }
  Tensor in_space(const char* space) const {
    const auto other = make<weir::Objective>("objective/flow_matching", {{"loss", space}});
    bind(*other, "coupling", const_cast<GivenPairs&>(problem.pairs));
    bind(*other, "interpolant", *problem.path.interpolant);
    bind(*other, "time", *problem.time);
    REQUIRE(plan(*other).empty());
    return other->loss(field, {}, sample).rows;
  }
  Problem problem;
  weir::Sample sample = problem.sample(200);
  Given field{[](const Tensor& x, const Tensor&) { return x / 2; }};
  std::unique_ptr<weir::Objective> weighted;
  weir::Faults faults;
};

}  // namespace

TEST_CASE("Where every ratio counts the loss is that of the noise, and where none does, of the data",
          "[objective][weighted]") {
  const Compared all(json{{"weight", "min_snr"}, {"gamma", 1e30}});
  REQUIRE(all.faults.empty());
  CHECK(at::allclose(all.loss(), all.in_space("noise"), 1e-10, 0));
  const Compared none(json{{"weight", "min_snr"}, {"gamma", 1e-12}});
  CHECK(at::allclose(none.loss() / 1e-12, none.in_space("data"), 1e-10, 0));
  // Between them the lesser of the two, row by row: min(SNR, 5) |x1 - x1^|^2.
  const Compared five(json{{"weight", "min_snr"}});
  CHECK(at::allclose(five.loss(), at::minimum(five.in_space("noise"), 5 * five.in_space("data")), 1e-10, 0));
}

TEST_CASE("A table is linear between its times and constant outside, and one of ones changes nothing",
          "[objective][weighted]") {
  const Compared ones(json{{"weight", "table"}, {"times", {0.5}}, {"weights", {1}}});
  REQUIRE(ones.faults.empty());
  CHECK(ones.loss().equal(ones.in_space("velocity")));
  const Compared ramp(json{{"weight", "table"}, {"times", {0.25, 0.5, 0.75}}, {"weights", {0, 1, 3}}});
  const Tensor t = ramp.sample["t"];
  const Tensor w = at::where(t < 0.5, 4 * (t - 0.25), 1 + 8 * (t - 0.5)).clamp(0, 3);
  CHECK(at::allclose(ramp.loss(), w * ramp.in_space("velocity"), 1e-12, 1e-12));
}

TEST_CASE("Tables that are none are refused where they are written", "[objective][weighted]") {
  const auto fault = [](const json& params) {
    const Compared made(params);
    REQUIRE(made.faults.size() == 1);
    return made.faults[0].message;
  };
  CHECK(fault({{"weight", "table"}}) ==
        "a table has a weight for each time; there are 0 times and 0 weights");
  CHECK(fault({{"weight", "table"}, {"times", {0.5, 0.5}}, {"weights", {1, 2}}}) ==
        "the times of a table ascend");
  CHECK(fault({{"weight", "min_snr"}, {"times", {0.5}}}) == "times are of a table");
}

// tests/plugins/integrator/lost.test.cpp -- flows that leave the numbers say where.
#include <cmath>

#include <weir/kinds/flow/integrator.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

// Still, but NaN for points above 2 at times in [from, 1].
class Torn final : public weir::Field {
 public:
  explicit Torn(double from) : from_(from) {}
  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    return at::where((x > 2) & (t.unsqueeze(1) >= from_), std::nan(""), at::zeros_like(x));
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

 private:
  double from_;
};

std::vector<std::string> warnings_of(const std::string& id, double from, const Tensor& start) {
  Torn field(from);
  Values points(start);
  const auto integrator = make<weir::Integrator>(id, {{"steps", 10}, {"chunk", 2}});
  bind(*integrator, "field", field);
  bind(*integrator, "start", points, "value");
  REQUIRE(plan(*integrator).empty());
  QuietRun run;
  integrator->run(run);
  return run.warnings;
}

}  // namespace

TEST_CASE("A flow that ends in NaN says how many points, and after which time", "[integrator]") {
  const Tensor start = at::tensor({1.0, 2.5, 0.0, 1.0, 3.0}, f64).view({5, 1});
  const std::string id = GENERATE("integrator/euler", "integrator/heun", "integrator/rk4");
  // Methods that look at the end of a step do so at t = 0.7 in the one before.
  const bool looks_ahead = id == "integrator/heun" || id == "integrator/rk4";
  const std::vector<std::string> warnings = warnings_of(id, 0.7, start);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0] == std::string("2 of 5 points end as NaN or infinity, the first after t = ") +
                           (looks_ahead ? "0.6" : "0.7") +
                           ": take smaller steps, or see what the field is there");
  CHECK(warnings_of(id, 2, start).empty());
}

TEST_CASE("A flow that starts as NaN says that", "[integrator]") {
  const Tensor start = at::tensor({1.0, std::nan("")}, f64).view({2, 1});
  CHECK(warnings_of("integrator/euler", 2, start) ==
        std::vector<std::string>{"1 of 2 points end as NaN or infinity, and the start holds some already"});
}

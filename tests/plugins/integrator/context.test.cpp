// tests/plugins/integrator/context.test.cpp -- flows of a field that is told something of each row, and guidance.
#include <cmath>

#include <weir/kinds/flow/integrator.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/noise.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

// v = 1 + label, and 0 where the label is left out.
class Told final : public weir::Field {
 public:
  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor&,
                  const weir::Context& context) const override {
    return (context.at("label") + 1).to(x.scalar_type()).unsqueeze(1).expand_as(x);
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }
  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    if (!domain.context.contains("label")) plan.fault("", "no label");
  }
};

struct Flow {
  Flow(const std::string& id, const nlohmann::json& params, const std::vector<std::int64_t>& of)
      : points(at::zeros({5, 1}, f64)),
        labels(at::tensor(of, at::kLong)),
        path(make<weir::Interpolant>("interpolant/linear")),
        noise(make<weir::Noise>("noise/zero")),
        integrator(make<weir::Integrator>(id, params)) {
    bind(*path, "noise", *noise);
    if (integrator->port("interpolant")) bind(*integrator, "interpolant", *path);
    bind(*integrator, "field", field);
    bind(*integrator, "start", points, "value");
    integrator->port("context")->bind("label", labels, labels.output("value"));
    faults = plan(*integrator);
    if (!faults.empty()) return;
    QuietRun run;
    integrator->run(run);
  }
  Tensor operator[](const std::string& output) const { return value_of(*integrator, output); }

  Told field;
  Values points, labels;
  std::unique_ptr<weir::Interpolant> path;
  std::unique_ptr<weir::Noise> noise;
  std::unique_ptr<weir::Integrator> integrator;
  weir::Faults faults;
};

}  // namespace

TEST_CASE("Each row is followed with its own context, in chunks, adaptive and stochastic flows too",
          "[integrator]") {
  const std::string id = GENERATE("integrator/euler", "integrator/dopri5", "integrator/euler_maruyama");
  INFO(id);
  nlohmann::json params{{"chunk", 2}};
  if (id != "integrator/dopri5") params["steps"] = 4;
  if (id == "integrator/euler_maruyama") params["diffusion"] = 0;
  const Flow flow(id, params, {0, 3, 1, -1, 2});
  REQUIRE(flow.faults.empty());
  CHECK((flow["end"].flatten() - at::tensor({1.0, 4.0, 2.0, 0.0, 3.0}, f64)).abs().max().item<double>() <
        1e-12);
}

TEST_CASE("Guidance weighs the context against none, for two evaluations each", "[integrator]") {
  const Flow flow("integrator/euler", {{"steps", 4}, {"guidance", 2.5}}, {0, 3, 1, 0, 2});
  REQUIRE(flow.faults.empty());
  CHECK(
      (flow["end"].flatten() - 2.5 * at::tensor({1.0, 4.0, 2.0, 1.0, 3.0}, f64)).abs().max().item<double>() <
      1e-12);
  CHECK(flow["nfe"].item<std::int64_t>() == 8);
}

TEST_CASE("A guidance of 1 is the context alone, for one evaluation each", "[integrator]") {
  const Flow flow("integrator/euler", {{"steps", 4}, {"guidance", 1}}, {0, 3, 1, 0, 2}),
      plain("integrator/euler", {{"steps", 4}}, {0, 3, 1, 0, 2});
  REQUIRE(flow.faults.empty());
  CHECK(flow["end"].equal(plain["end"]));
  CHECK(flow["nfe"].item<std::int64_t>() == 4);
}

TEST_CASE("A context that has not a row for each point is refused", "[integrator]") {
  const Flow flow("integrator/euler", {{"steps", 4}}, {0, 3, 1});
  REQUIRE(flow.faults.size() == 1);
  CHECK(flow.faults[0].place.file == "context");
  CHECK(flow.faults[0].message == "'label' has [3] for 5 points: it needs one row for each");
}

TEST_CASE("Guidance without context is refused, and so is a missing context by the field", "[integrator]") {
  Told field;
  Values points(at::zeros({5, 1}, f64));
  for (const auto& [params, message] : {std::pair(nlohmann::json{{"steps", 4}, {"guidance", 2}},
                                                  "guidance weighs a context, and there is none"),
                                        std::pair(nlohmann::json{{"steps", 4}}, "no label")}) {
    const auto integrator = make<weir::Integrator>("integrator/euler", params);
    bind(*integrator, "field", field);
    bind(*integrator, "start", points, "value");
    const weir::Faults faults = plan(*integrator);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].message == message);
  }
}

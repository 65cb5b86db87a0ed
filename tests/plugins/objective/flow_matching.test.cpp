// tests/plugins/objective/flow_matching.test.cpp -- paths, targets and losses of drawn samples.
#include <weir/kinds/facets/flow_matching_parts.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Sample;
using weir::Tensor;

TEST_CASE("A sample lies on the path of its own pair at its own time", "[objective]") {
  const Problem problem("noise/constant", {{"sigma", 0.3}});
  const Sample sample = problem.sample(50);
  const Tensor t = sample["t"].unsqueeze(1), &x0 = sample.batch.x0(), &x1 = sample.batch.x1();
  CHECK(x0.equal(Problem::points("x0").index_select(0, sample.batch.id)));
  CHECK(x1.equal(Problem::target().index_select(0, sample.batch.id)));
  CHECK(at::allclose(sample["xt"], (1 - t) * x0 + t * x1 + 0.3 * sample["z"], 1e-12, 1e-12));
  CHECK(at::allclose(sample["ut"], x1 - x0, 1e-12, 1e-12));  // the noise is not in the target
}

TEST_CASE("Pairs, times and noise come from streams of their own", "[objective]") {
  const Problem problem;
  const Sample sample = problem.sample(20);
  const weir::Rng rng(9, "sample", f64);
  weir::Rng pairs = rng.at("pairs"), times = rng.at("time"), noise = rng.at("noise");
  CHECK(sample.batch.id.equal(problem.pairs.draw(20, pairs).id));
  CHECK(sample["t"].equal(problem.time->sample(20, times)));
  CHECK(sample["z"].equal(noise.normal({20, 2})));
  CHECK_FALSE(sample.batch.id.equal(problem.sample(20, 10).batch.id));
}

TEST_CASE("The loss of a row is its squared distance summed over coordinates, times the pair's weight",
          "[objective]") {
  const Problem problem;
  const auto field = make<weir::Field>("field/affine");
  weir::Rng rng(1, "init", f64);
  const weir::Params params = field->init({2}, rng);
  Sample sample = problem.sample(7);
  const Tensor expected = (field->velocity(params, sample["xt"], sample["t"]) - sample["ut"]).square().sum(1);
  CHECK(at::allclose(problem.objective->loss(*field, params, sample).rows, expected, 1e-13, 0));
  sample.batch.weight = at::arange(7, f64);
  CHECK(at::allclose(problem.objective->loss(*field, params, sample).rows, expected * at::arange(7, f64),
                     1e-13, 0));
}

TEST_CASE("A loss of data or noise is that of what the velocity says of x1 or x0", "[objective]") {
  const std::string loss = GENERATE("data", "noise");
  INFO(loss);
  Problem problem;
  const auto objective = make<weir::Objective>("objective/flow_matching", {{"loss", loss}});
  bind(*objective, "coupling", problem.pairs);
  bind(*objective, "interpolant", *problem.path.interpolant);
  bind(*objective, "time", *problem.time);
  CHECK_FALSE(weir::facet<weir::FlowMatchingParts>(*objective));
  CHECK(weir::facet<weir::FlowMatchingParts>(*problem.objective));

  Sample sample = problem.sample(200);
  const Tensor t = sample["t"].unsqueeze(1);
  const Tensor& compared = loss == "data" ? sample.batch.x1() : sample.batch.x0();
  const auto network = make<weir::Field>("field/mlp", {{"width", 8}, {"depth", 2}});
  weir::Rng rng(1, "init", f64);
  const weir::Params params = network->init({2}, rng);
  const Tensor said = network->velocity(params, sample["xt"], sample["t"]);

  // Of a field that gives the velocity: x1 = x + (1 - t) v, x0 = x - t v.
  const Tensor follows = loss == "data" ? sample["xt"] + (1 - t) * said : sample["xt"] - t * said;
  CHECK(at::allclose(objective->loss(*network, params, sample).rows, (compared - follows).square().sum(1),
                     1e-10, 1e-20));

  // Of one that predicts just that, up to its floor: the square of what it is off, without a trace of what it was divided by.
  const auto field = make<weir::Field>("field/prediction", {{"of", loss}, {"floor", 1e-6}});
  bind(*field, "field", *network);
  bind(*field, "interpolant", *problem.path.interpolant);
  REQUIRE(plan(*field).empty());
  sample.draws["t"] = at::linspace(1e-5, 1 - 1e-5, 200, f64);
  const Tensor near = sample["t"].unsqueeze(1);
  sample.draws["xt"] = (1 - near) * sample.batch.x0() + near * sample.batch.x1();
  const Tensor predicted = network->velocity(params, sample["xt"], sample["t"]);
  CHECK(at::allclose(objective->loss(*field, params, sample).rows, (compared - predicted).square().sum(1),
                     1e-9, 1e-20));
}

TEST_CASE("At the ends of time a loss in another space is finite", "[objective]") {
  const std::string noise = GENERATE("noise/zero", "noise/constant", "noise/brownian");
  Problem problem(noise, noise == "noise/zero" ? nlohmann::json::object() : nlohmann::json{{"sigma", 0.3}});
  const auto objective = make<weir::Objective>("objective/flow_matching", {{"loss", "data"}});
  bind(*objective, "coupling", problem.pairs);
  bind(*objective, "interpolant", *problem.path.interpolant);
  bind(*objective, "time", *problem.time);
  const auto field = make<weir::Field>("field/affine");
  weir::Rng rng(1, "init", f64);
  const weir::Params params = field->init({2}, rng);
  Sample sample = problem.sample(2);
  sample.draws["t"] = at::tensor({0.0, 1.0}, f64);
  CHECK(at::isfinite(objective->loss(*field, params, sample).rows).all().item<bool>());
}

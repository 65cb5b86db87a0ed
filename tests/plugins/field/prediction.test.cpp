// tests/plugins/field/prediction.test.cpp -- networks that predict the data, the noise or the score, as velocities.
#include <weir/math/autograd/tape.hpp>

#include "../experiment.hpp"
#include "../integrator/flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

// X0 ~ N(0, 1), X1 ~ N(1.5, 0.4^2), independent, on the linear path: what is expected of each at x, and the velocity.
constexpr double m = 1.5, s = 0.4;
Tensor expected(const std::string& of, const Tensor& x, const Tensor& times) {
  const Tensor t = times.unsqueeze(1);
  const Tensor off = (x - t * m) / ((1 - t).square() + t.square() * s * s);
  if (of == "data") return m + t * s * s * off;
  if (of == "noise") return (1 - t) * off;
  if (of == "score") return -off;
  return m + (t * s * s - (1 - t)) * off;
}

// field/prediction of a network.
struct Predicted {
  Predicted(weir::Field& network, const nlohmann::json& params, const Path& path)
      : field(make<weir::Field>("field/prediction", params)) {
    bind(*field, "field", network);
    bind(*field, "interpolant", *path.interpolant);
    faults = plan(*field);
  }
  std::unique_ptr<weir::Field> field;
  weir::Faults faults;
};

// c_0 + c_1 x, whatever t is.
class Line final : public weir::Field {
 public:
  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor&,
                  const weir::Context&) const override {
    return params["c"][0] + params["c"][1] * x;
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override {
    return weir::Params({{"c", at::zeros({2}, f64)}});
  }
};

}  // namespace

TEST_CASE("A network that gives exact posterior means or scores has the exact velocity, and its flow",
          "[field][prediction]") {
  const std::string of = GENERATE("data", "noise", "score");
  INFO(of);
  Given network([&](const Tensor& x, const Tensor& t) { return expected(of, x, t); });
  const Path path;
  const Predicted made(network, {{"of", of}, {"floor", 1e-6}}, path);
  REQUIRE(made.faults.empty());
  const Tensor t = at::linspace(0.05, 0.95, 31, f64), x = weir::Rng(2, "x", f64).normal({31, 1});
  CHECK(at::allclose(made.field->velocity({}, x, t), expected("velocity", x, t), 1e-12, 1e-12));

  // The flow of these laws takes z to m + s z. Within the floor the velocity is off by its own size: 1e-6 of the way.
  const auto integrator = make<weir::Integrator>("integrator/dopri5", {{"rtol", 1e-8}, {"atol", 1e-8}});
  Values start(row_of({-2, -0.5, 0, 1, 2.5}).view({5, 1}));
  bind(*integrator, "field", *made.field);
  bind(*integrator, "start", start, "value");
  run(*integrator);
  const Tensor end = m + s * row_of({-2, -0.5, 0, 1, 2.5}).view({5, 1});
  CHECK((value_of(*integrator, "end") - end).abs().max().item<double>() < 1e-5);
}

TEST_CASE("Nearer than `floor` to an end at which it divides by zero, the conversion is that at the floor",
          "[field][prediction]") {
  Given network([](const Tensor& x, const Tensor&) { return 3 * x; });
  const Path path;
  const Tensor x = row_of({1, 2}).view({2, 1});
  const auto at_time = [&](const Predicted& made, double t) {
    return made.field->velocity({}, x, at::full({2}, t, f64));
  };
  const Predicted data(network, {{"of", "data"}, {"floor", 0.25}}, path);
  CHECK(at::allclose(at_time(data, 0), 2 * x, 1e-14, 0));    // (3 x - x) / 1
  CHECK(at::allclose(at_time(data, 0.5), 4 * x, 1e-14, 0));  // / 0.5
  CHECK(at::allclose(at_time(data, 0.9), 8 * x, 1e-14, 0));  // / 0.25
  CHECK(at::allclose(at_time(data, 1), 8 * x, 1e-14, 0));
  const Predicted noise(network, {{"of", "noise"}, {"floor", 0.25}}, path);
  CHECK(at::allclose(at_time(noise, 1), -2 * x, 1e-14, 0));
  CHECK(at::allclose(at_time(noise, 0), -8 * x, 1e-14, 0));
  // Where the path has noise at its end, nothing is divided by zero and the floor does nothing: v = -alpha / sigma^2 (x - y) + y.
  const Path noisy("noise/constant", {{"sigma", 0.5}});
  const Predicted whole(network, {{"of", "data"}, {"floor", 0.25}}, noisy);
  CHECK(at::allclose(at_time(whole, 1), 3 * x, 1e-14, 0));
}

TEST_CASE("Parameters, context and tape of a prediction are those of its network", "[field][prediction]") {
  const auto network = make<weir::Field>("field/mlp", {{"width", 8}, {"depth", 2}});
  const Path path;
  const Predicted made(*network, {{"of", "data"}}, path);
  const weir::Domain domain({2}, {{"label", {.shape = {}, .classes = 3}}});
  weir::Rng one(1, "init", f64), same(1, "init", f64);
  const weir::Params params = made.field->init(domain, one), own = network->init(domain, same);
  CHECK(params.shapes() == own.shapes());
  CHECK(made.field->taped() == network->taped());
  const Tensor x = weir::Rng(2, "x", f64).normal({4, 2}), t = row_of({0, 0.3, 0.6, 0.9});
  const weir::Context context{{"label", at::tensor({0, 1, 2, -1}, at::kLong)}};
  const Tensor y = network->velocity(own, x, t, context);
  CHECK(at::allclose(made.field->velocity(params, x, t, context), (y - x) / (1 - t).unsqueeze(1), 1e-12,
                     1e-12));
}

TEST_CASE("A prediction that is fitted by least squares is the posterior mean, whatever space is compared",
          "[field][prediction]") {
  const std::string of = GENERATE("data", "noise"), loss = GENERATE("velocity", "data", "noise");
  INFO(of << ", loss: " << loss);
  Line network;
  Problem problem;
  const auto objective = make<weir::Objective>("objective/flow_matching", {{"loss", loss}});
  bind(*objective, "coupling", problem.pairs);
  bind(*objective, "interpolant", *problem.path.interpolant);
  bind(*objective, "time", *problem.time);
  const Predicted made(network, {{"of", of}}, problem.path);

  const std::int64_t n = 40000;
  weir::Rng rng(6, "pairs", f64);
  weir::Sample sample;
  sample.batch.points = {rng.normal({n, 1}), m + s * rng.normal({n, 1})};
  sample.draws = {{"t", at::full({n}, 0.5, f64)},
                  {"z", at::zeros({n, 1}, f64)},
                  {"xt", (sample.batch.x0() + sample.batch.x1()) / 2},
                  {"ut", sample.batch.x1() - sample.batch.x0()}};

  // The mean loss is a quadratic in c: its minimum is one Newton step away.
  const auto gradient = [&](const Tensor& at_c) {
    const Tensor c = at_c.detach().requires_grad_(true);
    return weir::grad(objective->loss(*made.field, weir::Params({{"c", c}}), sample).rows.mean(), {c})[0];
  };
  const Tensor g = gradient(at::zeros({2}, f64)), eye = at::eye(2, f64);
  const Tensor hessian = at::stack({gradient(eye[0]) - g, gradient(eye[1]) - g}, 1);
  const weir::Params fitted({{"c", -at::linalg_solve(hessian, g)}});

  // At most two standard deviations from the mean a line fitted to n points is off by sqrt(5 / n) of the spread of x1 (0.37) or x0
  // (also 0.37 after the path), 0.0042; five of those, divided by 1/2.
  const Tensor x = row_of({-0.3, 0.2, 0.75, 1.3, 1.8}).view({5, 1}), t = at::full({5}, 0.5, f64);
  CHECK((made.field->velocity(fitted, x, t) - expected("velocity", x, t)).abs().max().item<double>() < 0.05);
}

TEST_CASE("What is a velocity already is not read as a prediction", "[field][prediction]") {
  const auto network = make<weir::Field>("field/mlp", {{"width", 8}, {"depth", 2}});
  const Path path;
  const Predicted inner(*network, {{"of", "data"}}, path);
  weir::Fitted trained(*network, weir::Domain{2});
  for (weir::Field* field : {inner.field.get(), static_cast<weir::Field*>(&trained)}) {
    const Predicted made(*field, {{"of", "noise"}}, path);
    REQUIRE(made.faults.size() == 1);
    CHECK(made.faults[0].place.file == "field");
    CHECK(made.faults[0].message ==
          "what this field gives is a velocity already, and would be read as a prediction of the noise");
    CHECK(made.faults[0].remedy ==
          "give field/prediction an untrained network, train field/prediction itself, and follow what the "
          "trainer gives");
  }
}

TEST_CASE("A prediction of another path than the objective's is a fault where both are known",
          "[field][prediction]") {
  const auto network = make<weir::Field>("field/mlp", {{"width", 8}, {"depth", 2}});
  const Problem plain, noisy("noise/constant", {{"sigma", 0.5}});
  const auto faults_of = [&](const Problem& predicted, const Problem& trained) {
    const Predicted made(*network, {{"of", "data"}}, predicted.path);
    REQUIRE(made.faults.empty());
    weir::Faults faults;
    weir::Plan plan([](const std::string& key) { return weir::Place{.file = key}; }, faults);
    made.field->plan_for(trained.objective->domain(), plan);
    return faults;
  };
  CHECK(faults_of(plain, plain).empty());
  CHECK(faults_of(noisy, noisy).empty());
  CHECK(faults_of(plain, Problem()).empty());  // another node of the same path
  for (const auto& faults : {faults_of(plain, noisy), faults_of(noisy, plain)}) {
    REQUIRE(faults.size() == 1);
    CHECK_THAT(faults[0].message, Catch::Contains("predicts the data of the path '") &&
                                      Catch::Contains("', and the objective is of the path '") &&
                                      Catch::Contains("', on which the same velocity is another prediction"));
    CHECK(faults[0].remedy ==
          "give field/prediction the `interpolant` of the objective, noise and noise_in_target included");
  }
  // Followed or measured as a velocity it is asked on no path.
  const Predicted followed(*network, {{"of", "data"}}, noisy.path);
  weir::Faults faults;
  weir::Plan plan([](const std::string& key) { return weir::Place{.file = key}; }, faults);
  followed.field->plan_for(weir::Domain{2}, plan);
  CHECK(faults.empty());
}

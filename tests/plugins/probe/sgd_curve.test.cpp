// tests/plugins/probe/sgd_curve.test.cpp -- risk and rate of a linear field, against moments written out and the equations.
#include <cmath>
#include <numbers>

#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/kinds/learn/schedule.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/math/sgd/linear_flow.hpp>
#include <weir/math/sgd/rates.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

constexpr std::int64_t dim = 4;
constexpr double lr = 2, b = 16;  // eta = 2, b = 2 in the paper's units

// x0 ~ N(0, I_4), x1 = H R (rho x0 + sqrt(1 - rho^2) x0'), one t.
struct Turned {
  Turned(double angle, double rho, double at, const json& more = json::object(),
         const std::string& noise = "noise/zero", const json& noise_params = json::object())
      : base(make<weir::Source>("source/gaussian", {{"dim", dim}}, f64, 3, "base")),
        pairs(make<weir::Coupling>("coupling/affine", with(angle, rho, more), f64, 5, "pairs")),
        time(make<weir::Time>("time/fixed", {{"at", at}})),
        path(noise, noise_params),
        objective(make<weir::Objective>("objective/flow_matching")),
        field(make<weir::Field>("field/linear")) {
    run(*base);
    bind(*pairs, "source", *base);
    run(*pairs);
    bind(*objective, "coupling", *pairs);
    bind(*objective, "interpolant", *path.interpolant);
    bind(*objective, "time", *time);
  }
  static json with(double angle, double rho, json params) {
    params["angle"] = angle;
    params["correlation"] = rho;
    if (!params.contains("draw")) params["draw"] = "fresh";
    return params;
  }
  weir::Params initial() const { return weir::Params({{"W", at::zeros({dim, dim}, f64)}}); }

  std::unique_ptr<weir::Source> base;
  std::unique_ptr<weir::Coupling> pairs;
  std::unique_ptr<weir::Time> time;
  Path path;
  std::unique_ptr<weir::Objective> objective;
  std::unique_ptr<weir::Field> field;
};

Tensor some_matrix() { return weir::Rng(2, "W", f64).normal({dim, dim}); }

Tensor turn(double angle) {
  Tensor r = at::eye(dim, f64);
  for (std::int64_t i = 0; i < dim; i += 2) {
    r[i][i] = std::cos(angle), r[i][i + 1] = -std::sin(angle);
    r[i + 1][i] = std::sin(angle), r[i + 1][i + 1] = std::cos(angle);
  }
  return r;
}

// What plan_for finds wrong.
std::vector<std::string> faults_of(const weir::Objective& objective, const weir::Field& field,
                                   const weir::Optimiser& optimiser, std::int64_t batch) {
  const auto probe = make<weir::Probe>("probe/sgd_curve");
  const weir::Params params({{"W", at::zeros({dim, dim}, f64)}});
  weir::Faults faults;
  weir::Plan plan([](const std::string&) { return weir::Place{}; }, faults);
  probe->plan_for({objective, params, batch, 10, field, optimiser}, plan);
  std::vector<std::string> messages;
  for (const auto& fault : faults) messages.push_back(fault.message);
  return messages;
}

}  // namespace

TEST_CASE("The risk of a linear field is that of the moments written out", "[probe][sgd]") {
  const double angle = std::numbers::pi / 3, rho = GENERATE(1.0, 0.5, 0.0), t = GENERATE(0.0, 0.3, 0.5);
  const double sigma = GENERATE(0.0, 0.4);
  const Turned turned(angle, rho, t, json::object(), "noise/constant", {{"sigma", sigma}});
  const Tensor w = some_matrix(), r = turn(angle), eye = at::eye(dim, f64);
  // u - W x = (rho R - I - W ((1 - t) I + t rho R)) x0 + sqrt(1 - rho^2) (R - t W R) x0' - sigma W z
  const Tensor own = rho * r - eye - w.mm((1 - t) * eye + t * rho * r);
  const Tensor other = std::sqrt(1 - rho * rho) * (r - t * w.mm(r));
  const double risk =
      number(own.square().sum() + other.square().sum() + sigma * sigma * w.square().sum()) / 2;
  const weir::LinearFlow flow(*turned.objective);
  CHECK(flow.dim() == dim);
  CHECK(flow.risk(w) == Approx(risk).epsilon(1e-10));
  // The same from its spectrum.
  CHECK(weir::SgdOde(flow.problem(w), weir::constant_rate(1)).risk() == Approx(risk).epsilon(1e-10));
  if (rho == 1 && sigma == 0) CHECK(flow.problem(w).noise < 1e-25);
}

TEST_CASE("Where x_t has no part in a direction, W does not count there", "[probe][sgd]") {
  // A half turn: x_t = 0 at t = 1/2.
  const Turned turned(std::numbers::pi, 1, 0.5);
  const weir::LinearFlow flow(*turned.objective);
  CHECK(flow.risk(some_matrix()) == Approx(2 * dim).epsilon(1e-12));  // E ||-2 x0||^2 / 2
  CHECK(flow.problem(some_matrix()).noise == Approx(4 * dim).epsilon(1e-12));
}

TEST_CASE("probe/sgd_curve writes risk and rate of its step, beside the equations at the same time",
          "[probe][sgd]") {
  const double angle = std::numbers::pi / 3;
  const Turned turned(angle, 1, 0);
  const auto optimiser = make<weir::Optimiser>("optimiser/adagrad_norm", {{"lr", lr}, {"b", b}});
  const auto probe = make<weir::Probe>("probe/sgd_curve", {{"every", 3}}, f64, 0, "probe");
  const weir::Params initial = turned.initial();
  weir::Faults faults;
  weir::Plan plan([](const std::string&) { return weir::Place{}; }, faults);
  probe->plan_for({*turned.objective, initial, 1, 12, *turned.field, *optimiser}, plan);
  REQUIRE(faults.empty());
  Rows rows;
  rows.watch(*probe);
  const Tensor w = some_matrix(), losses = at::zeros({1}, f64);
  const weir::Params params({{"W", w}});
  weir::State memory = optimiser->init(initial);
  memory.at("squares").fill_(33);
  const weir::Sample sample;
  const std::vector<Tensor> none;
  for (const std::int64_t step : {3, 9})
    probe->observe({step, sample, losses, params, none, nullptr, memory, 1});
  // K = I, no noise, D_i^2 = 4 |(R - I) v_i|^2 = 4.
  weir::SgdOde ode({{1}, {1}, {4}, 0}, weir::adagrad_norm_rate(lr, b / (2 * dim)));
  const double risk = number((turn(angle) - at::eye(dim, f64) - w).square().sum()) / 2;
  std::size_t row = 0;
  for (const double t : {2.0 / dim, 8.0 / dim}) {
    ode.advance(t);
    const auto of = [&](const std::string& trace) { return number(rows.rows.at("probe." + trace).at(row)); };
    CHECK(of("risk") == Approx(risk).epsilon(1e-10));
    CHECK(of("rate") == Approx(2 * dim * lr / 17).epsilon(1e-12));  // sqrt(16^2 + 33) = 17
    CHECK(of("risk_ode") == Approx(ode.risk()).epsilon(1e-7));
    CHECK(of("rate_ode") == Approx(ode.rate()).epsilon(1e-7));
    CHECK(of("gap") == Approx(std::abs(std::log(risk / ode.risk()))).epsilon(1e-6));
    ++row;
  }
  CHECK_THROWS_WITH(
      probe->observe({12, sample, losses, params, none, nullptr, memory, 0.5}),
      "the theory is of a constant schedule, and the learning rate is 0.5 times lr at step 12; write "
      "schedule: constant and warmup: 0");
  // A resumed training looks at a later step alone, and finds the same bytes.
  const auto resumed = make<weir::Probe>("probe/sgd_curve", {{"every", 3}}, f64, 0, "probe");
  resumed->plan_for({*turned.objective, initial, 1, 12, *turned.field, *optimiser}, plan);
  Rows later;
  later.watch(*resumed);
  resumed->observe({9, sample, losses, params, none, nullptr, memory, 1});
  CHECK(later.rows.at("probe.risk_ode").at(0).equal(rows.rows.at("probe.risk_ode").at(1)));
}

TEST_CASE("probe/sgd_curve says what it is not of", "[probe][sgd]") {
  const Turned right(1, 1, 0.3);
  const auto rule = make<weir::Optimiser>("optimiser/adagrad_norm"),
             adam = make<weir::Optimiser>("optimiser/adam");
  const auto momentum = make<weir::Optimiser>("optimiser/sgd", {{"momentum", 0.5}});
  using Texts = std::vector<std::string>;
  CHECK(faults_of(*right.objective, *right.field, *rule, 1) == Texts{});
  CHECK(faults_of(*right.objective, *right.field, *make<weir::Optimiser>("optimiser/sgd"), 1) == Texts{});
  CHECK(faults_of(*right.objective, *right.field, *rule, 2) ==
        Texts{"the theory is of one pair a step, and the batch has 2"});
  CHECK(faults_of(*right.objective, *make<weir::Field>("field/affine"), *rule, 1) ==
        Texts{"the risk in closed form is that of v = W x, and the model is another field"});
  for (const weir::Optimiser* other : {adam.get(), momentum.get()})
    CHECK(faults_of(*right.objective, *right.field, *other, 1) ==
          Texts{"the theory is of steps along the gradient whose rate depends on the sum of the squared "
                "gradients alone, "
                "and those of 'node' are others"});
  const auto uniform = make<weir::Time>("time/uniform");
  bind(*right.objective, "time", *uniform);
  CHECK(faults_of(*right.objective, *right.field, *rule, 1) ==
        Texts{"the risk of a linear field is that of one time, and here t is drawn"});
  const Turned shifted(1, 1, 0.3, {{"shift", {1}}});
  CHECK(faults_of(*shifted.objective, *right.field, *rule, 1) ==
        Texts{"the risk is of pairs with mean 0, and those of 'pairs' have another"});
  const Turned fixed(1, 1, 0.3, {{"draw", {{"fixed", 8}}}});
  CHECK(faults_of(*fixed.objective, *right.field, *rule, 1) ==
        Texts{"the risk is of the law of the pairs, and 'pairs' has 8 fixed ones"});
}

TEST_CASE("A training is the same whether probe/sgd_curve looks on or not", "[probe][sgd]") {
  const Turned turned(1, 0.5, 0.3);
  const auto parameters = [&](weir::Probe* probe) {
    const auto optimiser = make<weir::Optimiser>("optimiser/adagrad_norm", {{"lr", lr}, {"b", b}});
    const auto schedule = make<weir::Schedule>("schedule/constant");
    const auto trainer =
        make<weir::Trainer>("trainer/gradient", {{"steps", 6}, {"batch", 1}}, f64, 3, "train");
    bind(*trainer, "objective", *turned.objective);
    bind(*trainer, "model", *turned.field);
    bind(*trainer, "optimiser", *optimiser);
    bind(*trainer, "schedule", *schedule);
    if (probe) trainer->port("probes")->bind("line", *probe, nullptr);
    run(*trainer);
    weir::Rng unused(0, "", f64);
    return dynamic_cast<const weir::Output<weir::Field>*>(trainer->output("field"))
        ->get()
        ->init({dim}, unused)["W"];
  };
  const auto probe = make<weir::Probe>("probe/sgd_curve", json::object(), f64, 0, "line");
  Rows rows;
  rows.watch(*probe);
  CHECK(parameters(probe.get()).equal(parameters(nullptr)));
  CHECK(rows.rows.at("line.risk").size() == 6);
  // At the first step the run is where the equations are.
  CHECK(number(rows.rows.at("line.gap").at(0)) < 1e-12);
  CHECK(number(rows.rows.at("line.rate").at(0)) == Approx(2 * dim * lr / b));
  CHECK(number(rows.rows.at("line.rate_ode").at(0)) == Approx(2 * dim * lr / b));
}

// tests/plugins/probe/probes.test.cpp -- what probes write, against one backward pass per sample.
#include <cmath>

#include <weir/kinds/learn/fitted_model.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/math/variance/gradient_variance.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

constexpr std::int64_t rows = 24;

// One observed step of an MLP, and the per-sample gradients by brute force.
struct Observed {
  Observed(const std::string& id, const json& params, const Problem& problem = Problem())
      : probe(make<weir::Probe>(id, params, f64, 0, "probe")) {
    const auto field = make<weir::Field>("field/mlp", {{"width", 8}, {"depth", 2}});
    weir::Rng rng(2, "init", f64);
    const weir::Params theta = field->init({2}, rng);
    sample = problem.sample(rows);
    weir::Faults faults;
    weir::Plan plan([](const std::string&) { return weir::Place{}; }, faults);
    const auto optimiser = make<weir::Optimiser>("optimiser/sgd");
    probe->plan_for({*problem.objective, theta, rows, 10, *field, *optimiser}, plan);
    REQUIRE(faults.empty());
    sink.watch(*probe);
    const weir::Params live = theta.requiring_grad();
    losses = problem.objective->loss(*field, live, sample).rows;
    const weir::PerSampleGradients looped = weir::gradients_by_loop(losses, live);
    std::vector<Tensor> parts;
    for (const auto& [name, layer] : looped.layers) parts.push_back(layer->dense());
    g = at::cat(parts, 1);
    by_layer = parts;
    const weir::Gradients mean = weir::gradients(losses, live, nullptr);
    losses = losses.detach();
    probe->observe({4, sample, losses, theta, mean.mean, &looped, weir::State(), 1});
  }
  const Tensor& row(const std::string& trace) const { return sink.rows.at("probe." + trace).at(0); }

  std::unique_ptr<weir::Probe> probe;
  weir::Sample sample;
  Rows sink;
  Tensor losses, g;
  std::vector<Tensor> by_layer;
};

Tensor in_bin(const Tensor& t, int k, int bins) { return ((t * bins).floor() == k).nonzero().flatten(); }

}  // namespace

TEST_CASE("probe/gradient_variance writes the unbiased variance in all, by layer, by bin and by pair",
          "[probe]") {
  const Observed seen("probe/gradient_variance", {{"bins", 3}});
  CHECK(seen.sink.steps.at("probe.total") == std::vector<std::int64_t>{4});
  CHECK(number(seen.row("total")) == Approx(number(seen.g.var(0, true).sum())).epsilon(1e-9));
  CHECK(number(seen.row("square")) == Approx(number(seen.g.square().sum(1).mean())).epsilon(1e-9));
  CHECK(number(seen.row("layer").sum()) == Approx(number(seen.row("total"))).epsilon(1e-9));
  for (std::size_t l = 0; l < seen.by_layer.size(); ++l) {
    CHECK(number(seen.row("layer")[static_cast<std::int64_t>(l)]) ==
          Approx(number(seen.by_layer[l].var(0, true).sum())).epsilon(1e-9));
  }
  for (int k = 0; k < 3; ++k) {
    const Tensor of = in_bin(seen.sample["t"], k, 3);
    CHECK(number(seen.row("bin_n")[k]) == double(of.size(0)));
    CHECK(number(seen.row("bin")[k]) ==
          Approx(number(seen.g.index_select(0, of).var(0, true).sum())).epsilon(1e-9));
  }
  CHECK(at::allclose(seen.row("pair"), seen.g.square().sum(1)));
  CHECK(seen.row("pair_id").equal(seen.sample.batch.id.to(at::kDouble)));
}

TEST_CASE("Where an objective has networks of its own the variance is told by whose parameters it is",
          "[probe]") {
  const Problem problem;
  const auto field = make<weir::Field>("field/mlp", {{"width", 8}, {"depth", 2}});
  const auto network = make<weir::Network>("network/mlp", {{"width", 6}, {"depth", 1}});
  const auto objective = make<weir::Objective>("objective/variational", {{"latent", 3}});
  bind(*objective, "objective", *problem.objective);
  bind(*objective, "encoder", *network);
  const weir::Params theta =
      weir::initial_params(*objective, field.get(), weir::Rng(2, "init", f64)).requiring_grad();
  weir::Rng rng(9, "sample", f64);
  const weir::Sample sample = objective->sample(rows, rng);
  const Tensor losses = objective->loss(*field, theta, sample).rows;
  const weir::PerSampleGradients looped = weir::gradients_by_loop(losses, theta);

  const auto probe = make<weir::Probe>("probe/gradient_variance", json::object(), f64, 0, "probe");
  weir::Faults faults;
  weir::Plan plan([](const std::string&) { return weir::Place{}; }, faults);
  const auto optimiser = make<weir::Optimiser>("optimiser/sgd");
  probe->plan_for({*objective, theta, rows, 10, *field, *optimiser}, plan);
  REQUIRE(faults.empty());
  Rows sink;
  sink.watch(*probe);
  probe->observe({1, sample, losses.detach(), theta, {}, &looped, weir::State(), 1});
  double of_field = 0, own = 0;
  for (const auto& [name, layer] : looped.layers) {
    const double variance = number(layer->dense().var(0, true).sum());
    (name.starts_with("encoder.") ? own : of_field) += variance;
  }
  CHECK(own > 0);
  CHECK(number(sink.rows.at("probe.part/field").at(0)) == Approx(of_field).epsilon(1e-9));
  CHECK(number(sink.rows.at("probe.part/own").at(0)) == Approx(own).epsilon(1e-9));
  CHECK(number(sink.rows.at("probe.total").at(0)) == Approx(of_field + own).epsilon(1e-9));
  CHECK_FALSE(Observed("probe/gradient_variance", {{"bins", 3}}).sink.rows.contains("probe.part/own"));
}

TEST_CASE("The standard error of the variance is the jackknife's, at multiples of se_every", "[probe]") {
  const Observed seen("probe/gradient_variance", {{"se_every", 2}});
  const Tensor centred = (seen.g - seen.g.mean(0)).square().sum(1);
  const double n = double(rows);
  CHECK(number(seen.row("total_se")) == Approx(number(centred.std()) * std::sqrt(n) / (n - 2)).epsilon(1e-9));
  CHECK(number(seen.row("total_n")) == Approx(weir::trace_cov_error(centred).n).epsilon(1e-9));
  const Observed between("probe/gradient_variance", {{"se_every", 3}});
  CHECK_FALSE(between.sink.rows.contains("probe.total_se"));
  CHECK_FALSE(between.sink.rows.contains("probe.total_n"));
}

TEST_CASE("Where the target has no second moment the probes say so, and give no error", "[probe]") {
  const std::string why =
      "the square of gamma' in the target is not integrable at t = 0; the square of gamma' in the target is "
      "not "
      "integrable at t = 1";
  const double eps = GENERATE(0.0, 0.01);
  const Problem problem("noise/brownian", {{"sigma", 0.5}}, "time/uniform", {{"eps", eps}}, true);
  for (const auto& [id, trace] :
       {std::pair("probe/gradient_variance", "total"), std::pair("probe/gradient_variance", "square"),
        std::pair("probe/gradient_variance", "bin"), std::pair("probe/gradient_variance", "layer"),
        std::pair("probe/loss", "total")}) {
    const bool variance = std::string(id) == "probe/gradient_variance";
    const Observed seen(id, variance ? json{{"se_every", 2}} : json::object(), problem);
    const auto& attributes = seen.probe->output(trace)->datasets().at(0).attributes;
    const auto reason = attributes.find(trace + std::string("_reason"));
    if (eps > 0) {
      CHECK(reason == attributes.end());
      CHECK(number(seen.row("total_se")) > 0);
    } else {
      REQUIRE(reason != attributes.end());
      CHECK(reason->second == why);
      CHECK(std::isnan(number(seen.row("total_se"))));
    }
  }
}

TEST_CASE("Rows of one minibatch-OT plan give a mean loss without an error", "[probe]") {
  GivenSource source(at::zeros({2}, f64), at::eye(2, f64)), target(Problem::target());
  const auto pairs = make<weir::Coupling>("coupling/ot", {{"draw", "fresh"}});
  bind(*pairs, "source", source);
  bind(*pairs, "target", target);
  run(*pairs);
  Problem problem;
  bind(*problem.objective, "coupling", *pairs);
  const Observed seen("probe/loss", json::object(), problem);
  CHECK(std::isfinite(number(seen.row("total"))));
  CHECK(std::isnan(number(seen.row("total_se"))));
  CHECK(number(seen.row("total_n")) == 1);
}

TEST_CASE("probe/loss writes the mean loss in all and by bin", "[probe]") {
  const Observed seen("probe/loss", {{"bins", 3}});
  CHECK(number(seen.row("total")) == Approx(number(seen.losses.mean())));
  CHECK(number(seen.row("total_se")) == Approx(number(seen.losses.std()) / std::sqrt(double(rows))));
  CHECK(number(seen.row("total_n")) == rows);
  for (int k = 0; k < 3; ++k) {
    const Tensor of = in_bin(seen.sample["t"], k, 3);
    CHECK(number(seen.row("bin")[k]) == Approx(number(seen.losses.index_select(0, of).mean())));
    CHECK(number(seen.row("bin_n")[k]) == double(of.size(0)));
  }
}

TEST_CASE("A variance of one row is refused", "[probe]") {
  const Problem problem;
  const auto probe = make<weir::Probe>("probe/gradient_variance");
  const weir::Params none({{"net.0.weight", at::zeros({1}, f64)}});
  weir::Faults faults;
  weir::Plan plan([](const std::string&) { return weir::Place{}; }, faults);
  probe->plan_for({*problem.objective, none, 1, 10, *make<weir::Field>("field/affine"),
                   *make<weir::Optimiser>("optimiser/sgd")},
                  plan);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "a variance needs two rows; the batch has 1");
}

namespace {

// probe/gradient_norm in a training of eight steps, told of gradients (3 k, 4 k) at step k.
struct Lengths {
  explicit Lengths(const json& params = json::object())
      : probe(make<weir::Probe>("probe/gradient_norm", params, f64, 0, "probe")) {
    weir::Faults faults;
    weir::Plan plan([](const std::string&) { return weir::Place{}; }, faults);
    probe->plan_for({*problem.objective, params_, rows, 8, *field, *optimiser}, plan);
    sink.watch(*probe);
  }
  void step(std::int64_t k) const {
    const std::vector<Tensor> grads{at::full({1}, 3.0 * double(k), f64),
                                    at::full({1, 1}, 4.0 * double(k), f64)};
    if (probe->observes(k)) probe->observe({k, sample, losses, params_, grads, nullptr, weir::State(), 1});
  }
  const std::vector<Tensor>& operator[](const std::string& trace) { return sink.rows["probe." + trace]; }

  Problem problem;
  std::unique_ptr<weir::Field> field = make<weir::Field>("field/affine");
  std::unique_ptr<weir::Optimiser> optimiser = make<weir::Optimiser>("optimiser/sgd");
  weir::Params params_{{{"a", at::zeros({1}, f64)}, {"b", at::zeros({1, 1}, f64)}}};
  weir::Sample sample = problem.sample(rows);
  Tensor losses = at::zeros({rows}, f64);
  std::unique_ptr<weir::Probe> probe;
  Rows sink;
};

}  // namespace

TEST_CASE(
    "probe/gradient_norm writes the length of each gradient, and its variation beyond half of the steps",
    "[probe]") {
  Lengths lengths;
  for (int k = 1; k <= 8; ++k) lengths.step(k);
  REQUIRE(lengths["norm"].size() == 8);
  for (int k = 1; k <= 8; ++k) CHECK(number(lengths["norm"][std::size_t(k - 1)]) == Approx(5 * k));
  CHECK(lengths.sink.steps["probe.mean"] == std::vector<std::int64_t>{5, 6, 7, 8});
  CHECK(lengths.sink.steps["probe.cv"] == std::vector<std::int64_t>{6, 7, 8});
  CHECK(number(lengths["mean"].back()) == Approx(32.5));  // of 25, 30, 35 and 40
  CHECK(number(lengths["cv"].front()) == Approx(std::sqrt(12.5) / 27.5));
  CHECK(number(lengths["cv"].back()) == Approx(std::sqrt(125.0 / 3) / 32.5));
}

TEST_CASE("What probe/gradient_norm has seen of the second half it gives to the one that goes on",
          "[probe]") {
  Lengths whole, first, rest;
  for (int k = 1; k <= 8; ++k) {
    whole.step(k);
    if (k <= 6) first.step(k);
  }
  rest.probe->load(first.probe->save());
  for (int k = 7; k <= 8; ++k) rest.step(k);
  CHECK(rest["cv"].back().equal(whole["cv"].back()));
  CHECK(rest["mean"].back().equal(whole["mean"].back()));
}

// tests/plugins/objective/discrete_flow_matching.test.cpp -- losses of tokens by hand, and their minimum beside counts of all pairs.
#include <cmath>

#include <weir/kinds/learn/objective.hpp>
#include <weir/math/autograd/tape.hpp>

#include "../tokens.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// Logits that are parameters, one row for each of the nine words that x may be.
class Table final : public weir::Field {
 public:
  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor&,
                  const weir::Context&) const override {
    const Tensor tokens = weir::tokens_of(x, "x");
    return params["y"].index_select(0, tokens.select(1, 0) * 3 + tokens.select(1, 1));
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override {
    return weir::Params({{"y", at::zeros({9, 2, 3}, f64)}});
  }
};

struct Task {
  explicit Task(const std::string& loss, const std::string& law = "uniform", double at = 0.4)
      : words(law),
        pairs(make<weir::Coupling>("coupling/independent", {{"draw", "fresh"}})),
        time(make<weir::Time>("time/fixed", {{"at", at}})),
        field(make<weir::Field>("field/prediction", {{"of", "categories"}})),
        objective(make<weir::Objective>("objective/discrete_flow_matching", {{"loss", loss}})) {
    bind(*pairs, "source", *words.source);
    bind(*pairs, "target", *words.target);
    REQUIRE(plan(*pairs).empty());
    bind(*field, "field", table);
    bind(*field, "interpolant", *words.path.interpolant);
    REQUIRE(plan(*field).empty());
    bind(*objective, "coupling", *pairs);
    bind(*objective, "interpolant", *words.path.interpolant);
    bind(*objective, "time", *time);
    REQUIRE(plan(*objective).empty());
  }
  weir::Sample sample(std::int64_t n, std::uint64_t seed = 3) const {
    weir::Rng rng(seed, "sample", f64);
    return objective->sample(n, rng);
  }
  Words words;
  std::unique_ptr<weir::Coupling> pairs;
  std::unique_ptr<weir::Time> time;
  Table table;
  std::unique_ptr<weir::Field> field;
  std::unique_ptr<weir::Objective> objective;
};

}  // namespace

TEST_CASE("Of one pair the losses are those that a pencil gives", "[objective][discrete_flow_matching]") {
  // x1 = (0, 1), x_t = (2, 1): the first token is not there yet, the second is. p = (1/2, 1/4, 1/4) and (1/8, 5/8, 1/4).
  const Tensor p = row_of({0.5, 0.25, 0.25, 0.125, 0.625, 0.25}).view({1, 2, 3});
  Tensor y = at::zeros({9, 2, 3}, f64);
  y[7] = p[0].log();
  weir::Sample sample;
  const auto word = [](std::vector<std::int64_t> tokens) {
    return weir::one_hot(at::tensor(tokens).view({1, 2}), 3, f64);
  };
  sample.batch.points = {word({2, 2}), word({0, 1})};
  sample.draws = {{"t", row_of({0.4})}, {"xt", word({2, 1})}};
  const auto loss = [&](const char* name) {
    const Task task(name);
    return number(task.objective->loss(*task.field, weir::Params({{"y", y}}), sample).rows);
  };
  CHECK(loss("cross_entropy") == Approx(std::log(2) + std::log(1.6)));
  CHECK(loss("generalised_kl") == Approx((-0.25 + std::log(2) + 1 - 0.625) / 0.6));
}

TEST_CASE("Tokens of x_t are those of x1 with probability t, and counts of all pairs are the exact posterior",
          "[objective][discrete_flow_matching]") {
  const std::string law = GENERATE("uniform", "mask");
  const std::uint64_t seed = GENERATE(1, 2, 3);
  const Task task("cross_entropy", law);
  constexpr std::int64_t n = 40000;
  const weir::Sample sample = task.sample(n, seed);
  const Tensor tokens = weir::tokens_of(sample["xt"], "xt"),
               at = tokens.select(1, 0) * 3 + tokens.select(1, 1);
  const Tensor counts = at::bincount(at, {}, 9).to(at::kDouble), p = Words::on_the_path(law, 0.4);
  CHECK(((counts / n - p).abs() <= 4.5 * (p * (1 - p) / n).sqrt()).all().item<bool>());
  // p_{1|t} = x + (1 - t) v
  const Tensor x = Words::points();
  const Tensor posterior = x + 0.6 * task.words.field->velocity({}, x, at::full({9}, 0.4, f64));
  const Tensor data = at::zeros({9, 2, 3}, f64).index_add(0, at, sample.batch.x1());
  const Tensor seen = counts.view({9, 1, 1}), share = data / seen.clamp_min(1);
  const Tensor error = (posterior * (1 - posterior) / seen.clamp_min(1)).clamp_min(0).sqrt();
  CHECK((((share - posterior).abs() <= 4.5 * error + 1e-9) | (seen == 0)).all().item<bool>());
  CHECK(at::allclose(sample["ut"], (sample.batch.x1() - sample["xt"]) / 0.6));
}

TEST_CASE(
    "Both losses are least at the exact posterior: their mean gradient there is within its error of zero",
    "[objective][discrete_flow_matching]") {
  const std::string loss = GENERATE("cross_entropy", "generalised_kl");
  const std::uint64_t seed = GENERATE(1, 2, 3);
  INFO(loss << " " << seed);
  const Task task(loss);
  const Tensor x = Words::points();
  const Tensor posterior = x + 0.6 * task.words.field->velocity({}, x, at::full({9}, 0.4, f64));
  const auto slope = [&](const Tensor& logits, std::int64_t n) {
    const Tensor y = logits.clone().requires_grad_(true);
    const weir::Sample sample = task.sample(n, seed);
    return weir::grad(task.objective->loss(*task.field, weir::Params({{"y", y}}), sample).rows.mean(),
                      {y})[0];
  };
  const Tensor exact = posterior.clamp_min(1e-12).log();
  constexpr std::int64_t n = 20000;
  // A gradient of one row by a logit is at most 1 (0.6 of it times 1 / 0.6): standard errors of at most 1 / sqrt(n).
  const double at_exact = number(slope(exact, n).abs().max());
  CHECK(at_exact < 5 / std::sqrt(double(n)));
  CHECK(number(slope(at::zeros({9, 2, 3}, f64), n).abs().max()) > 3 * at_exact);
}

TEST_CASE("Points that are no tokens, and a path whose parts do not add up, are refused",
          "[objective][discrete_flow_matching]") {
  Task task("cross_entropy");
  const Path noisy("noise/constant", {{"sigma", 0.5}});
  bind(*task.objective, "interpolant", *noisy.interpolant);
  const weir::Faults faults = plan(*task.objective);
  REQUIRE(faults.size() == 1);
  CHECK_THAT(faults[0].message, Catch::Contains("do not add up to 1, or it has noise"));
  CHECK(faults[0].remedy == "use interpolant/linear without noise");
  GivenPairs lines(at::ones({4, 2}, f64), at::zeros({4, 2}, f64));
  run(lines);
  bind(*task.objective, "interpolant", *task.words.path.interpolant);
  bind(*task.objective, "coupling", lines);
  REQUIRE(plan(*task.objective).empty());
  CHECK_THROWS_WITH(task.sample(3), Catch::Contains("are not tokens"));
}

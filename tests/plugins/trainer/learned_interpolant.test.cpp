// tests/plugins/trainer/learned_interpolant.test.cpp -- linear networks: steps by hand; what a path is, and where training leads it.
#include <weir/kinds/learn/network.hpp>

#include "../field/given.hpp"
#include "training.hpp"

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

const json linear{{"depth", 0}}, small{{"width", 8}, {"depth", 2}, {"activation", "tanh"}};

// A normal law on a line at each of the times 0, 0.4 and 1.
struct Game {
  explicit Game(const json& params, const json& network = linear, const std::string& step_rule = "sgd",
                const json& rule = {{"lr", 0.1}}, const std::string& reference_id = "linear",
                const json& of_reference = json::object(), const std::string& rates = "constant")
      : first(at::zeros({1}, f64), at::eye(1, f64)),
        middle(row_of({2}), at::eye(1, f64) / 4),
        last(row_of({1}), at::eye(1, f64)),
        chain(make<weir::Coupling>("coupling/chain", {{"draw", "fresh"}, {"times", {0, 0.4, 1}}}, f64, 3,
                                   "chain")),
        noise(make<weir::Noise>("noise/zero")),
        reference(make<weir::Interpolant>("interpolant/" + reference_id, of_reference)),
        correction(make<weir::Network>("network/mlp", network)),
        critic(make<weir::Network>("network/mlp", network)),
        optimiser(make<weir::Optimiser>("optimiser/" + step_rule, rule)),
        schedule(make<weir::Schedule>("schedule/" + rates)),
        trainer(make<weir::Trainer>("trainer/learned_interpolant", params, f64, 3, "train")) {
    for (auto [name, source] :
         {std::pair("first", &first), std::pair("middle", &middle), std::pair("last", &last)})
      chain->port("sources")->bind(name, *source, nullptr);
    run(*chain);
    bind(*reference, "noise", *noise);
    bind(*trainer, "coupling", *chain);
    bind(*trainer, "correction", *correction);
    bind(*trainer, "critic", *critic);
    bind(*trainer, "reference", *reference);
    bind(*trainer, "optimiser", *optimiser);
    bind(*trainer, "critic_optimiser", *optimiser);
    bind(*trainer, "schedule", *schedule);
    rows.watch(*trainer);
  }
  const weir::Interpolant& path(const std::string& output) const {
    return *dynamic_cast<const weir::Output<weir::Interpolant>*>(trainer->output(output))->get();
  }
  const Tensor& value(const std::string& name) const { return rows.values.at("train." + name); }
  double row(const std::string& trace, int k) const {
    return number(rows.rows.at("train." + trace).at(static_cast<std::size_t>(k - 1)));
  }

  GivenSource first, middle, last;
  std::unique_ptr<weir::Coupling> chain;
  std::unique_ptr<weir::Noise> noise;
  std::unique_ptr<weir::Interpolant> reference;
  std::unique_ptr<weir::Network> correction, critic;
  std::unique_ptr<weir::Optimiser> optimiser;
  std::unique_ptr<weir::Schedule> schedule;
  std::unique_ptr<weir::Trainer> trainer;
  Rows rows;
};

weir::Batch pairs_of(const Tensor& x0, const Tensor& x1) {
  weir::Batch pairs;
  pairs.points = {x0, x1};
  return pairs;
}

weir::Interpolant::Point asked(const weir::Interpolant& path, const weir::Batch& pairs, const Tensor& t) {
  return path.at(pairs, t, at::zeros_like(pairs.x0()));
}

}  // namespace

TEST_CASE("Steps of a linear correction and a linear critic are the ones written in the header",
          "[trainer][learned_interpolant]") {
  const double gamma = 0.7, weight = 0.3, lr = 0.1;
  Game game({{"steps", 4},
             {"batch", 16},
             {"critic_steps", 2},
             {"gamma", gamma},
             {"weight", weight},
             {"ema_decay", 0.5}},
            linear, "sgd", {{"lr", lr}}, "linear", json::object(), "linear");
  weir::Rng of_f = game.trainer->rng().at("init"), of_d = game.trainer->rng().at("init critic");
  const auto start = game.correction->init({{{"x0", {{1}}}, {"x1", {{1}}}, {"t", {}}}, {1}}, of_f).clone();
  const auto judge = game.critic->init({{{"x", {{1}}}, {"t", {}}}, {1}}, of_d).clone();
  run(*game.trainer);
  // f = a . (t, x0, x1) + b;  D = w x + what is the same at y and G.
  Tensor a = start["net.0.weight"][0].clone(), b = start["net.0.bias"].clone(), average = b.clone();
  double w = judge["net.0.weight"][0][1].item<double>();
  const double s = 0.4, lift = s * (1 - s);
  for (int k = 1; k <= 4; ++k) {
    const double rate = lr * (1 - k / 4.0);  // schedule/linear
    const weir::Rng rng = weir::Rng(3, "train", f64).at("step", k);
    struct Drawn {
      Tensor in, line, y;
    };
    const auto drawn = [&](const weir::Rng& of) {
      weir::Rng ends = of.at("ends"), points = of.at("points");
      const weir::Batch pairs = game.chain->draw(16, ends), others = game.chain->draw(16, points);
      return Drawn{at::cat({at::full({16, 1}, s, f64), pairs.x0(), pairs.x1()}, 1),
                   ((1 - s) * pairs.x0() + s * pairs.x1()).flatten(), others.points[1].flatten()};
    };
    for (int j = 1; j <= 2; ++j) {
      const auto [in, line, y] = drawn(rng.at("critic", j));
      const Tensor made = line + lift * (in.mv(a) + b), u = w * (made - y);
      if (j == 2) {
        CHECK(game.row("critic_loss", k) == Approx(number(at::softplus(u).mean())).epsilon(1e-12));
        CHECK(game.row("penalty", k) == Approx(2 * w * w).epsilon(1e-12));
      }
      w -= rate * (number((at::sigmoid(u) * (made - y)).mean()) + 2 * gamma * w);
    }
    const auto [in, line, y] = drawn(rng.at("path"));
    const Tensor bend = lift * (in.mv(a) + b), u = w * (y - line - bend);
    CHECK(game.row("loss", k) == Approx(number(at::softplus(u).mean())).epsilon(1e-12));
    CHECK(game.row("regulariser", k) == Approx(number(bend.square().mean())).epsilon(1e-12));
    const Tensor pull = lift * (-w * at::sigmoid(u) + 2 * weight * bend);  // of each row's f
    a = a - rate * (pull.unsqueeze(1) * in).mean(0);
    b = b - rate * pull.mean();
    average = 0.5 * average + 0.5 * b;
  }
  CHECK(at::allclose(game.value("params/net.0.weight")[0], a, 1e-12, 1e-13));
  CHECK(at::allclose(game.value("params/net.0.bias"), b, 1e-12, 1e-13));
  CHECK(at::allclose(game.value("ema_params/net.0.bias"), average, 1e-12, 1e-13));
}

TEST_CASE("A reference through all points of a chain is asked at times of its own",
          "[trainer][learned_interpolant]") {
  Game game({{"steps", 1}, {"batch", 16}}, linear, "sgd", {{"lr", 1e-300}}, "spline", {{"degree", 1}});
  run(*game.trainer);
  const Tensor a = game.value("params/net.0.weight")[0], b = game.value("params/net.0.bias");
  const weir::Rng rng = weir::Rng(3, "train", f64).at("step", 1).at("path");
  weir::Rng ends = rng.at("ends"), times = rng.at("reference");
  const weir::Batch chain = game.chain->draw(16, ends);
  const Tensor r = times.uniform({16});
  const Tensor x0 = chain.x0().flatten(), y = chain.points[1].flatten(), x1 = chain.x1().flatten();
  const Tensor broken =
      at::where(r < 0.4, x0 + r / 0.4 * (y - x0), y + (r - 0.4) / 0.6 * (x1 - y));  // line by line
  const Tensor made = (1 - r) * x0 + r * x1 + r * (1 - r) * (at::stack({r, x0, x1}, 1).mv(a) + b);
  CHECK(game.row("regulariser", 1) == Approx(number((made - broken).square().mean())).epsilon(1e-12));
}

TEST_CASE("Before the critic comes, a path is fitted to the points of its own chains",
          "[trainer][learned_interpolant]") {
  Game game(json{{"steps", 1}, {"pretrain", 3}, {"batch", 16}, {"weight", 0}});
  weir::Rng of_f = game.trainer->rng().at("init");
  const auto start = game.correction->init({{{"x0", {{1}}}, {"x1", {{1}}}, {"t", {}}}, {1}}, of_f).clone();
  run(*game.trainer);
  const Tensor a = start["net.0.weight"][0], b = start["net.0.bias"];
  weir::Rng ends = weir::Rng(3, "train", f64).at("step", 1).at("path").at("ends");
  const weir::Batch chain = game.chain->draw(16, ends);
  const Tensor in = at::cat({at::full({16, 1}, 0.4, f64), chain.x0(), chain.x1()}, 1);
  const Tensor made = (0.6 * chain.x0() + 0.4 * chain.x1()).flatten() + 0.24 * (in.mv(a) + b);
  CHECK(game.row("loss", 1) ==
        Approx(number((made - chain.points[1].flatten()).square().mean())).epsilon(1e-12));
  CHECK(game.rows.rows.at("train.loss").size() == 4);
  CHECK(game.rows.steps.at("train.critic_loss") == std::vector<std::int64_t>{4});
}

TEST_CASE("A learned path starts and ends at its points, with the velocity of its places",
          "[trainer][learned_interpolant]") {
  Game game({{"steps", 3}, {"batch", 8}}, small, "adam", {{"lr", 0.05}});
  run(*game.trainer);
  for (const char* output : {"interpolant", "ema"}) {
    const weir::Interpolant& path = game.path(output);
    weir::Rng rng(8, "pairs", f64);
    const weir::Batch pairs = pairs_of(rng.normal({9, 1}), rng.normal({9, 1}));
    CHECK(path.takes(2));
    CHECK_FALSE(path.takes(3));
    CHECK(asked(path, pairs, at::zeros({9}, f64)).xt.equal(pairs.x0()));
    CHECK(asked(path, pairs, at::ones({9}, f64)).xt.equal(pairs.x1()));
    const Tensor t = at::linspace(0.05, 0.95, 9, f64);
    const double h = 1e-5;
    const Tensor slope = (asked(path, pairs, t + h).xt - asked(path, pairs, t - h).xt) / (2 * h);
    const auto [xt, ut] = asked(path, pairs, t);
    CHECK(at::allclose(ut, slope, 1e-7, 1e-9));  // h^2 and round-off over h
    CHECK_FALSE(ut.requires_grad());
    CHECK_FALSE(xt.requires_grad());
  }
}

TEST_CASE("A learned path ends at the optimal map between normal laws, at the cost of moving them",
          "[trainer][learned_interpolant][slow]") {
  // The line at 0.4 has the law N(0.4, 0.6^2 + 0.4^2), what is to be passed N(2, 0.5^2): the map is 2 + (0.5 / s) (l - 0.4).
  Game game({{"steps", 3000}, {"batch", 256}, {"weight", 0.02}, {"ema_decay", 0.99}},
            {{"width", 32}, {"depth", 2}}, "adam", {{"lr", 2e-3}, {"beta1", 0.0}, {"beta2", 0.9}});
  run(*game.trainer);
  weir::Rng rng(8, "pairs", f64);
  const weir::Batch pairs = pairs_of(rng.normal({2000, 1}), 1 + rng.normal({2000, 1}));
  const Tensor line = 0.6 * pairs.x0() + 0.4 * pairs.x1();
  const double spread = std::sqrt(0.52);
  const Tensor map = 2 + 0.5 / spread * (line - 0.4),
               made = asked(game.path("ema"), pairs, at::full({2000}, 0.4, f64)).xt;
  CHECK(number(made.mean()) == Approx(2).margin(0.1));
  CHECK(number(made.std()) == Approx(0.5).margin(0.1));
  CHECK(number((made - map).square().mean().sqrt()) < 0.2);
  const double cost = 1.6 * 1.6 + (spread - 0.5) * (spread - 0.5);
  CHECK(number((made - line).square().mean()) == Approx(cost).epsilon(0.15));
}

TEST_CASE("A learned path takes points of another dtype than that of its training",
          "[trainer][learned_interpolant]") {
  Game game({{"steps", 3}, {"batch", 8}}, small, "adam", {{"lr", 0.05}});
  run(*game.trainer);
  weir::Rng rng(8, "pairs", f64);
  const weir::Batch pairs = pairs_of(rng.normal({9, 1}), rng.normal({9, 1})),
                    rounded = pairs_of(pairs.x0().to(at::kFloat), pairs.x1().to(at::kFloat));
  const Tensor t = at::linspace(0, 1, 9, f64);
  const auto exact = asked(game.path("ema"), pairs, t),
             found = asked(game.path("ema"), rounded, t.to(at::kFloat));
  CHECK(found.xt.scalar_type() == at::kFloat);
  CHECK(at::allclose(found.xt.to(at::kDouble), exact.xt, 0, 1e-5));
  CHECK(at::allclose(found.ut.to(at::kDouble), exact.ut, 0, 1e-4));
}

TEST_CASE("A chain with classes is warned of", "[trainer][learned_interpolant]") {
  Game game(json{{"steps", 1}, {"batch", 4}});
  weir::conformance::QuietRun quiet;
  REQUIRE(plan(*game.trainer).empty());
  game.trainer->run(quiet);
  CHECK(quiet.warnings.empty());

  Game classed(json{{"steps", 1}, {"batch", 4}});
  weir::conformance::ItemSet first(at::arange(6, f64).view({6, 1})), middle(at::arange(6, f64).view({6, 1})),
      last(at::arange(6, f64).view({6, 1}), at::arange(6, at::kLong), 6);
  const auto chain = make<weir::Coupling>("coupling/chain", {{"draw", "fresh"}}, f64, 3, "chain");
  for (auto [name, source] :
       {std::pair("first", &first), std::pair("middle", &middle), std::pair("last", &last)})
    chain->port("sources")->bind(name, *source, nullptr);
  run(*chain);
  bind(*classed.trainer, "coupling", *chain);
  REQUIRE(plan(*classed.trainer).empty());
  classed.trainer->run(quiet);
  CHECK(quiet.warnings ==
        std::vector<std::string>{
            "the points of 'chain' have classes, of which neither the path nor the critic is "
            "told: all classes are imitated together"});
}

TEST_CASE("A learned path whose training is stopped goes on to the same bytes, and comes back from a record",
          "[trainer][learned_interpolant]") {
  const json params{{"steps", 4}, {"pretrain", 2}, {"batch", 8}, {"critic_steps", 2}};
  const auto game = [&] { return std::make_unique<Game>(params, small, "adam", json{{"lr", 0.01}}); };
  const auto whole = game();
  run(*whole->trainer);
  const weir::State end = whole->trainer->save();
  CHECK(end.contains("path/step"));
  CHECK(end.at("critic/step").item<std::int64_t>() == 8);
  for (const std::int64_t after : {1, 4}) {
    const auto first = game(), second = game();
    go_on(*first, *second, after);
    for (const auto& [key, value] : end) CHECK(second->trainer->save().at(key).equal(value));
    for (const auto& [trace, rows] : {std::pair("train.loss", 6u), std::pair("train.penalty", 4u)})
      CHECK(first->rows.rows[trace].size() + second->rows.rows[trace].size() == rows);
  }
  const auto again = game();
  REQUIRE(plan(*again->trainer).empty());
  const weir::Batch pairs = pairs_of(at::ones({2, 1}, f64), at::zeros({2, 1}, f64));
  const Tensor half = at::full({2}, 0.5, f64);
  CHECK_THROWS_WITH(asked(again->path("ema"), pairs, half), Catch::Contains("before its training has run"));
  weir::State recorded;
  for (const auto& [name, value] : whole->rows.values) recorded[name.substr(6)] = value;  // without "train."
  CHECK_FALSE(again->trainer->restore({}));
  CHECK(again->trainer->restore(recorded));
  for (const char* output : {"interpolant", "ema"})
    CHECK(asked(again->path(output), pairs, half).ut.equal(asked(whole->path(output), pairs, half).ut));
}

TEST_CASE("The training of a path says what does not fit", "[trainer][learned_interpolant]") {
  Game game(json{{"steps", 2}});
  GivenPairs pairs(at::zeros({4, 1}, f64), at::ones({4, 1}, f64));
  bind(*game.trainer, "coupling", pairs);
  const weir::Faults faults = plan(*game.trainer);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "a path is learned from points between the ends, and 'pairs' gives 2 points of each pair");
  CHECK(faults[0].place.file == "coupling");
  Game wild({{"steps", 500}, {"batch", 8}}, small, "sgd", {{"lr", 1e200}});
  CHECK_THROWS_WITH(run(*wild.trainer), Catch::Contains("the loss of the ") &&
                                            Catch::Contains("lower the rates of both optimisers"));
}

// tests/plugins/trainer/adversarial.test.cpp -- a linear critic and an affine generator: steps by hand, and the mean that they end at.
#include <weir/kinds/flow/source.hpp>

#include "../field/given.hpp"
#include "training.hpp"

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Params;
using weir::Tensor;

const json affine = json::object(), mlp{{"width", 8}, {"depth", 2}};

// N(0, I) to N((3, -1), I) in the plane.
struct Game {
  explicit Game(const json& params, const std::string& step_rule = "optimiser/sgd",
                const json& rule = {{"lr", 0.1}}, const std::string& field = "field/affine",
                const json& of_field = affine)
      : source(at::zeros({2}, f64), at::eye(2, f64)),
        target(row_of({3, -1}), at::eye(2, f64)),
        model(make<weir::Field>(field, of_field)),
        critic(make<weir::Field>(field, of_field)),
        optimiser(make<weir::Optimiser>(step_rule, rule)),
        trainer(make<weir::Trainer>("trainer/adversarial", params, f64, 3, "train")) {
    bind(*trainer, "source", source);
    bind(*trainer, "target", target);
    bind(*trainer, "model", *model);
    bind(*trainer, "critic", *critic);
    bind(*trainer, "optimiser", *optimiser);
    bind(*trainer, "critic_optimiser", *optimiser);
    rows.watch(*trainer);
  }
  Params params(const std::string& output) const {
    weir::Rng unused(0, "", f64);
    return dynamic_cast<const weir::Output<weir::Field>*>(trainer->output(output))->get()->init({2}, unused);
  }

  GivenSource source, target;
  std::unique_ptr<weir::Field> model, critic;
  std::unique_ptr<weir::Optimiser> optimiser;
  std::unique_ptr<weir::Trainer> trainer;
  Rows rows;
};

}  // namespace

TEST_CASE("Steps of an affine generator and a linear critic are the ones written in the header",
          "[trainer][adversarial]") {
  const double gamma = 0.7, lr = 0.1;
  Game game(json{{"steps", 4}, {"batch", 16}, {"critic_steps", 2}, {"gamma", gamma}, {"ema_decay", 0.5}});
  run(*game.trainer);
  // D(x) = w x + a constant, w the column sums of the critic's Theta, all of whose rows move alike; G(z) = z + theta + Theta z.
  Tensor w = at::zeros({2}, f64), theta = at::zeros({2}, f64), Theta = at::zeros({2, 2}, f64),
         ema = at::zeros({2}, f64);
  for (int k = 1; k <= 4; ++k) {
    const weir::Rng rng = weir::Rng(3, "train", f64).at("step", k);
    const auto drawn = [&](const weir::Rng& of) {
      weir::Rng real = of.at("target"), latent = of.at("source");
      return std::pair(game.target.sample(16, real), game.source.sample(16, latent));
    };
    for (int j = 1; j <= 2; ++j) {
      const auto [x, z] = drawn(rng.at("critic", j));
      const Tensor apart = x - (z + theta + z.mm(Theta.t())), u = -apart.mv(w);
      if (j == 2) {
        CHECK(number(game.rows.rows.at("train.critic_loss")[static_cast<std::size_t>(k - 1)]) ==
              Approx(number(at::softplus(u).mean())).epsilon(1e-12));
        CHECK(number(game.rows.rows.at("train.penalty")[static_cast<std::size_t>(k - 1)]) ==
              Approx(2 * number(w.square().sum())).epsilon(1e-12).margin(1e-300));
      }
      // Each of the two rows of Theta has this gradient, and w is their sum.
      const Tensor gradient = -(at::sigmoid(u).unsqueeze(1) * apart).mean(0) + 2 * gamma * w;
      w = w - 2 * lr * gradient;
    }
    const auto [x, z] = drawn(rng.at("generator"));
    const Tensor pull = at::sigmoid((x - (z + theta + z.mm(Theta.t()))).mv(w));  // f'(D(x) - D(G(z)))
    theta = theta + lr * pull.mean() * w;
    Theta = Theta + lr * at::outer(w, (pull.unsqueeze(1) * z).mean(0));
    ema = 0.5 * ema + 0.5 * theta;
  }
  CHECK(at::allclose(game.params("field")["theta"], theta, 1e-12, 1e-13));
  CHECK(at::allclose(game.params("field")["Theta"], Theta, 1e-12, 1e-13));
  CHECK(at::allclose(game.params("ema")["theta"], ema, 1e-12, 1e-13));
}

TEST_CASE("A generator whose critic is linear ends at the target's mean", "[trainer][adversarial]") {
  // About the end the critic's slope w and what the mean lacks, d, go as w' = d - 4 gamma w, d' = -w / 2: damped for gamma > 0.
  Game game({{"steps", 1500}, {"batch", 256}, {"gamma", 0.5}, {"ema_decay", 0.99}}, "optimiser/sgd",
            {{"lr", 0.05}});
  run(*game.trainer);
  CHECK(at::allclose(game.params("ema")["theta"], row_of({3, -1}), 0,
                     0.15));  // a batch's mean has a spread of 0.06
}

TEST_CASE("An adversarial training that is stopped goes on to the same bytes, both networks of it",
          "[trainer][adversarial]") {
  const json params{{"steps", 6}, {"batch", 8}, {"critic_steps", 2}};
  const auto game = [&] {
    return std::make_unique<Game>(params, "optimiser/adam", json{{"lr", 0.01}}, "field/mlp", mlp);
  };
  const auto whole = game();
  run(*whole->trainer);
  const weir::State end = whole->trainer->save();
  CHECK(end.contains("generator/step"));
  CHECK(end.contains("critic/memory/m/net.0.weight"));
  CHECK(end.at("critic/step").item<std::int64_t>() == 12);
  for (std::int64_t after = 1; after < 6; ++after) {
    const auto first = game(), second = game();
    go_on(*first, *second, after);
    for (const auto& [key, value] : end) CHECK(second->trainer->save().at(key).equal(value));
    for (const char* trace : {"train.loss", "train.critic_loss", "train.penalty"})
      CHECK(first->rows.rows.at(trace).size() + second->rows.rows.at(trace).size() == 6);
    CHECK(same(second->params("field"), whole->params("field")));
  }
}

TEST_CASE("An adversarial training says what does not fit", "[trainer][adversarial]") {
  Game game(json{{"steps", 2}});
  GivenSource line(at::zeros({1}, f64), at::eye(1, f64));
  bind(*game.trainer, "source", line);
  const weir::Faults faults = plan(*game.trainer);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "z has shape [1] and x [2]; they must be the same");
  CHECK(faults[0].place.file == "source");
  Game wild({{"steps", 500}, {"batch", 8}}, "optimiser/sgd", {{"lr", 1e200}}, "field/mlp", mlp);
  CHECK_THROWS_WITH(run(*wild.trainer), Catch::Contains("the loss of the ") &&
                                            Catch::Contains("lower the rates of both optimisers"));
}

TEST_CASE("An adversarial training says that it tells nobody the classes of its target",
          "[trainer][adversarial]") {
  Game game(json{{"steps", 1}, {"batch", 8}});
  QuietRun quiet;
  REQUIRE(plan(*game.trainer).empty());
  game.trainer->run(quiet);
  CHECK(quiet.warnings.empty());
  Game told(json{{"steps", 1}, {"batch", 8}});
  ItemSet classes(at::zeros({4, 2}, f64), at::arange(4, at::kLong).remainder(2), 2);
  bind(*told.trainer, "target", classes);
  REQUIRE(plan(*told.trainer).empty());
  told.trainer->run(quiet);
  CHECK(quiet.warnings ==
        std::vector<std::string>{
            "the points of 'set' have classes, of which neither the generator nor the critic is "
            "told: all classes are imitated together"});
}

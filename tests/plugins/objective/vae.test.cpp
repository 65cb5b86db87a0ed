// tests/plugins/objective/vae.test.cpp -- the bound of linear networks beside the density that it bounds, and its terms in a record.
#include <cmath>
#include <numbers>

#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/schedule.hpp>
#include <weir/kinds/learn/trainer.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Params;
using weir::Sample;
using weir::Tensor;

constexpr double pi = std::numbers::pi;

// Points on a line, or in the plane, and linear networks to a code and back.
struct Linear {
  explicit Linear(const json& params, const Tensor& points = row_of({-2, -0.5, 0.3, 1, 4}).unsqueeze(1))
      : set(points, at::zeros({points.size(0)}, at::kLong), 1),
        network(make<weir::Network>("network/mlp", {{"depth", 0}})),
        objective(make<weir::Objective>("objective/vae", params, f64, 0, "task")) {
    bind(*objective, "data", set);
    bind(*objective, "encoder", *network);
    bind(*objective, "decoder", *network);
  }
  weir::Loss loss(const Params& params, const Sample& sample) const {
    return objective->loss(weir::no_field(), params, sample);
  }

  ItemSet set;
  std::unique_ptr<weir::Network> network;
  std::unique_ptr<weir::Objective> objective;
};

// (m, s) = a x + b and y = w z + v, weights as rows.
Params maps(const Tensor& a, const Tensor& b, const Tensor& w, const Tensor& v) {
  return Params({{"encoder.net.0.weight", a},
                 {"encoder.net.0.bias", b},
                 {"decoder.net.0.weight", w},
                 {"decoder.net.0.bias", v}});
}

Tensor column(const std::vector<double>& numbers) { return row_of(numbers).unsqueeze(1); }

// The same points twice, with eps = 1 and eps = -1: the mean over the two is that over eps ~ N(0, 1) of any square of a linear function.
Sample both_signs(const Tensor& x) {
  const Tensor one = at::ones({x.size(0), 1}, f64);
  Sample sample;
  sample.batch.points = {at::cat({x, x})};
  sample.draws = {{"eps", at::cat({one, -one})}};
  return sample;
}
Tensor mean_of_both(const Tensor& rows) { return rows.view({2, -1}).mean(0); }

const Tensor& term(const weir::Loss& loss, std::size_t i, const std::string& name) {
  REQUIRE(loss.terms.at(i).first == name);
  return loss.terms[i].second;
}

}  // namespace

TEST_CASE("At the posterior's own mean and variance the bound is -log p(x)", "[objective][vae]") {
  // z ~ N(0, 1), x = w z + v + sigma e: x ~ N(v, w^2 + sigma^2), and z given x has this mean and variance.
  const double w = 1.5, v = -0.3, sigma = 0.7, c = w * w + sigma * sigma;
  const Linear of(json{{"latent", 1}, {"sigma", sigma}});
  const Params posterior =
      maps(column({w / c, 0}), row_of({-w * v / c, std::log(sigma * sigma / c)}), column({w}), row_of({v}));
  const Tensor x = of.set.items(at::arange(5, at::kLong));
  const weir::Loss loss = of.loss(posterior, both_signs(x));
  const Tensor minus_log_p = ((x.squeeze(1) - v).square() / c + std::log(2 * pi * c)) / 2;
  CHECK(at::allclose(mean_of_both(loss.rows), minus_log_p, 1e-12, 1e-12));

  // Anywhere else it lies above: by the KL divergence from there to the posterior.
  const double shift = 0.4, wide = 1.2;  // of the mean; of the variance, as a factor
  const Params elsewhere =
      maps(column({w / c, 0}), row_of({-w * v / c + shift, std::log(wide * sigma * sigma / c)}), column({w}),
           row_of({v}));
  const double above = (shift * shift * c / (sigma * sigma) + wide - 1 - std::log(wide)) / 2;
  CHECK(
      at::allclose(mean_of_both(of.loss(elsewhere, both_signs(x)).rows), minus_log_p + above, 1e-12, 1e-12));
}

TEST_CASE("The terms are what the loss is made of, and kl is the divergence by quadrature",
          "[objective][vae]") {
  const Linear of(json{{"latent", 2}, {"beta", 0.25}});
  CHECK(of.objective->terms() == std::vector<std::string>{"rec", "kl"});
  const double m[] = {0.8, -1.1}, s[] = {-0.5, 0.7};
  const Params p = maps(at::zeros({4, 1}, f64), row_of({m[0], m[1], s[0], s[1]}),
                        row_of({0.5, -2}).view({1, 2}), row_of({0.1}));
  Sample sample;
  sample.batch.points = {column({1, -3})};
  sample.draws = {{"eps", row_of({0.3, -0.6, 1.2, 0.1}).view({2, 2})}};
  const weir::Loss loss = of.loss(p, sample);
  CHECK(at::allclose(loss.rows, term(loss, 0, "rec") + 0.25 * term(loss, 1, "kl"), 1e-14, 0));

  // Sums over a grid of functions that vanish with all their derivatives at its ends are exact to round-off.
  const Tensor z = at::linspace(-20, 20, 4001, f64);
  double divergence = 0;
  for (const int k : {0, 1}) {
    const Tensor log_q = -((z - m[k]).square() / std::exp(s[k]) + std::log(2 * pi) + s[k]) / 2;
    const Tensor log_p = -(z.square() + std::log(2 * pi)) / 2;
    divergence += number((log_q.exp() * (log_q - log_p)).sum()) * 0.01;
  }
  for (const int i : {0, 1}) {
    CHECK(number(term(loss, 1, "kl")[i]) == Approx(divergence).epsilon(1e-9));
    const double z0 = m[0] + std::exp(s[0] / 2) * number(sample["eps"][i][0]),
                 z1 = m[1] + std::exp(s[1] / 2) * number(sample["eps"][i][1]);
    const double off = number(sample.batch.x0()[i][0]) - (0.5 * z0 - 2 * z1 + 0.1);
    CHECK(number(term(loss, 0, "rec")[i]) == Approx((off * off + std::log(2 * pi)) / 2).epsilon(1e-12));
  }
}

TEST_CASE("A bernoulli likelihood is of numbers from 0 to 1, and of a bit its probability",
          "[objective][vae]") {
  const Tensor bits = row_of({1, 0, 0, 1, 1, 1}).view({3, 2});
  Linear of(json{{"latent", 1}, {"likelihood", "bernoulli"}}, bits);
  REQUIRE(plan(*of.objective).empty());
  const Params p =
      maps(at::zeros({2, 2}, f64), at::zeros({2}, f64), at::zeros({2, 1}, f64), row_of({0.4, -800}));
  Sample sample;
  sample.batch.points = {bits};
  sample.draws = {{"eps", at::zeros({3, 1}, f64)}};
  const Tensor rec = term(of.loss(p, sample), 0, "rec");
  const double on = 1 / (1 + std::exp(-0.4));
  CHECK(number(rec[0]) == Approx(-std::log(on)).epsilon(1e-12));           // (1, 0): the second bit is sure
  CHECK(number(rec[1]) == Approx(800 - std::log(1 - on)).epsilon(1e-12));  // (0, 1)
  CHECK(number(rec[2]) == Approx(800 - std::log(on)).epsilon(1e-12));      // (1, 1)

  weir::Rng rng(3, "sample", f64), other(3, "sample", f64);
  CHECK(of.objective->sample(4, rng).batch.context.empty());
  Linear wide(json{{"latent", 1}, {"likelihood", "bernoulli"}}, at::full({3, 2}, -1.5, f64));
  CHECK_THROWS_WITH(wide.objective->sample(4, other),
                    "likelihood: bernoulli is of numbers from 0 to 1, and 'set' has -1.5; draw x from that "
                    "range, or write likelihood: gaussian");
}

TEST_CASE("Points and eps are drawn from streams of their own, and a trainer is given one network",
          "[objective][vae]") {
  const Linear of(json{{"latent", 3}}), coded(json{{"latent", 3}, {"gives", "encoder"}});
  CHECK_FALSE(of.objective->takes_field());
  CHECK(of.objective->taped());
  weir::Rng rng(3, "sample", f64);
  const weir::Rng same(3, "sample", f64);
  weir::Rng rows = same.at("rows"), noise = same.at("eps");
  const Sample sample = of.objective->sample(6, rng);
  CHECK(sample.batch.id.equal(rows.integers(5, {6})));
  CHECK(sample["eps"].equal(noise.normal({6, 3})));
  CHECK(of.objective->network()->prefix == "decoder.");
  CHECK(of.objective->network()->signature.output == weir::Shape{1});
  CHECK(coded.objective->network()->prefix == "encoder.");
  CHECK(coded.objective->network()->signature.output == weir::Shape{6});
}

TEST_CASE("A training records the mean of each term at every step, and ends at the entropy of its points",
          "[objective][vae][trainer]") {
  // The least bound is the points' entropy, and w^2 + sigma^2 = variance attains it.
  const double spread = 1.3, entropy = std::log(2 * pi * std::numbers::e * spread * spread) / 2;
  const auto law = make<weir::Source>("source/gaussian", {{"dim", 1}, {"mean", {2}}, {"scale", spread}});
  run(*law);
  const auto network = make<weir::Network>("network/mlp", {{"depth", 0}});
  const auto objective =
      make<weir::Objective>("objective/vae", {{"latent", 1}, {"sigma", 0.5}}, f64, 0, "task");
  bind(*objective, "data", *law);
  bind(*objective, "encoder", *network);
  bind(*objective, "decoder", *network);
  run(*objective);
  const auto optimiser = make<weir::Optimiser>("optimiser/adam", {{"lr", 0.02}});
  const auto schedule = make<weir::Schedule>("schedule/cosine");
  const auto trainer =
      make<weir::Trainer>("trainer/gradient", {{"steps", 1000}, {"batch", 128}}, f64, 3, "train");
  bind(*trainer, "objective", *objective);
  bind(*trainer, "optimiser", *optimiser);
  bind(*trainer, "schedule", *schedule);
  Rows rows;
  rows.watch(*trainer);
  run(*trainer);

  const Tensor loss = at::stack(rows.rows.at("train.loss")), rec = at::stack(rows.rows.at("train.terms/rec")),
               kl = at::stack(rows.rows.at("train.terms/kl"));
  REQUIRE(loss.size(0) == 1000);
  CHECK(rows.steps.at("train.terms/kl") == rows.steps.at("train.loss"));
  CHECK(at::allclose(rec + kl, loss, 1e-12, 1e-12));
  weir::Rng init = weir::Rng(3, "train", f64).at("init").at("objective"),
            draw = weir::Rng(3, "train", f64).at("step", 1);
  const Params before = objective->init(init);
  const weir::Loss first = objective->loss(weir::no_field(), before, objective->sample(128, draw));
  CHECK(number(kl[0]) == Approx(number(term(first, 1, "kl").mean())).epsilon(1e-12));

  std::vector<Tensor> values;
  for (const auto& [name, value] : before.tensors()) values.push_back(rows.values.at("train.params/" + name));
  weir::Rng fresh(8, "judge", f64);
  const Tensor found =
      objective->loss(weir::no_field(), before.with(values), objective->sample(40000, fresh)).rows;
  // Rows of a spread of about 1 have a mean of 40000 within 0.005; the rest is for what is left to learn.
  CHECK(number(found.mean()) == Approx(entropy).margin(0.05));
}

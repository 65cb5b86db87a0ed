// tests/plugins/objective/variational.test.cpp -- the bound beside the density that it bounds, and the least loss of a code of x1.
#include <cmath>
#include <numbers>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Params;
using weir::Sample;
using weir::Tensor;

constexpr double pi = std::numbers::pi;

// v = a x + w z.
class OfCode final : public weir::Field {
 public:
  Tensor velocity(const Params& params, const Tensor& x, const Tensor&,
                  const weir::Context& context) const override {
    return params["a"] * x + params["w"] * context.at("z");
  }
  Params init(const weir::Domain&, weir::Rng&) const override { return {}; }
};

// E[x1 - x0 | x_t, z] where x0, x1 ~ N(0, 1) are independent and z = a x1 + sqrt(1 - a^2) e.
class OfTarget final : public weir::Field {
 public:
  explicit OfTarget(double a) : a_(a) {}
  Tensor velocity(const Params&, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    const Tensor left = 1 - t.unsqueeze(1), gone = t.unsqueeze(1);
    const double s = 1 - a_ * a_;
    return (left * (a_ * context.at("z") - x) / s + gone * x) / (left.square() / s + gone.square());
  }
  Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

 private:
  double a_;
};

// Independent normal pairs on the line, and an encoder that is linear.
struct Line {
  explicit Line(const json& params = json::object())
      : law(make<weir::Source>("source/gaussian", {{"dim", 1}})),
        pairs(make<weir::Coupling>("coupling/independent", {{"draw", "fresh"}}, f64, 0, "pairs")),
        time(make<weir::Time>("time/uniform")),
        task(make<weir::Objective>("objective/flow_matching", json::object(), f64, 0, "task")),
        network(make<weir::Network>("network/mlp", {{"depth", 0}})),
        objective(make<weir::Objective>("objective/variational", params, f64, 0, "coded")) {
    run(*law);
    bind(*pairs, "source", *law);
    bind(*pairs, "target", *law);
    bind(*task, "coupling", *pairs);
    bind(*task, "interpolant", *path.interpolant);
    bind(*task, "time", *time);
    bind(*objective, "objective", *task);
    bind(*objective, "encoder", *network);
    REQUIRE(plan(*objective).empty());
  }
  Sample sample(std::int64_t n) const {
    weir::Rng rng(3, "sample", f64);
    return objective->sample(n, rng);
  }

  Path path{"noise/zero", json::object(), false};
  std::unique_ptr<weir::Source> law;
  std::unique_ptr<weir::Coupling> pairs;
  std::unique_ptr<weir::Time> time;
  std::unique_ptr<weir::Objective> task;
  std::unique_ptr<weir::Network> network;
  std::unique_ptr<weir::Objective> objective;
};

const Tensor& term(const weir::Loss& loss, std::size_t i, const std::string& name) {
  REQUIRE(loss.terms.at(i).first == name);
  return loss.terms[i].second;
}

Params encoder(const Tensor& weight, const Tensor& bias) {
  return Params({{"encoder.net.0.weight", weight}, {"encoder.net.0.bias", bias}});
}

}  // namespace

TEST_CASE("At the posterior's own mean and variance the loss is beta times -log p(u | x), but for a constant",
          "[objective][variational]") {
  // u = a x + w z + N(0, beta / 2), so that u ~ N(a x, w^2 + beta / 2), and z given u and x is normal.
  const double a = -0.4, w = 0.9, beta = 0.3, spread = beta / 2, c = w * w + spread, k = w / c;
  const Line line(json{{"beta", beta}});
  // Each row twice, with eps = 1 and eps = -1: the mean over the two is that over eps ~ N(0, 1) of any square of a linear function.
  weir::Rng rng(5, "rows", f64);
  const Tensor x0 = rng.normal({7, 1}).repeat({2, 1}), x1 = rng.normal({7, 1}).repeat({2, 1});
  const Tensor t = at::full({14}, 0.3, f64), one = at::ones({7, 1}, f64);
  Sample sample;
  sample.batch.points = {x0, x1};
  sample.batch.context["z"] = at::cat({one, -one});
  sample.draws = {{"t", t}, {"z", at::zeros_like(x0)}, {"xt", 0.7 * x0 + 0.3 * x1}, {"ut", x1 - x0}};

  const auto loss_at = [&](double shift, double wide) {  // inputs in the order of their names: t, x0, x1, xt
    const Tensor weight = at::cat({row_of({0, -k, k, -k * a}).unsqueeze(0), at::zeros({1, 4}, f64)});
    const Params params = Params({{"a", row_of({a})}, {"w", row_of({w})}})
                              .joined(encoder(weight, row_of({shift, std::log(wide * spread / c)})));
    return line.objective->loss(OfCode(), params, sample).rows.view({2, -1}).mean(0);
  };
  const Tensor off = (sample["ut"] - a * sample["xt"]).narrow(0, 0, 7).squeeze(1);
  const Tensor minus_log_p = (off.square() / c + std::log(2 * pi * c)) / 2;
  const double constant = beta / 2 * std::log(pi * beta);
  CHECK(at::allclose(loss_at(0, 1), beta * minus_log_p - constant, 1e-12, 1e-12));

  // Anywhere else it lies above: by the KL divergence from there to the posterior.
  const double shift = 0.4, wide = 1.2;
  const double above = beta * (shift * shift * c / spread + wide - 1 - std::log(wide)) / 2;
  CHECK(at::allclose(loss_at(shift, wide), beta * minus_log_p - constant + above, 1e-12, 1e-12));
}

TEST_CASE(
    "The terms of a variational flow are what its loss is made of, and kl is the divergence by quadrature",
    "[objective][variational]") {
  const Line line(json{{"beta", 0.25}, {"latent", 2}, {"inputs", "ends"}});
  const double m[] = {0.8, -1.1}, s[] = {-0.5, 0.7};
  const Params params = Params({{"a", row_of({0.2})}, {"w", row_of({0.5, -2})}})
                            .joined(encoder(at::zeros({4, 2}, f64), row_of({m[0], m[1], s[0], s[1]})));
  class Summed final : public weir::Field {
   public:
    Tensor velocity(const Params& params, const Tensor& x, const Tensor&,
                    const weir::Context& context) const override {
      return params["a"] * x + context.at("z").mv(params["w"]).unsqueeze(1);
    }
    Params init(const weir::Domain&, weir::Rng&) const override { return {}; }
  };
  const Sample sample = line.sample(9);
  const weir::Loss loss = line.objective->loss(Summed(), params, sample);
  CHECK(line.objective->terms() == std::vector<std::string>{"rec", "kl"});
  CHECK(at::allclose(loss.rows, term(loss, 0, "rec") + 0.25 * term(loss, 1, "kl"), 1e-14, 0));

  // Sums over a grid of functions that vanish with all their derivatives at its ends are exact to round-off.
  const Tensor grid = at::linspace(-20, 20, 4001, f64);
  double divergence = 0;
  Tensor v = 0.2 * sample["xt"].squeeze(1);
  for (const int k : {0, 1}) {
    const Tensor log_q = -((grid - m[k]).square() / std::exp(s[k]) + std::log(2 * pi) + s[k]) / 2;
    const Tensor log_p = -(grid.square() + std::log(2 * pi)) / 2;
    divergence += number((log_q.exp() * (log_q - log_p)).sum()) * 0.01;
    const double w = k == 0 ? 0.5 : -2;
    v = v + w * (m[k] + std::exp(s[k] / 2) * sample.batch.context.at("z").select(1, k));
  }
  for (const int i : {0, 8}) CHECK(number(term(loss, 1, "kl")[i]) == Approx(divergence).epsilon(1e-9));
  CHECK(at::allclose(term(loss, 0, "rec"), (sample["ut"].squeeze(1) - v).square(), 1e-12, 1e-12));
}

TEST_CASE("The best code of x1 leaves a loss of beta (1 + log(pi / (2 beta))), of which beta is rec",
          "[objective][variational]") {
  // z = a x1 + sqrt(s) e, s = 1 - a^2: given x_t and z the variance of u, over all t, has the mean (pi / 2) sqrt(s), and kl that of
  // -log(s) / 2. Of their sum with weight beta, s = (2 beta / pi)^2 is the least.
  const double beta = 0.5, best = std::pow(2 * beta / pi, 2);
  const Line line(json{{"beta", beta}, {"inputs", "x1"}});
  const Sample sample = line.sample(200000);
  const auto loss_at = [&](double s) {
    const double a = std::sqrt(1 - s);
    return line.objective->loss(OfTarget(a), encoder(row_of({a, 0}).unsqueeze(1), row_of({0, std::log(s)})),
                                sample);
  };
  const weir::Loss least = loss_at(best);
  // Rows of rec have a spread of about 1.5 beta, those of kl of 1 / sqrt 2: means of 200000 lie within 0.01.
  CHECK(number(term(least, 0, "rec").mean()) == Approx(beta).margin(0.01));
  CHECK(number(term(least, 1, "kl").mean()) == Approx(std::log(pi / (2 * beta))).margin(0.01));
  // Half and twice the variance cost beta (2^(-1/2) - 1 + log(2) / 2) = 0.027 and beta (2^(1/2) - 1 - log(2) / 2) = 0.034 more.
  CHECK(number((loss_at(best / 2).rows - least.rows).mean()) == Approx(0.0269).margin(0.01));
  CHECK(number((loss_at(best * 2).rows - least.rows).mean()) == Approx(0.0338).margin(0.01));
}

TEST_CASE("Its samples are those of flow matching, with eps from a stream of its own as the context z",
          "[objective][variational]") {
  const Line line(json{{"latent", 3}});
  weir::Rng rng(3, "sample", f64);
  const weir::Rng same(3, "sample", f64);
  weir::Rng plain = same, noise = same.at("eps");
  const Sample sample = line.objective->sample(6, rng), bare = line.task->sample(6, plain);
  CHECK(sample.batch.context.at("z").equal(noise.normal({6, 3})));
  for (const char* name : {"t", "z", "xt", "ut"}) CHECK(sample[name].equal(bare[name]));
  CHECK(line.objective->domain().context.at("z").shape == weir::Shape{3});
  CHECK(line.objective->takes_field());
  CHECK(line.objective->taped());
}

TEST_CASE("The encoder is given what `inputs` says, and a trainer gives it as its network",
          "[objective][variational]") {
  const auto inputs = [](const char* written) {
    std::vector<std::string> names;
    const Line line(json{{"inputs", written}, {"latent", 2}});
    const auto own = line.objective->network();
    CHECK(own->prefix == "encoder.");
    CHECK(own->signature.output == weir::Shape{4});
    for (const auto& [name, entry] : own->signature.inputs) names.push_back(name);
    return names;
  };
  CHECK(inputs("all") == std::vector<std::string>{"t", "x0", "x1", "xt"});
  CHECK(inputs("ends") == std::vector<std::string>{"x0", "x1"});
  CHECK(inputs("x1") == std::vector<std::string>{"x1"});
}

TEST_CASE("It stands on an objective that asks a field, and has no code already",
          "[objective][variational]") {
  Line line;
  const auto over = make<weir::Objective>("objective/variational", json::object(), f64, 0, "twice");
  bind(*over, "objective", *line.objective);
  bind(*over, "encoder", *line.network);
  weir::Faults faults = plan(*over);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "'coded' has networks of its own, or tells its field a 'z' already");
  CHECK(faults[0].remedy == "take objective/flow_matching");

  const auto vae = make<weir::Objective>("objective/vae", json::object(), f64, 0, "vae");
  bind(*vae, "data", *line.law);
  bind(*vae, "encoder", *line.network);
  bind(*vae, "decoder", *line.network);
  const auto without = make<weir::Objective>("objective/variational", json::object(), f64, 0, "none");
  bind(*without, "objective", *vae);
  bind(*without, "encoder", *line.network);
  faults = plan(*without);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "'vae' asks no field: there is no velocity to tell a code");
}

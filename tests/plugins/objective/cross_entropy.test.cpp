// tests/plugins/objective/cross_entropy.test.cpp -- losses of binary data beside their formulas in logits.
#include <cmath>

#include <weir/math/autograd/tape.hpp>

#include "../experiment.hpp"
#include "../integrator/flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// A field whose output is its parameter, row by row.
class Told final : public weir::Field {
 public:
  Tensor velocity(const weir::Params& params, const Tensor&, const Tensor&,
                  const weir::Context&) const override {
    return params["y"];
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }
};

// Rows of three bits at times of (0, 0.99), and what is predicted of them.
struct Bits {
  explicit Bits(const std::string& of = "logits", const json& loss = json::object())
      : field(make<weir::Field>("field/prediction", {{"of", of}, {"floor", 1e-6}})),
        squared(make<weir::Objective>("objective/flow_matching", loss)),
        entropy(make<weir::Objective>("objective/cross_entropy")) {
    bind(*field, "field", told);
    bind(*field, "interpolant", *problem.path.interpolant);
    REQUIRE(plan(*field).empty());
    bind(*squared, "coupling", problem.pairs);
    bind(*squared, "interpolant", *problem.path.interpolant);
    bind(*squared, "time", *problem.time);
    bind(*entropy, "objective", *problem.objective);
    REQUIRE(plan(*entropy).empty());
    const Tensor x0 = rng.normal({rows, 3}), x1 = (rng.uniform({rows, 3}) - 0.5).sign();
    const Tensor t = 0.99 * rng.uniform({rows});
    sample.batch.points = {x0, x1};
    sample.draws = {{"t", t},
                    {"z", at::zeros_like(x0)},
                    {"xt", (1 - t).unsqueeze(1) * x0 + t.unsqueeze(1) * x1},
                    {"ut", x1 - x0}};
  }
  // The loss of the rows, and its derivative by each number that is predicted.
  std::pair<Tensor, Tensor> operator()(const weir::Objective& objective, const Tensor& predicted) const {
    const Tensor y = predicted.detach().clone().requires_grad_(true);
    const Tensor loss = objective.loss(*field, weir::Params({{"y", y}}), sample).rows;
    return {loss.detach(), weir::grad(loss.sum(), {y})[0]};
  }

  static constexpr std::int64_t rows = 200;
  weir::Rng rng{4, "bits", f64};
  Told told;
  Problem problem;
  std::unique_ptr<weir::Field> field;
  std::unique_ptr<weir::Objective> squared, entropy;
  weir::Sample sample;
};

}  // namespace

TEST_CASE("The cross-entropy of logits is log(1 + exp(-s y)), with the derivative -s / (1 + exp(s y))",
          "[objective][cross_entropy]") {
  Bits bits;
  const Tensor y = 2.5 * bits.rng.normal({Bits::rows, 3}), s = bits.sample.batch.x1();
  const auto [loss, slope] = bits(*bits.entropy, y);
  CHECK(at::allclose(loss, (1 + (-s * y).exp()).log().sum(1), 1e-9, 1e-9));
  CHECK(at::allclose(slope, -s / (1 + (s * y).exp()), 1e-7, 1e-9));
  CHECK(number(slope.abs().max()) <= 1);
}

TEST_CASE("Far logits have a finite loss, whose derivative stays within 1", "[objective][cross_entropy]") {
  Bits bits;
  const auto [loss, slope] = bits(*bits.entropy, at::full({Bits::rows, 3}, 1000, f64));
  CHECK(at::isfinite(loss).all().item<bool>());
  CHECK(at::isfinite(slope).all().item<bool>());
  const auto [near, steep] = bits(*bits.entropy, at::full({Bits::rows, 3}, 16, f64));
  CHECK(number(steep.abs().max()) <= 1);
  // Three bits that are wrong for certain: 3 (1 - log 1e-6).
  const Tensor wrong = (bits.sample.batch.x1() < 0).sum(1).to(at::kDouble);
  CHECK(at::allclose(loss, wrong * (1 - std::log(1e-6)), 1e-9, 1e-6));
}

TEST_CASE("Compared as data, tanh(o) has a derivative within 64 / 27, which it reaches at tanh(o) = -1/3",
          "[objective][cross_entropy][prediction]") {
  Bits bits("logits", {{"loss", "data"}});
  const Tensor s = bits.sample.batch.x1();
  const double most = 64.0 / 27;
  // By logits y = 2 o the derivative is half of that.
  const auto [loss, slope] = bits(*bits.squared, 6 * bits.rng.normal({Bits::rows, 3}));
  CHECK(number(slope.abs().max()) <= most / 2 * (1 + 1e-9));
  const auto [there, largest] = bits(*bits.squared, -s * 2 * std::atanh(1.0 / 3));
  CHECK(at::allclose(largest.abs(), at::full_like(largest, most / 2), 1e-8, 0));
  CHECK(at::allclose(there, at::full({Bits::rows}, 3 * 16.0 / 9, f64), 1e-8, 0));
}

TEST_CASE("By row, the velocity's loss of a data prediction has (1 - t)^-2 times the gradient of the data's",
          "[objective][cross_entropy][prediction]") {
  const Bits velocity("data"), data("data", {{"loss", "data"}});
  const auto network = make<weir::Field>("field/mlp", {{"width", 8}, {"depth", 2}});
  const auto field = make<weir::Field>("field/prediction", {{"of", "data"}, {"floor", 1e-4}});
  bind(*field, "field", *network);
  bind(*field, "interpolant", *velocity.problem.path.interpolant);
  REQUIRE(plan(*field).empty());
  weir::Rng rng(2, "init", f64);
  const weir::Params live = field->init({3}, rng).requiring_grad();
  const auto norms = [&](const weir::Objective& objective) {
    weir::Tape tape;
    const auto taped =
        weir::gradients(objective.loss(*field, live.taped(tape), velocity.sample).rows, live, &tape);
    Tensor total = at::zeros({Bits::rows}, f64);
    for (const auto& [name, layer] : taped.per_sample->layers) total = total + layer->norms();
    return total.sqrt();
  };
  const Tensor weight = (1 - velocity.sample["t"]).square().reciprocal();
  CHECK(at::allclose(norms(*velocity.squared), weight * norms(*data.squared), 1e-9, 0));
}

TEST_CASE("A cross-entropy takes flow matching of the velocity, and its samples",
          "[objective][cross_entropy]") {
  const Bits bits;
  weir::Rng one(3, "s", f64), same(3, "s", f64);
  CHECK(bits.entropy->sample(5, one)["xt"].equal(bits.problem.objective->sample(5, same)["xt"]));
  const Bits data("data", {{"loss", "data"}});
  const auto refused = make<weir::Objective>("objective/cross_entropy");
  bind(*refused, "objective", *data.squared);
  CHECK(plan(*refused).size() == 1);
}

TEST_CASE("Of independent bits the exact mean is tanh(t x / (1 - t)^2), and its sign errs as Q(t / (1 - t))",
          "[objective][cross_entropy][empirical]") {
  const auto cube = make<weir::Source>("source/binary", {{"set", "cube"}, {"size", 3}});
  run(*cube);
  GivenSource base(at::zeros({3}, f64), at::eye(3, f64));
  const Path path;
  const auto field = make<weir::Field>("field/empirical");
  bind(*field, "source", base);
  bind(*field, "target", *cube);
  bind(*field, "interpolant", *path.interpolant);
  run(*field);
  const std::int64_t n = 100000;
  for (const auto& [t, errors] :
       {std::pair(0.5, 0.15866), std::pair(0.6, 0.06681), std::pair(0.7, 0.00982)}) {
    INFO(t);
    weir::Rng rng(6, "points", f64);
    const Tensor x1 = cube->sample(n, rng), x = (1 - t) * rng.normal({n, 3}) + t * x1;
    const Tensor mean = x + (1 - t) * field->velocity({}, x, at::full({n}, t, f64));
    CHECK(at::allclose(mean, (t * x / ((1 - t) * (1 - t))).tanh(), 1e-9, 1e-9));
    const double share = number((mean.sign() != x1).to(at::kDouble).mean());
    CHECK(share == Approx(errors).margin(5 * std::sqrt(errors * (1 - errors) / double(3 * n)) + 5e-6));
  }
}

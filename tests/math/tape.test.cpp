// tests/math/tape.test.cpp -- per-sample gradients from a tape against one backward pass per sample.
#include <weir/math/autograd/layer_gradients.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/math/autograd/tape.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using weir::Params;
using weir::Rng;
using weir::Tape;
using weir::Tensor;
namespace nn = weir::nn;

const at::TensorOptions f64 = at::TensorOptions(at::kDouble);
const at::TensorOptions f32 = at::TensorOptions(at::kFloat);

// Largest |a - b| over largest |b|.
double difference(const Tensor& a, const Tensor& b) {
  return ((a.to(at::kDouble) - b.to(at::kDouble)).abs().max() / b.to(at::kDouble).abs().max()).item<double>();
}

// A network of one kind of layer or several, and what it is fed with.
struct Network {
  std::string name;
  Params params;
  Tensor x;
  std::function<Tensor(const Params&, const Tensor&)> apply;  // [B, ...]
};

Network dense_network(const at::TensorOptions& options) {
  Rng rng(1, "dense", options);
  nn::Named named;
  nn::init_linear(named, "net.0", 3, 7, rng);
  nn::init_linear(named, "net.2", 7, 2, rng);
  return {"linear, one position", Params(named), rng.at("x").normal({9, 3}),
          [](const Params& p, const Tensor& x) {
            return nn::linear(p, "net.2", at::silu(nn::linear(p, "net.0", x)));
          }};
}

Network token_network(const at::TensorOptions& options) {
  Rng rng(2, "tokens", options);
  nn::Named named;
  nn::init_linear(named, "in", 3, 5, rng);
  nn::init_linear(named, "out", 5, 4, rng);
  return {"linear, several positions", Params(named), rng.at("x").normal({6, 11, 3}),
          [](const Params& p, const Tensor& x) {
            return nn::linear(p, "out", at::tanh(nn::linear(p, "in", x)));
          }};
}

Network image_network(const at::TensorOptions& options) {
  Rng rng(3, "image", options);
  nn::Named named;
  nn::init_conv2d(named, "in", 2, 4, 3, rng);
  nn::init_group_norm(named, "norm", 4, rng);
  nn::init_conv2d(named, "down", 4, 6, 3, rng);
  nn::init_conv2d(named, "out", 6, 2, 1, rng);
  // Away from the norm's initial ones and zeros, where some terms vanish.
  for (auto& [name, tensor] : named) tensor = tensor + 0.3 * rng.at("move " + name).normal(tensor.sizes());
  return {"convolutions and a norm", Params(named), rng.at("x").normal({5, 2, 7, 6}),
          [](const Params& p, const Tensor& x) {
            const Tensor h = at::silu(nn::group_norm(p, "norm", nn::conv2d(p, "in", x, 1, 1), 2));
            return nn::conv2d(p, "out", at::silu(nn::conv2d(p, "down", h, 2, 1)), 1, 0);
          }};
}

std::vector<Network> networks(const at::TensorOptions& options) {
  return {dense_network(options), token_network(options), image_network(options)};
}

Tensor losses_of(const Network& network, const Params& params) {
  const Tensor y = network.apply(params, network.x).flatten(1);
  return (y - 1).square().sum(1) + y.sin().sum(1);
}

struct Both {
  weir::Gradients taped;
  weir::PerSampleGradients looped;
};

Both both(const Network& network) {
  const Params leaves = network.params.requiring_grad();
  Tape tape;
  weir::PerSampleGradients looped = gradients_by_loop(losses_of(network, leaves), leaves);
  return {gradients(losses_of(network, leaves.taped(tape)), leaves, &tape), std::move(looped)};
}

}  // namespace

TEST_CASE("Per-sample gradients from a tape are those of one backward pass per sample", "[math][tape]") {
  // float64: round-off of sums of some hundred terms. float32: the same in units of 6e-8.
  const auto [options, tolerance] = GENERATE(table<at::TensorOptions, double>({{f64, 1e-12}, {f32, 1e-5}}));
  for (const Network& network : networks(options)) {
    INFO(network.name);
    const Both found = both(network);
    const auto& taped = found.taped.per_sample->layers;
    REQUIRE(taped.size() == found.looped.layers.size());
    for (std::size_t l = 0; l < taped.size(); ++l) {
      INFO(taped[l].first);
      const weir::LayerGradients& ours = *taped[l].second;
      const weir::LayerGradients& oracle = *found.looped.layers[l].second;
      CHECK(taped[l].first == found.looped.layers[l].first);
      CHECK(ours.batch() == network.x.size(0));
      CHECK(difference(ours.dense(), oracle.dense()) < tolerance);
      CHECK(difference(ours.norms(), oracle.dense().square().sum(1)) < tolerance);
      const Tensor centred = (oracle.dense() - oracle.dense().mean(0)).square().sum(1);
      CHECK(difference(ours.centred_norms(), centred) < 10 * tolerance);
      const Tensor some = at::tensor({3, 0, 1}, at::kLong);
      CHECK(difference(ours.rows(some)->norms(), oracle.dense().index_select(0, some).square().sum(1)) <
            tolerance);
      const std::vector<Tensor>& mean = found.taped.per_sample->means.at(l);
      const Tensor along = oracle.dense().mv(oracle.dense().mean(0));
      CHECK(difference(ours.dots(mean), along) < 10 * tolerance);
      CHECK(ours.norms().scalar_type() == at::kDouble);
      CHECK(ours.centred_norms().scalar_type() == at::kDouble);
      CHECK_FALSE(ours.norms().requires_grad());
    }
  }
}

TEST_CASE("Per-sample gradients of networks under joined parameters are those of each alone",
          "[math][tape]") {
  const std::vector<Network> alone = networks(f64);
  const auto prefix = [](std::size_t i) { return "all.part_" + std::to_string(i) + "."; };
  Params joined;
  for (std::size_t i = 0; i < alone.size(); ++i) joined = joined.joined(alone[i].params.prefixed(prefix(i)));
  const Params leaves = joined.requiring_grad();
  constexpr std::int64_t rows = 5;
  Tape tape;
  const Params seen = leaves.taped(tape).under("all.");
  Tensor sum = at::zeros({rows}, f64);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    Network part = alone[i];
    part.x = part.x.slice(0, 0, rows);
    sum = sum + losses_of(part, seen.under("part_" + std::to_string(i) + "."));
  }
  const weir::Gradients together = gradients(sum, leaves, &tape);
  REQUIRE(together.per_sample->layers.size() == 8);
  std::size_t l = 0;
  for (std::size_t i = 0; i < alone.size(); ++i) {
    Network part = alone[i];
    part.x = part.x.slice(0, 0, rows);
    const Both own = both(part);
    for (const auto& [name, layer] : own.taped.per_sample->layers) {
      CHECK(together.per_sample->layers[l].first == prefix(i) + name);
      CHECK(difference(together.per_sample->layers[l].second->norms(), layer->norms()) < 1e-12);
      ++l;
    }
  }
}

TEST_CASE("Norms of group sums leave out the rows of no group and count an empty group as zero",
          "[math][tape]") {
  for (const Network& network : networks(f64)) {
    INFO(network.name);
    const Both found = both(network);
    const std::int64_t b = network.x.size(0);
    // Two large groups (formed) or many small ones (products of rows): both ways of the linear layer.
    const std::int64_t groups = GENERATE(2, 4);
    const Tensor group = at::remainder(at::arange(b, at::kLong) * 3, groups + 1) - 1;
    for (std::size_t l = 0; l < found.looped.layers.size(); ++l) {
      const Tensor g = found.looped.layers[l].second->dense();
      const Tensor ours =
          found.taped.per_sample->layers[l].second->group_norms(weir::grouped(group, groups + 1));
      REQUIRE(ours.size(0) == groups + 1);
      for (std::int64_t k = 0; k < groups; ++k) {
        const double expected =
            g.index_select(0, at::nonzero(group == k).flatten()).sum(0).square().sum().item<double>();
        CHECK(ours[k].item<double>() == Approx(expected).epsilon(1e-11));
      }
      CHECK(ours[groups].item<double>() == 0);
    }
  }
}

TEST_CASE("Both forms of a linear layer's group norm agree with the sum itself", "[math][tape]") {
  Rng rng(4, "forms", f64);
  const std::int64_t b = 60;
  // in * out against longest * (in + out): a wide layer takes products of rows, a narrow one forms the sum.
  const auto [in, out] = GENERATE(table<std::int64_t, std::int64_t>({{40, 50}, {3, 2}}));
  const Tensor a = rng.normal({b, in});
  const Tensor delta = rng.normal({b, out});
  const auto layer = weir::outer_product_gradients(a, delta);
  const Tensor group = at::arange(b, at::kLong).floor_divide(20) - 1;
  const Tensor norms = layer->group_norms(weir::grouped(group, 2));
  for (std::int64_t k = 0; k < 2; ++k) {
    const Tensor rows = at::arange(20 * (k + 1), 20 * (k + 2), at::kLong);
    const Tensor ones = at::ones({20, 1}, f64);
    const Tensor sum = delta.index_select(0, rows).t().mm(at::cat({a.index_select(0, rows), ones}, 1));
    CHECK(norms[k].item<double>() == Approx(sum.square().sum().item<double>()).epsilon(1e-12));
  }
}

TEST_CASE("The mean gradient does not depend on the tape, to the last bit", "[math][tape]") {
  for (const Network& network : networks(f32)) {
    INFO(network.name);
    const Params leaves = network.params.requiring_grad();
    Tape tape;
    const auto with = gradients(losses_of(network, leaves.taped(tape)), leaves, &tape).mean;
    const auto without = gradients(losses_of(network, leaves), leaves, nullptr).mean;
    REQUIRE(with.size() == without.size());
    for (std::size_t i = 0; i < with.size(); ++i) CHECK(at::equal(with[i], without[i]));
  }
}

TEST_CASE("The mean of the per-sample gradients is the mean gradient", "[math][tape]") {
  for (const Network& network : networks(f64)) {
    const Both found = both(network);
    std::vector<Tensor> rows;
    for (const auto& [name, layer] : found.taped.per_sample->layers) rows.push_back(layer->dense().mean(0));
    std::vector<Tensor> mean;
    for (const Tensor& g : found.taped.mean) mean.push_back(g.flatten());
    CHECK(difference(at::cat(rows), at::cat(mean)) < 1e-13);
  }
}

TEST_CASE("Centred norms keep their digits when the spread is small beside the mean gradient",
          "[math][tape]") {
  // delta and a are a common part plus a spread of relative size `ratio`; the truth is evaluated in float64 from the
  // same float32 numbers. The plain difference of norms loses all digits at 1e-4 (variance ratio 1e-8) in float32.
  const double ratio = GENERATE(1e-1, 1e-2, 1e-3, 1e-4);
  Rng rng(5, "spread", f32);
  const Tensor a = (rng.normal({1, 30}) + ratio * rng.normal({64, 30}));
  const Tensor delta = (rng.normal({1, 20}) + ratio * rng.normal({64, 20}));
  const Tensor truth = weir::outer_product_gradients(a.to(at::kDouble), delta.to(at::kDouble))->dense();
  const Tensor centred = (truth - truth.mean(0)).square().sum(1);

  const auto layer = weir::outer_product_gradients(a, delta);
  const Tensor ours = layer->centred_norms();
  const Tensor wide =
      weir::outer_product_gradients(a.to(at::kDouble), delta.to(at::kDouble))->centred_norms();

  CHECK(((ours - centred) / centred).abs().max().item<double>() < 1e-5);
  CHECK(((wide - centred) / centred).abs().max().item<double>() <
        1e-9);  // the oracle itself loses 1e-16 / ratio^2
}

TEST_CASE("One sample repeated has no variance at all", "[math][tape]") {
  Rng rng(6, "one", f32);
  const Tensor a = rng.normal({1, 30}).expand({16, 30});
  const Tensor delta = rng.normal({1, 20}).expand({16, 20});
  const auto layer = weir::outer_product_gradients(a, delta);
  CHECK(layer->centred_norms().abs().max().item<double>() < 1e-12 * layer->norms().max().item<double>());
}

TEST_CASE("Gradients that are formed piece by piece give the same numbers as all at once", "[math][tape]") {
  Rng rng(7, "pieces", f32);
  const std::int64_t b = 40, width = 100;
  const std::int64_t kept_bytes = GENERATE(0, 4000, 100000);  // one row, two rows, or all at once
  const Tensor a = rng.normal({b, 3});
  const Tensor pattern = rng.normal({3, width});
  const auto form = [&](const Tensor& rows, const Tensor& delta) { return rows.mm(pattern) * delta; };
  const auto layer = weir::formed_gradients(a, at::ones({b, 1}), width, form, kept_bytes);
  const Tensor g = a.mm(pattern).to(at::kDouble);
  CHECK(difference(layer->norms(), g.square().sum(1)) < 1e-6);
  CHECK(difference(layer->centred_norms(), (g - g.mean(0)).square().sum(1)) < 1e-5);
  const Tensor group = at::remainder(at::arange(b, at::kLong), 2);
  CHECK(layer->group_norms(weir::grouped(group, 2))[1].item<double>() ==
        Approx(g.index_select(0, at::nonzero(group == 1).flatten()).sum(0).square().sum().item<double>())
            .epsilon(1e-5));
}

TEST_CASE("A tape that does not hold each parameter exactly once is refused", "[math][tape]") {
  const Network network = dense_network(f64);
  const Params leaves = network.params.requiring_grad();
  Tape tape;
  const Params taped = leaves.taped(tape);

  SECTION("a parameter used twice") {
    const Tensor y = nn::linear(taped, "net.0", network.x) + nn::linear(taped, "net.0", network.x + 1);
    CHECK_THROWS_WITH(gradients(nn::linear(taped, "net.2", y).square().sum(1), leaves, &tape),
                      "parameter 'net.0.weight' is on the tape twice (layers 'net.0' and 'net.0'); "
                      "per-sample gradients from "
                      "a tape need exactly one use of each parameter, for others there is gradients_by_loop");
  }
  SECTION("a parameter used beside the taped layers") {
    const Tensor y = nn::linear(taped, "net.0", network.x);
    const Tensor z = at::linear(y, leaves["net.2.weight"], leaves["net.2.bias"]);
    CHECK_THROWS_WITH(gradients(z.square().sum(1), leaves, &tape),
                      "parameter 'net.2.weight' is not on the tape: the field uses it outside the taped "
                      "layers of weir::nn; "
                      "use them, or gradients_by_loop");
  }
  SECTION("parameters that autograd does not track") {
    const Params still = network.params.taped(tape);
    const Tensor y = nn::linear(still, "net.2", nn::linear(still, "net.0", network.x));
    CHECK_THROWS_WITH(
        gradients(y.square().sum(1), still, &tape),
        "layer 'net.0' was taped where autograd was off; give the field params.requiring_grad()");
  }
  SECTION("more rows than losses") {
    const Tensor y = nn::linear(taped, "net.2", nn::linear(taped, "net.0", at::cat({network.x, network.x})));
    CHECK_THROWS_WITH(gradients(y.square().sum(1).view({2, -1}).sum(0), leaves, &tape),
                      "layer 'net.0' took 18 rows for 9 losses; a tape needs one row for each loss");
  }
}

TEST_CASE("A parameter that the loss does not reach has gradient zero", "[math][tape]") {
  const Network network = dense_network(f64);
  const Params leaves = network.params.requiring_grad();
  Tape tape;
  const Params taped = leaves.taped(tape);
  const Tensor y = nn::linear(taped, "net.0", network.x);
  nn::linear(taped, "net.2", y);
  const auto found = gradients(y.square().sum(1), leaves, &tape);
  CHECK(found.mean[2].abs().max().item<double>() == 0);
  CHECK(found.per_sample->layers[1].second->norms().abs().max().item<double>() == 0);
  CHECK(found.per_sample->layers[0].second->norms().min().item<double>() > 0);
}

TEST_CASE("Layers are named by their parameters up to the last full stop", "[math][tape]") {
  CHECK(weir::layer_of("net.0.weight") == "net.0");
  CHECK(weir::layer_of("theta") == "all");
  CHECK(weir::layers_of(dense_network(f64).params) == std::vector<std::string>{"net.0", "net.2"});
}

TEST_CASE("A penalty on a network's gradient in its input has a gradient in its parameters", "[math][tape]") {
  // D(x) = a tanh(W x + b) + c, and the penalty P = sum_i |g_i|^2 of g = grad_x D = W^T (a u), u = 1 - tanh^2:
  //   dP/da_j = 2 u_j g W_j      dP/db_j = -4 a_j t_j u_j g W_j      dP/dW_jk = 2 a_j u_j g_k + dP/db_j x_k      dP/dc = 0
  Rng rng(4, "penalty", f64);
  nn::Named named;
  nn::init_linear(named, "in", 3, 7, rng);
  nn::init_linear(named, "out", 7, 1, rng);
  const Params leaves = Params(named).requiring_grad();
  const Tensor x = rng.at("x").normal({5, 3}).requires_grad_(true);
  const Tensor scores = nn::linear(leaves, "out", at::tanh(nn::linear(leaves, "in", x)));
  const Tensor g = weir::grad(scores.sum(), {x}, /*retain_graph=*/false, /*create_graph=*/true).at(0);
  REQUIRE(g.requires_grad());
  const std::vector<Tensor> found = weir::grad(g.square().sum(), leaves.values());

  const Params p = leaves.clone();
  const Tensor t = at::tanh(at::linear(x.detach(), p["in.weight"], p["in.bias"])), u = 1 - t.square();
  const Tensor a = p["out.weight"].squeeze(0), along = g.detach().mm(p["in.weight"].t());  // [5, 7]
  const Tensor d_bias = -4 * a * t * u * along;
  const Tensor d_weight = 2 * (a * u).t().mm(g.detach()) + d_bias.t().mm(x.detach());
  CHECK(at::allclose(g.detach(), (a * u).mm(p["in.weight"]), 1e-12, 1e-14));
  CHECK(at::allclose(found[0], d_weight, 1e-12, 1e-14));
  CHECK(at::allclose(found[1], d_bias.sum(0), 1e-12, 1e-14));
  CHECK(at::allclose(found[2], (2 * u * along).sum(0, true), 1e-12, 1e-14));
  CHECK(found[3].abs().max().item<double>() == 0);
  CHECK_FALSE(weir::grad(leaves["in.bias"].square().sum(), {leaves["in.bias"]}).at(0).requires_grad());
}

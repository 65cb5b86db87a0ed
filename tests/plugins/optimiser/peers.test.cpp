// tests/plugins/optimiser/peers.test.cpp -- step rules against the numbers of other programs on a small least-squares problem.
//
//   f(W, b) = 1/2 sum_i |W a_i + b - y_i|^2
//
// The numbers are W row by row, then b, after ten steps in float64 of torch 2.11.0, by
//
//   a = torch.tensor([[1, 2], [-1, 1], [0.5, -2], [2, 0]]); y = torch.tensor([[1, 0, 2], [0, 1, -1], [2, -1, 0], [1, 1, 1.]])
//   w = torch.tensor([[0.5, -0.3], [0.2, 0.1], [0, 0.4]], requires_grad=True); b = torch.tensor([0.1, -0.2, 0.3], requires_grad=True)
//   for _ in range(10): w.grad = b.grad = None; (0.5 * (a @ w.T + b - y).square().sum()).backward(); [o.step() for o in optimisers]
//
// after torch.set_default_dtype(torch.float64); each case says which `optimisers`.
#include <cmath>

#include <weir/kinds/learn/optimiser.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Optimiser;
using weir::Tensor;

struct LeastSquares {
  Tensor a = at::tensor({1.0, 2.0, -1.0, 1.0, 0.5, -2.0, 2.0, 0.0}, f64).view({4, 2});
  Tensor y = at::tensor({1.0, 0.0, 2.0, 0.0, 1.0, -1.0, 2.0, -1.0, 0.0, 1.0, 1.0, 1.0}, f64).view({4, 3});
  weir::Params params{{{"net.0.weight", at::tensor({0.5, -0.3, 0.2, 0.1, 0.0, 0.4}, f64).view({3, 2})},
                       {"net.0.bias", at::tensor({0.1, -0.2, 0.3}, f64)}}};

  void descend(const Optimiser& optimiser, int steps, double last_scale = 1) {
    weir::State memory = optimiser.init(params);
    for (int k = 1; k <= steps; ++k) {
      const Tensor rest = a.mm(params["net.0.weight"].t()) + params["net.0.bias"] - y;
      const double scale = 1 + (last_scale - 1) * (k - 1) / std::max(steps - 1, 1);
      optimiser.step(params, {rest.t().mm(a), rest.sum(0)}, memory, k, scale);
    }
  }
  Tensor numbers() const { return at::cat({params["net.0.weight"].flatten(), params["net.0.bias"]}); }
  // Where the gradient is zero: the columns of y on those of (a, 1).
  Tensor minimum() const {
    const Tensor features = at::cat({a, at::ones({4, 1}, f64)}, 1);
    const Tensor best = at::linalg_solve(features.t().mm(features), features.t().mm(y)).t();  // [3, 3]
    return at::cat({best.narrow(1, 0, 2).flatten(), best.select(1, 2)});
  }
};

void ends_at(const std::string& id, const json& params, const std::vector<double>& expected) {
  INFO(id << " " << params);
  LeastSquares problem;
  problem.descend(*make<Optimiser>(id, params), 10);
  const Tensor theirs = at::tensor(expected, f64);
  CHECK(((problem.numbers() - theirs) / theirs).abs().max().item<double>() < 1e-12);
}

}  // namespace

// [torch.optim.RMSprop([w, b], lr=0.02, alpha=0.9, eps=1e-3)], and with momentum=0.5, centered=True, weight_decay=0.2
TEST_CASE("RMSprop takes PyTorch's steps", "[optimiser]") {
  ends_at(
      "optimiser/rmsprop", {{"lr", 0.02}, {"alpha", 0.9}, {"eps", 1e-3}},
      {0.48614471383589447, -0.26606665215603653, 0.057470904916625154, 0.3121413153903099,
       0.3124082234530102, 0.30410371491226273, 0.4078615182441066, 0.0659389429362442, 0.24656124424659817});
  ends_at(
      "optimiser/rmsprop",
      {{"lr", 0.02},
       {"alpha", 0.9},
       {"eps", 1e-3},
       {"momentum", 0.5},
       {"centred", true},
       {"weight_decay", 0.2}},
      {0.36117120235388733, -0.2934180505772644, 0.017418602257016903, 0.3060996026008011, 0.6134159093565994,
       0.3165544152389504, 0.6951855897355503, 0.1573758104531581, 0.05206449598104632});
}

// [torch.optim.Adagrad([w, b], lr=0.3, eps=1e-3)], and with initial_accumulator_value=0.7, weight_decay=0.2
TEST_CASE("AdaGrad takes PyTorch's steps", "[optimiser]") {
  ends_at(
      "optimiser/adagrad", {{"lr", 0.3}, {"eps", 1e-3}},
      {0.3053855423391885, -0.3157366335496607, 0.016181413385256426, 0.31560371311530055, 0.7914064018040194,
       0.33973903294075936, 0.8557499028339353, 0.16143093325630797, -0.06479191151924057});
  ends_at(
      "optimiser/adagrad", {{"lr", 0.3}, {"eps", 1e-3}, {"initial", 0.7}, {"weight_decay", 0.2}},
      {0.3053486939275535, -0.3060327874299814, -0.00051577205310218, 0.3077263222507184, 0.7687577032787244,
       0.3325692098260064, 0.8210011035855526, 0.14429956092325652, -0.05191755356461908});
}

// [Lion([w, b], lr=0.03, betas=(0.8, 0.95), weight_decay=0.1)] of google/automl, lion/lion_pytorch.py: p.mul_(1 - lr * weight_decay);
// p.add_(torch.sign(m * beta1 + g * (1 - beta1)), alpha=-lr); m.mul_(beta2).add_(g, alpha=1 - beta2)
TEST_CASE("Lion takes its authors' steps", "[optimiser]") {
  ends_at(
      "optimiser/lion", {{"lr", 0.03}, {"beta1", 0.8}, {"beta2", 0.95}, {"weight_decay", 0.1}},
      {0.4835128832561446, -0.29263122215151594, 0.016666732551764228, 0.39302240820572343,
       0.2959822305108317, 0.270922253793595, 0.39302240820572343, 0.10190187512104834, 0.22979198786636126});
}

// torch.Tensor.bfloat16 = lambda self: self.clone()   # its iteration in float64
// [torch.optim.Muon([w], lr=0.05, weight_decay=0.1, momentum=0.9, nesterov=True, adjust_lr_fn="match_rms_adamw"),
//  torch.optim.AdamW([b], lr=0.05, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)], and with nesterov=False, adjust_lr_fn="original"
TEST_CASE("Muon takes PyTorch's steps along matrices, and AdamW's along all else", "[optimiser]") {
  ends_at(
      "optimiser/muon", {{"lr", 0.05}, {"momentum", 0.9}},
      {0.4918385675420184, -0.2519558673904929, 0.20779919283185297, 0.2523120305677767, 0.12519903087033496,
       0.38230405542277696, 0.5676661971778743, 0.17501907169067027, 0.31322792600599453});
  ends_at(
      "optimiser/muon", {{"lr", 0.05}, {"momentum", 0.9}, {"nesterov", false}, {"scale", "original"}},
      {0.4955670109405252, -0.3000391012119192, 0.1684980696080415, 0.35677092208080813, 0.41216411639868406,
       0.3104695527628981, 0.5654680659346732, 0.11641667940772206, 0.19337684957146753});
}

TEST_CASE("Lion, RMSprop, AdaGrad and Muon reach the minimum of least squares", "[optimiser]") {
  for (const auto& [id, params] :
       {std::pair("optimiser/lion", json{{"lr", 0.02}}), std::pair("optimiser/rmsprop", json{{"lr", 0.02}}),
        std::pair("optimiser/adagrad", json{{"lr", 0.5}}),
        std::pair("optimiser/muon", json{{"lr", 0.1}, {"weight_decay", 0}})}) {
    INFO(id);
    LeastSquares problem;
    problem.descend(*make<Optimiser>(id, params), 2000, /*last_scale=*/0);
    // Lion's and Muon's steps do not shrink with the gradient: a schedule to 0 leaves them within its last steps.
    CHECK((problem.numbers() - problem.minimum()).abs().max().item<double>() < 1e-3);
  }
}

TEST_CASE(
    "Muon's direction is near the orthogonal factor of the gradient, and a convolution's weight is a matrix "
    "of its rows",
    "[optimiser]") {
  weir::Rng rng(7, "gradient", f64);
  const Tensor g = rng.normal({5, 8}), zero = at::zeros({5, 8}, f64);
  const auto muon = make<Optimiser>(
      "optimiser/muon",
      json{{"lr", 1}, {"momentum", 0}, {"weight_decay", 0}, {"iterations", 20}, {"scale", "original"}});
  const weir::Params theta({{"w", zero.clone()}, {"k", zero.clone().view({5, 2, 2, 2})}});
  weir::State memory = muon->init(theta);
  muon->step(theta, {g, g.view({5, 2, 2, 2})}, memory, 1, 1);
  const auto [u, s, vh] = at::linalg_svd(g, /*full_matrices=*/false);
  // The polynomial keeps singular values of between 0.68 and 1.13 there.
  const Tensor values = u.t().mm(-theta["w"]).mm(vh.t());
  CHECK((values - values.diagonal().diag()).abs().max().item<double>() < 1e-12);
  CHECK(values.diagonal().min().item<double>() > 0.65);
  CHECK(values.diagonal().max().item<double>() < 1.25);
  CHECK(at::allclose(theta["k"].view({5, 8}), theta["w"], 1e-12, 1e-14));
}

TEST_CASE(
    "Matrices that Muon leaves to AdamW are moved as by AdamW, and a name that no parameter has is refused",
    "[optimiser]") {
  LeastSquares left, whole;
  left.descend(*make<Optimiser>("optimiser/muon", json{{"lr", 0.05}, {"adamw", {"net.0"}}}), 10);
  whole.descend(
      *make<Optimiser>("optimiser/adamw", json{{"lr", 0.05}, {"weight_decay", 0.1}, {"beta2", 0.95}}), 10);
  CHECK(left.numbers().equal(whole.numbers()));
  CHECK_THROWS_WITH(
      make<Optimiser>("optimiser/muon", json{{"adamw", {"net.1"}}})->init(left.params),
      "adamw names 'net.1', and no parameter's name begins with that; they are net.0.weight, net.0.bias");
}

TEST_CASE("A centred RMSprop that always sees the same gradient stays a number", "[optimiser]") {
  const auto optimiser = make<Optimiser>("optimiser/rmsprop", json{{"centred", true}, {"alpha", 0.5}});
  const weir::Params theta({{"x", row_of({1})}});
  weir::State memory = optimiser->init(theta);
  for (int k = 1; k <= 200; ++k) optimiser->step(theta, {row_of({0.1})}, memory, k, 1);
  CHECK(std::isfinite(number(theta["x"])));
}

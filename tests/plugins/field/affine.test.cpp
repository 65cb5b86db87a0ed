// tests/plugins/field/affine.test.cpp -- the affine field's values, its gradient, and its optimal parameters.
#include <cmath>
#include <numbers>

#include <weir/kinds/flow/field.hpp>
#include <weir/math/autograd/tape.hpp>

#include "given.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Params;
using weir::Tensor;

Tensor matrix2(double a, double b, double c, double d) { return at::tensor({a, b, c, d}, f64).view({2, 2}); }

struct Fixture {
  std::unique_ptr<weir::Field> field = make<weir::Field>("field/affine");
  weir::Rng rng = weir::Rng(3, "affine", f64);
  Params params = Params({{"Theta", 0.4 * rng.normal({3, 3})}, {"theta", rng.normal({3})}});
  Tensor x = rng.normal({6, 3});
  Tensor t = at::tensor({0.0, 0.1, 0.35, 0.5, 0.9, 1.0}, f64);
  Tensor eye = at::eye(3, f64);

  Tensor b(std::int64_t row) { return at::linalg_inv(eye + t[row] * params["Theta"]); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "The affine field equals both ways of writing it in Lemma 1", "[field][affine]") {
  const Tensor v = field->velocity(params, x, t);
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    const Tensor one = b(i).mv(params["theta"] + params["Theta"].mv(x[i]));
    const Tensor other = params["theta"] + params["Theta"].mm(b(i)).mv(x[i] - t[i] * params["theta"]);
    CHECK(at::allclose(v[i], one, 1e-12, 1e-12));
    CHECK(at::allclose(v[i], other, 1e-12, 1e-12));
  }
}

TEST_CASE_METHOD(Fixture, "One time for all rows gives what each row alone gives", "[field][affine]") {
  const Tensor shared = at::full({6}, 0.35, f64);
  const Tensor v = field->velocity(params, x, shared);
  const Tensor mixed = field->velocity(params, x, t);
  CHECK(at::allclose(v[2], mixed[2], 1e-13, 1e-13));
  CHECK(v.sizes() == x.sizes());
}

TEST_CASE_METHOD(Fixture, "Points are carried along straight lines to theta + (I + Theta) x",
                 "[field][affine]") {
  const Tensor along = params["theta"] + x.mm(params["Theta"].t());
  const Tensor xt = x + t.unsqueeze(1) * along;
  CHECK(at::allclose(field->velocity(params, xt, t), along, 1e-10, 1e-10));
}

TEST_CASE_METHOD(Fixture, "The tape's gradients are the closed form -2 w, -2 w y^T and autograd's",
                 "[field][affine][tape]") {
  const Tensor target = rng.normal({6, 3});
  const Params leaves = params.requiring_grad();
  const auto losses = [&](const Params& p) { return (target - field->velocity(p, x, t)).square().sum(1); };

  weir::Tape tape;
  const weir::Gradients taped = gradients(losses(leaves.taped(tape)), leaves, &tape);
  const weir::PerSampleGradients looped = gradients_by_loop(losses(leaves), leaves);

  const Tensor dense = taped.per_sample->layers.at(0).second->dense();
  CHECK(at::allclose(dense, looped.layers.at(0).second->dense(), 1e-11, 1e-11));
  const Tensor v = field->velocity(params, x, t);
  for (std::int64_t i = 0; i < 6; ++i) {
    const Tensor w = b(i).t().mv(target[i] - v[i]);
    const Tensor y = x[i] - t[i] * v[i];
    const Tensor expected = at::cat({(-2 * at::outer(w, y)).flatten(), -2 * w});
    CHECK(at::allclose(dense[i], expected, 1e-11, 1e-11));
  }
  const auto plain = gradients(losses(leaves), leaves, nullptr).mean;
  for (std::size_t k = 0; k < plain.size(); ++k) CHECK(at::allclose(taped.mean[k], plain[k], 1e-11, 1e-11));
}

TEST_CASE_METHOD(Fixture, "The gradient in x is there with and without a tape", "[field][affine][tape]") {
  const Tensor point = x.clone().requires_grad_(true);
  const Params leaves = params.requiring_grad();
  weir::Tape tape;
  const Tensor taped = weir::grad(field->velocity(leaves.taped(tape), point, t).square().sum(), {point})[0];
  const Tensor plain = weir::grad(field->velocity(leaves, point, t).square().sum(), {point})[0];
  CHECK(at::allclose(taped, plain, 1e-11, 1e-11));
  CHECK(plain.abs().min().item<double>() > 0);
}

TEST_CASE("The affine field takes the values of a rotated coupling: its pairs', or optimal transport's",
          "[field][affine]") {
  // Section 3 of the paper: X0 ~ N(0, I), X1 = H R X0 + mu with H = M^(1/2).
  const Tensor m = matrix2(2, 0.5, 0.5, 1);
  const auto [values, vectors] = at::linalg_eigh(m);
  const Tensor h = (vectors * values.sqrt()).mm(vectors.t());
  const double angle = 120 * std::numbers::pi / 180;
  const Tensor r = matrix2(std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle));
  const Tensor mu = at::tensor({5.0, 5.0}, f64);
  const Tensor eye = at::eye(2, f64);
  GivenPairs coupling(weir::AffineMap{h.mm(r), mu});
  weir::Rng rng(0, "x", f64);

  SECTION("pair") {
    const auto field = make<weir::Field>("field/affine", {{"value", "pair"}});
    bind(*field, "coupling", coupling);
    CHECK(plan(*field).empty());
    const Params params = field->init({2}, rng);
    CHECK(at::allclose(params["Theta"], h.mm(r) - eye, 0, 1e-14));
    CHECK(at::allclose(params["theta"], mu, 0, 1e-14));
  }
  SECTION("ot from the standard normal") {
    const auto field = make<weir::Field>("field/affine", {{"value", "ot"}});
    GivenSource source(at::zeros({2}, f64), eye);
    bind(*field, "coupling", coupling);
    bind(*field, "source", source);
    CHECK(plan(*field).empty());
    const Params params = field->init({2}, rng);
    CHECK(at::allclose(params["Theta"], h - eye, 0, 1e-13));
    CHECK(at::allclose(params["theta"], mu, 0, 1e-13));
  }
  SECTION("ot from another Gaussian is symmetric positive and carries one law to the other") {
    const auto field = make<weir::Field>("field/affine", {{"value", "ot"}});
    const Tensor mean = at::tensor({1.0, -2.0}, f64);
    const Tensor s = matrix2(1.5, -0.4, -0.4, 0.7);
    GivenSource source(mean, s);
    bind(*field, "coupling", coupling);
    bind(*field, "source", source);
    const Params params = field->init({2}, rng);
    const Tensor p = params["Theta"] + eye;
    const Tensor a = h.mm(r);
    CHECK(at::allclose(p, p.t(), 0, 1e-12));
    CHECK(std::get<0>(at::linalg_eigh(p)).min().item<double>() > 0);
    CHECK(at::allclose(p.mm(s).mm(p.t()), a.mm(s).mm(a.t()), 0, 1e-12));
    CHECK(at::allclose(p.mv(mean) + params["theta"], a.mv(mean) + mu, 0, 1e-12));
  }
}

TEST_CASE_METHOD(Fixture, "A trained field is of an affine transport where its model is", "[field][affine]") {
  const weir::Fitted trained(*field, {3});
  const auto known = weir::facet<weir::AffineVelocity>(trained);
  REQUIRE(known);
  CHECK(known->at(params).matrix.equal(params["Theta"]));
  CHECK(known->at(params).shift.equal(params["theta"]));
  const auto network = make<weir::Field>("field/mlp");
  CHECK_FALSE(weir::facet<weir::AffineVelocity>(weir::Fitted(*network, {3})));
}

TEST_CASE("Given values are taken row by row, and zero is the default", "[field][affine]") {
  weir::Rng rng(0, "x", f64);
  const auto field = make<weir::Field>(
      "field/affine", {{"value", "given"}, {"theta", {1, 2}}, {"Theta", {{0.5, 0.25}, {0, -0.5}}}});
  const Params params = field->init({2}, rng);
  CHECK(at::equal(params["Theta"], matrix2(0.5, 0.25, 0, -0.5)));
  CHECK(at::equal(params["theta"], at::tensor({1.0, 2.0}, f64)));
  CHECK(make<weir::Field>("field/affine")->init({3, 2}, rng)["Theta"].sizes() == at::IntArrayRef({6, 6}));
}

TEST_CASE("The affine field says where it is infinite", "[field][affine]") {
  weir::Rng rng(0, "x", f64);
  const auto field = make<weir::Field>("field/affine");
  const Params half_turn({{"Theta", -2 * at::eye(2, f64)}, {"theta", at::zeros({2}, f64)}});
  CHECK_THROWS_WITH(field->velocity(half_turn, rng.normal({3, 2}), at::full({3}, 0.5, f64)),
                    "field/affine is infinite at t = 0.5: I + t Theta is singular there");
  CHECK_NOTHROW(field->velocity(half_turn, rng.normal({3, 2}), at::full({3}, 0.4, f64)));
}

TEST_CASE("Optimal transport from a subspace is refused, as there may be none that is affine",
          "[field][affine]") {
  for (const auto& options : {f32, f64}) {
    const auto made = [&](const char* id, const nlohmann::json& params) {
      auto source = make<weir::Source>(id, params, options);
      run(*source);
      return source;
    };
    const auto faults_from = [&](weir::Source& start, weir::Source& end) {
      const auto pairs = make<weir::Coupling>("coupling/independent", nlohmann::json::object(), options);
      bind(*pairs, "source", start);
      bind(*pairs, "target", end);
      run(*pairs);
      const auto field = make<weir::Field>("field/affine", {{"value", "ot"}}, options);
      bind(*field, "coupling", *pairs);
      return plan(*field);
    };
    const auto flat = made("source/linear_subspace", {{"k", 2}, {"dim", 4}});
    const auto full = made("source/gaussian", {{"dim", 4}, {"scale", 1e-3}});
    const weir::Faults faults = faults_from(*flat, *full);
    REQUIRE(faults.size() == 1);
    CHECK(
        faults[0].message ==
        "value: ot inverts the covariance of X0, whose points lie in a subspace: no affine map need carry it "
        "to X1");
    CHECK(faults_from(*full, *flat).empty());  // to a subspace it is known: a projection

    // Of moments alone, with their round-off.
    GivenPairs affine(weir::AffineMap{at::eye(4, f64), at::zeros({4}, f64)});
    const auto circle = made("source/sphere", {{"k", 2}, {"dim", 4}, {"rotation", "random"}});
    const auto field = make<weir::Field>("field/affine", {{"value", "ot"}}, options);
    bind(*field, "coupling", affine);
    bind(*field, "source", *circle);
    CHECK(plan(*field).size() == 1);
  }
}

TEST_CASE("The affine field's faults state rule, value and remedy", "[field][affine]") {
  const auto only = [](const nlohmann::json& params) {
    return plan(*make<weir::Field>("field/affine", params)).at(0);
  };
  CHECK(only({{"value", "given"}, {"theta", {1}}}).message == "value: given needs both theta and Theta");
  CHECK(only({{"theta", {1}}}).message == "theta is read only with value: given, not zero");
  CHECK(only({{"value", "pair"}}).message ==
        "value: pair is computed from an affine coupling, and none is given");

  weir::Faults faults;
  weir::Plan plan([](const std::string& key) { return weir::Place{.file = key}; }, faults);
  make<weir::Field>("field/affine", {{"value", "given"}, {"theta", {1, 2}}, {"Theta", {{1, 2, 3}}}})
      ->plan_for({3}, plan);
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].message == "theta has 2 numbers for items of 3");
  CHECK(faults[1].message == "Theta is 1 x 3 for items of 3 numbers");
  make<weir::Field>("field/affine")->plan_for({3, 64, 64}, plan);
  CHECK(
      faults.at(2).message ==
      "field/affine inverts a matrix of 12288 x 12288 for items of 12288 numbers; at most 4096 are possible");
}

// tests/laws/field.test.cpp -- laws of every field with parameters.
#include <weir/kinds/field.hpp>
#include <weir/math/gradient_variance.hpp>
#include <weir/math/tape.hpp>

#include "../plugins/make.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Params;
using weir::Shape;
using weir::Tensor;

struct Case {
  std::string plugin;
  nlohmann::json params;
  Shape item;
};

std::vector<Case> cases() {
  return {{"field/affine", nlohmann::json::object(), {3}},
          {"field/affine", nlohmann::json::object(), {1, 2, 2}},
          {"field/mlp", {{"width", 16}, {"depth", 2}}, {3}},
          {"field/mlp",
           {{"width", 16}, {"depth", 2}, {"time", "fourier"}, {"features", 4}, {"activation", "tanh"}},
           {1, 2, 3}},
          {"field/unet", {{"width", 6}, {"multipliers", {1, 2}}, {"features", 8}}, {2, 5, 6}}};
}

// A field away from special initial values (zeros), and where it is asked.
struct Made {
  Made(const Case& of, const at::TensorOptions& options)
      : field(make<weir::Field>(of.plugin, of.params, options)) {
    weir::Rng rng(4, "law", options);
    weir::Rng start = rng.at("init");
    params = field->init(of.item, start);
    std::vector<Tensor> moved;
    for (const auto& [name, tensor] : params.tensors()) {
      moved.push_back(tensor + 0.1 * rng.at("move " + name).normal(tensor.sizes()));
    }
    params = params.with(moved);
    x = rng.at("x").normal(weir::rows_of(7, of.item));
    t = rng.at("t").uniform({7});
    u = rng.at("u").normal(x.sizes());
  }
  Tensor losses(const Params& p) const { return (field->velocity(p, x, t) - u).square().flatten(1).sum(1); }

  std::unique_ptr<weir::Field> field;
  Params params;
  Tensor x, t, u;
};

}  // namespace

TEST_CASE("Every registered field is among the cases of its laws", "[laws][field]") {
  // Closed forms without parameters need a coupling: tests/plugins/field.
  CHECK(uncovered("field", cases(), {"field/empirical", "field/kernel"}).empty());
}

TEST_CASE("A velocity has the shape, precision and device of its point", "[laws][field]") {
  const at::TensorOptions options = GENERATE(f32, f64);
  for (const Case& of : cases()) {
    INFO(of.plugin);
    const Made made(of, options);
    const Tensor v = made.field->velocity(made.params, made.x, made.t);
    CHECK(v.sizes() == made.x.sizes());
    CHECK(v.scalar_type() == made.x.scalar_type());
    CHECK(v.device() == made.x.device());
    CHECK(at::isfinite(v).all().item<bool>());
  }
}

TEST_CASE("Each row of a velocity depends on its own point and time alone", "[laws][field]") {
  for (const Case& of : cases()) {
    INFO(of.plugin);
    const Made made(of, f64);
    const Tensor v = made.field->velocity(made.params, made.x, made.t);
    for (std::int64_t i = 0; i < 7; ++i) {
      const Tensor alone =
          made.field->velocity(made.params, made.x.slice(0, i, i + 1), made.t.slice(0, i, i + 1));
      CHECK(at::allclose(alone.squeeze(0), v[i], 1e-10, 1e-11));
    }
  }
}

TEST_CASE("The same seed gives the same initial parameters to the last bit, and another seed others",
          "[laws][field]") {
  for (const Case& of : cases()) {
    if (of.plugin == "field/affine") continue;  // starts at zero
    INFO(of.plugin);
    const auto field = make<weir::Field>(of.plugin, of.params, f32);
    weir::Rng one(1, "a", f32), same(1, "a", f32), other(2, "a", f32);
    const Params first = field->init(of.item, one);
    const Params second = field->init(of.item, same);
    const Params third = field->init(of.item, other);
    for (const auto& [name, tensor] : first.tensors()) CHECK(at::equal(tensor, second[name]));
    CHECK_FALSE(at::equal(first.tensors()[0].second, third.tensors()[0].second));
    const weir::Rng data(3, "data", f32);
    const Tensor x = data.at("x").normal(weir::rows_of(3, of.item));
    const Tensor t = data.at("t").uniform({3});
    CHECK(at::equal(field->velocity(first, x, t), field->velocity(second, x, t)));
  }
}

TEST_CASE("A field called with a tape returns the velocity that it returns without", "[laws][field]") {
  for (const Case& of : cases()) {
    INFO(of.plugin);
    const Made made(of, f64);
    weir::Tape tape;
    const Params leaves = made.params.requiring_grad();
    CHECK(at::allclose(made.field->velocity(leaves.taped(tape), made.x, made.t),
                       made.field->velocity(made.params, made.x, made.t), 1e-13, 1e-13));
  }
}

TEST_CASE("A taped field's per-sample gradients are those of one backward pass per sample",
          "[laws][field][tape]") {
  const auto [options, tolerance] = GENERATE(table<at::TensorOptions, double>({{f64, 1e-10}, {f32, 1e-4}}));
  for (const Case& of : cases()) {
    INFO(of.plugin);
    const Made made(of, options);
    REQUIRE(made.field->taped());
    const Params leaves = made.params.requiring_grad();
    weir::Tape tape;
    const weir::Gradients taped = gradients(made.losses(leaves.taped(tape)), leaves, &tape);
    const weir::PerSampleGradients looped = gradients_by_loop(made.losses(leaves), leaves);
    REQUIRE(taped.per_sample->layers.size() == looped.layers.size());
    for (std::size_t l = 0; l < looped.layers.size(); ++l) {
      INFO(looped.layers[l].first);
      CHECK(taped.per_sample->layers[l].first == looped.layers[l].first);
      const Tensor expected = looped.layers[l].second->norms();
      CHECK(at::allclose(taped.per_sample->layers[l].second->norms(), expected, tolerance,
                         tolerance * expected.max().item<double>()));
    }
    CHECK(gradient_variance(*taped.per_sample).total.trace_cov ==
          Approx(gradient_variance(looped).total.trace_cov).epsilon(10 * tolerance));
  }
}

// tests/math/row_gradients.test.cpp -- gradients of rows alone against passes over the whole batch.
#include <weir/math/variance/row_gradients.hpp>

#include "../plugins/experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Params;
using weir::Tensor;

// v = x W minus its mean over the batch: rows depend on each other.
class Centred final : public weir::Field {
 public:
  Centred() { set({.path = "centred", .seed = 0, .options = f64, .places = {}}); }
  Tensor velocity(const Params& params, const Tensor& x, const Tensor&, const weir::Context&) const override {
    const Tensor v = x.mm(params["w"]);
    return v - v.mean(0);
  }
  Params init(const weir::Domain&, weir::Rng& rng) const override {
    return Params({{"w", rng.normal({2, 2})}});
  }
};

// Largest difference of the two over the largest of the second, over all layers.
double difference(const weir::Field& field, bool weighted) {
  const Problem problem;
  weir::Sample sample = problem.sample(9);
  if (weighted) sample.batch.weight = at::arange(9, f64);
  weir::Rng rng(1, "rows", f64);
  const Params params = field.init({2}, rng).requiring_grad();
  const Tensor losses = problem.objective->loss(field, params, sample).rows;
  const auto by_row = weir::gradients_by_row(*problem.objective, field, params, sample, losses);
  const auto by_loop = weir::gradients_by_loop(losses, params);
  REQUIRE(by_row.layers.size() == by_loop.layers.size());
  double largest = 0;
  for (std::size_t l = 0; l < by_loop.layers.size(); ++l) {
    CHECK(by_row.layers[l].first == by_loop.layers[l].first);
    const Tensor expected = by_loop.layers[l].second->dense();
    largest = std::max(
        largest, number((by_row.layers[l].second->dense() - expected).abs().max() / expected.abs().max()));
  }
  return largest;
}

}  // namespace

TEST_CASE("The gradient of a row alone is its gradient in the batch", "[gradients]") {
  const auto mlp = make<weir::Field>("field/mlp", {{"width", 6}, {"depth", 2}});
  const auto saved = make<weir::Field>("field/torchscript",
                                       {{"file", WEIR_SOURCE_DIR "/tests/plugins/field/torchscript.pt"}});
  REQUIRE(plan(*saved).empty());
  for (const bool weighted : {false, true}) {
    CHECK(difference(*mlp, weighted) < 1e-12);
    CHECK(difference(*saved, weighted) < 1e-12);
  }
}

TEST_CASE("Rows that depend on each other have their gradients in the batch", "[gradients]") {
  CHECK(difference(Centred(), false) == 0);  // the same passes
}

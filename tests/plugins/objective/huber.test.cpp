// tests/plugins/objective/huber.test.cpp -- the pseudo-Huber loss between its two limits.
#include <cmath>

#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/math/autograd/tape.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Sample;
using weir::Tensor;

// The objective on flow matching, and a field at rest, so that what it is off is the target itself.
struct Made {
  explicit Made(double delta) : objective(make<weir::Objective>("objective/huber", {{"delta", delta}})) {
    bind(*objective, "objective", *problem.objective);
    weir::Rng rng(1, "init", f64);
    params = field->init({2}, rng);
  }
  Tensor loss(const Sample& sample) const { return objective->loss(*field, params, sample).rows; }

  Problem problem;
  std::unique_ptr<weir::Objective> objective;
  std::unique_ptr<weir::Field> field = make<weir::Field>("field/affine");
  weir::Params params;
};

}  // namespace

TEST_CASE("A target (3, 4) away has the loss 2 delta^2 (sqrt(1 + 25 / delta^2) - 1)", "[objective][huber]") {
  const Made made(2.5);
  Sample sample = made.problem.sample(2);
  sample.draws["ut"] = row_of({3, 4, 0, 0}).view({2, 2});
  const Tensor loss = made.loss(sample);
  CHECK(number(loss[0]) == Approx(12.5 * (std::sqrt(5.0) - 1)));
  CHECK(number(loss[0]) ==
        Approx(15.450849718747369).epsilon(1e-14));  // SciPy 1.17.1: 2 * scipy.special.pseudo_huber(2.5, 5.0)
  CHECK(number(loss[1]) == 0);
  sample.batch.weight = row_of({2, 1});
  CHECK(number(made.loss(sample)[0]) == Approx(25 * (std::sqrt(5.0) - 1)));
}

TEST_CASE("A large delta gives the loss of flow matching, a small one 2 delta times the distance",
          "[objective][huber]") {
  const Made large(1e9), small(1e-9);
  const Sample sample = large.problem.sample(50);
  const Tensor squared = large.problem.objective->loss(*large.field, large.params, sample).rows;
  CHECK(at::allclose(large.loss(sample), squared, 1e-12, 0));
  // Off by delta / r.
  CHECK(at::allclose(small.loss(sample), 2e-9 * squared.sqrt(), 1e-7, 0));
}

TEST_CASE("The gradient where nothing is off is zero, not 0 / 0", "[objective][huber]") {
  const Made made(0.1);
  Sample sample = made.problem.sample(3);
  sample.draws["ut"] = at::zeros_like(sample["ut"]);
  const weir::Params live = made.params.requiring_grad();
  for (const Tensor& gradient :
       weir::gradients(made.objective->loss(*made.field, live, sample).rows, live, nullptr).mean)
    CHECK(gradient.eq(0).all().item<bool>());
}

TEST_CASE("It draws what flow matching draws, and names no parts of it", "[objective][huber]") {
  const Made made(1);
  weir::Rng one(4, "sample", f64), same(4, "sample", f64);
  const Sample own = made.objective->sample(9, one), other = made.problem.objective->sample(9, same);
  CHECK(own["xt"].equal(other["xt"]));
  CHECK(own["ut"].equal(other["ut"]));
  CHECK_FALSE(weir::facet<weir::FlowMatchingParts>(*made.objective));
}

// tests/plugins/metric/jacobian.test.cpp -- derivatives of flows that are known, and of those between mixtures.
#include <cmath>
#include <functional>
#include <numbers>

#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/metric.hpp>

#include "../field/given.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Metric;
using weir::Tensor;

namespace {

class Formula final : public weir::Field {
 public:
  using Function = std::function<Tensor(const Tensor& x, const Tensor& t)>;
  explicit Formula(Function function) : function_(std::move(function)) {}
  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    return function_(x, weir::expand_as_items(t, x));
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

 private:
  Function function_;
};

struct Made {
  Made(weir::Field& field, const Tensor& points, int steps, int chunk = 7)
      : start(points), metric(make<Metric>("metric/jacobian", {{"steps", steps}, {"chunk", chunk}})) {
    bind(*metric, "field", field);
    bind(*metric, "start", start, "value");
  }
  double operator()(const std::string& output) const { return number(value_of(*metric, output)); }
  Tensor each(const std::string& output) const { return value_of(*metric, output); }
  Values start;
  std::unique_ptr<Metric> metric;
};

Tensor points(std::int64_t n) { return weir::Rng(11, "jacobian", f64).normal({n, 2}); }

// The exact flow from the standard normal law to a mixture in the plane.
struct ToMixture {
  explicit ToMixture(const json& params)
      : base(make<weir::Source>("source/gaussian", {{"dim", 2}})),
        target(make<weir::Source>("source/mixture", params)),
        field(make<weir::Field>("field/mixture")) {
    run(*base);
    run(*target);
    bind(*field, "source", *base);
    bind(*field, "target", *target);
    bind(*field, "interpolant", *path.interpolant);
    run(*field);
  }
  std::unique_ptr<weir::Source> base, target;
  Path path;
  std::unique_ptr<weir::Field> field;
};

}  // namespace

TEST_CASE("A turn at constant speed has the turn for its Jacobian", "[metric][jacobian]") {
  // v = w (-y, x): J is a turn by w, J + J^T = 2 cos w I; det ((1 - t) I + t J) = (1 - t + t cos w)^2 + (t sin w)^2, least at t = 1/2.
  const double w = 2 * std::numbers::pi / 3;
  Formula turn([w](const Tensor& x, const Tensor&) {
    return w * at::stack({-x.select(1, 1), x.select(1, 0)}, 1);
  });
  Made made(turn, points(9), 100);
  run(*made.metric);
  // The rule errs by w^5 h^4 / 120 = 3e-9.
  CHECK(made("least_eigenvalue") == Approx(2 * std::cos(w)).margin(1e-7));
  CHECK(number(made.each("det").max()) == Approx(1).margin(1e-7));
  CHECK(made("least_chord_det") ==
        Approx(std::pow(0.5 + 0.5 * std::cos(w), 2) + std::pow(0.5 * std::sin(w), 2)).margin(1e-7));
  CHECK(made("largest_lipschitz") == Approx(w).epsilon(1e-12));
  CHECK(made("negative") == 1);
}

TEST_CASE("The Jacobian is that of the flow where it differs from point to point", "[metric][jacobian]") {
  // x' = x^2 / 2: x_1 = x_0 / (1 - x_0 / 2), dx_1/dx_0 = 1 / (1 - x_0 / 2)^2.
  Formula square([](const Tensor& x, const Tensor&) { return x.square() / 2; });
  const Tensor x0 = row_of({-2, -1, 0, 0.5, 1}).view({5, 1});
  Made coarse(square, x0, 20), fine(square, x0, 40);
  run(*coarse.metric);
  run(*fine.metric);
  const Tensor exact = (1 - x0 / 2).pow(-2).flatten();
  CHECK(at::allclose(fine.each("det"), exact, 1e-6, 1e-6));
  CHECK(at::allclose(fine.each("eigenvalue"), 2 * exact, 1e-6, 1e-6));
  const double ratio = number((coarse.each("det") - exact)[4] / (fine.each("det") - exact)[4]);
  CHECK(ratio == Approx(16).epsilon(0.1));
  // Of x^2 / 2 it is the largest |x| on the way: at t = 0 from -2, at t = 1 from 1, where the last stage is near the end.
  CHECK(number(fine.each("lipschitz")[0]) == Approx(2).epsilon(1e-12));
  CHECK(number(fine.each("lipschitz")[4]) == Approx(2).epsilon(1e-4));
  CHECK(number(fine.each("lipschitz")[2]) == 0);
}

TEST_CASE("A field that does not depend on x has J = I", "[metric][jacobian]") {
  Formula wind([](const Tensor& x, const Tensor& t) { return at::ones_like(x) * t; });
  Made made(wind, points(3), 5);
  run(*made.metric);
  CHECK(made("least_eigenvalue") == Approx(2).epsilon(1e-14));
  CHECK(made("largest_lipschitz") == 0);
  CHECK(made("negative") == 0);
}

// The numbers of the next two cases: Runge-Kutta's method in NumPy, 4000 steps, with grad v = c I + (1 - c t) (t / q) Cov_p(m) in
// closed form, where field/mixture is differentiated by autograd here.
TEST_CASE("Means no further apart than twice the spread give straight pairs", "[metric][jacobian]") {
  // Theorem 7 of arXiv 2410.14949: max |m_i - m_j|^2 = 4 = 4 sigma^2.
  const json means = {{"means", {{1, 0}, {0, 1}, {-1, 0}, {0, -1}}}};
  ToMixture to(means);
  Made two(*to.field, row_of({0.3, 0.3, 1, -2}).view({2, 2}), 100);
  run(*two.metric);
  CHECK(at::allclose(two.each("eigenvalue"), row_of({2.5302634818, 2.2061759206}), 1e-8, 0));
  CHECK(at::allclose(two.each("det"), row_of({1.6244613109, 1.3647975048}), 1e-8, 0));

  Made many(*to.field, points(200), 100, 200);
  run(*many.metric);
  CHECK(many("least_eigenvalue") > 1.9);
  CHECK(many("negative") == 0);
  CHECK(many("least_chord_det") > 0);
}

TEST_CASE("Means far apart against the spread do not, at starts whose way parts late", "[metric][jacobian]") {
  const json means = {{"means", {{1.91, -3.54}, {-1.53, -3.64}, {1.71, 3.84}, {-3.27, 0.64}}},
                      {"scale", 0.1}};
  ToMixture to(means);
  Made made(*to.field, row_of({0.3408, 0.2878, 0.2584, 0.0815, 0.3409, 0.2884, 1, 1}).view({4, 2}), 400);
  run(*made.metric);
  const Tensor eigenvalue = made.each("eigenvalue"), det = made.each("det");
  CHECK(at::allclose(eigenvalue.narrow(0, 0, 3), row_of({-103.85375, -48.267966, -5.5383903}), 1e-4, 0));
  CHECK(at::allclose(det.narrow(0, 0, 3), row_of({400.12321, 333.09507, 26.326955}), 1e-4, 0));
  CHECK(number(eigenvalue[3]) > 0);
  CHECK(made("least_eigenvalue") == number(eigenvalue[0]));
  CHECK(made("negative") == 0.75);
  CHECK(made("least_chord_det") > 0);  // the paper's conjecture
}

TEST_CASE("A Jacobian needs points, a field that autograd follows, and paths that stay among the numbers",
          "[metric][jacobian]") {
  Formula still([](const Tensor& x, const Tensor&) { return at::zeros_like(x); });
  Made none(still, at::zeros({0, 2}, f64), 5);
  REQUIRE(plan(*none.metric).size() == 1);
  CHECK(plan(*none.metric)[0].message == "a Jacobian needs points [n, item...], at least one");

  Formula hidden([](const Tensor& x, const Tensor&) { return x.detach(); });
  Made cut(hidden, points(3), 5);
  CHECK_THROWS_WITH(run(*cut.metric),
                    Catch::StartsWith("the Jacobian of this field cannot be had: autograd does not "
                                      "see how its velocity depends on x"));

  Formula lost([](const Tensor& x, const Tensor&) { return 1e200 * x.square() * x; });
  Made away(lost, at::full({2, 1}, 1e100, f64), 5);
  CHECK_THROWS_WITH(run(*away.metric),
                    "a point left the numbers on its way, and has no Jacobian: take smaller steps");
}

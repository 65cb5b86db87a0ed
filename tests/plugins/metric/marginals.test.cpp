// tests/plugins/metric/marginals.test.cpp -- distances from snapshots, and energies of paths, that are known by hand.
#include <cmath>
#include <limits>

#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/metric.hpp>

#include "../snapshot_set.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

Tensor column(const std::vector<double>& places) { return row_of(places).unsqueeze(1); }

// Paths through these sets, and a metric of them.
struct Judged {
  Judged(const std::string& plugin, const std::vector<Tensor>& sets, const json& params, int degree = 1)
      : clouds(sets),
        chain(make<weir::Coupling>("coupling/lane_riesenfeld", {{"degree", 1}, {"refinements", 1}})),
        noise(make<weir::Noise>("noise/zero")),
        path(make<weir::Interpolant>("interpolant/spline", {{"degree", degree}})),
        metric(make<weir::Metric>(plugin, params)) {
    bind(*chain, "snapshots", clouds);
    run(*chain);
    bind(*path, "noise", *noise);
    bind(*metric, "coupling", *chain);
    bind(*metric, "interpolant", *path);
  }
  double of(const std::string& output) const { return number(value_of(*metric, output)); }

  SnapshotSet clouds;
  std::unique_ptr<weir::Coupling> chain;
  std::unique_ptr<weir::Noise> noise;
  std::unique_ptr<weir::Interpolant> path;
  std::unique_ptr<weir::Metric> metric;
};

}  // namespace

TEST_CASE("Distances from snapshots on a line are those of the points in order", "[metric][marginals]") {
  // From {0, 2} to {4, 10}: at 1/4 and 3/4 {1, 4} and {3, 8}.
  const Judged judged("metric/marginals", {column({2, 0}), column({4, 10})}, json::object());
  SnapshotSet held({column({1, 5}), column({8, 6, 3, 3})}, {0.25, 0.75});
  bind(*judged.metric, "snapshots", held);
  run(*judged.metric);
  // {1, 4} from {1, 5}; {3, 3, 8, 8} from {3, 3, 6, 8}.
  CHECK(at::allclose(value_of(*judged.metric, "w1"), row_of({0.5, 0.5}), 0, 1e-12));
  CHECK(at::allclose(value_of(*judged.metric, "w2"), row_of({std::sqrt(0.5), 1}), 0, 1e-12));
  CHECK(judged.of("mean_w1") == Approx(0.5));
  CHECK(judged.of("mean_w2") == Approx((1 + std::sqrt(0.5)) / 2));
}

TEST_CASE("An open curve is asked for the times of the snapshots, which are not its own",
          "[metric][marginals]") {
  // Of a cloud at 9 t at the times k / 9 the quadratic spline is a cloud at 9 t again, of the times within only.
  std::vector<Tensor> sets;
  for (int k = 0; k < 10; ++k) sets.push_back(column({double(k), k + 20.0}));
  SnapshotSet clouds(sets);
  const auto curve = make<weir::Coupling>(
      "coupling/lane_riesenfeld", {{"degree", 2}, {"refinements", 2}, {"ends", "open"}}, f64, 0, "curve");
  bind(*curve, "snapshots", clouds);
  run(*curve);
  const Tensor span = value_of(*curve, "span");
  REQUIRE(number(span[0]) > 0.01);
  const auto noise = make<weir::Noise>("noise/zero");
  const auto path = make<weir::Interpolant>("interpolant/spline", {{"degree", 1}});
  bind(*path, "noise", *noise);
  const auto judge = [&](SnapshotSet& held) {
    auto metric = make<weir::Metric>("metric/marginals");
    bind(*metric, "snapshots", held);
    bind(*metric, "coupling", *curve);
    bind(*metric, "interpolant", *path);
    return metric;
  };
  SnapshotSet within({column({22.7, 2.7}), column({5, 25})}, {0.3, 5.0 / 9}), early({column({0, 20})}, {0});
  const auto inside = judge(within), outside = judge(early);
  run(*inside);
  CHECK(number(value_of(*inside, "mean_w2")) < 1e-12);
  REQUIRE(plan(*outside).size() == 1);
  CHECK_THAT(plan(*outside)[0].message, Catch::StartsWith("the curve of 'curve' is of the times 0.") &&
                                            Catch::EndsWith(", and there is a snapshot at 0"));
}

TEST_CASE("Points of a flow at the times of the snapshots are judged as they are", "[metric][marginals]") {
  const auto metric = make<weir::Metric>("metric/marginals");
  SnapshotSet held({column({1, 5}), column({8, 6, 3, 3})}, {0.25, 0.75});
  Values flow(at::stack({column({4, 1}), column({3, 8})}));
  bind(*metric, "snapshots", held);
  bind(*metric, "points", flow, "value");
  run(*metric);
  CHECK(at::allclose(value_of(*metric, "w1"), row_of({0.5, 0.5}), 0, 1e-12));

  Values few(at::zeros({3, 2, 1}, f64));
  const auto other = make<weir::Metric>("metric/marginals");
  bind(*other, "snapshots", held);
  CHECK(plan(*other).front().message ==
        "a moving law is that of a coupling along an interpolant, or of given points");
  bind(*other, "points", few, "value");
  CHECK(
      plan(*other).front().message ==
      "each of the 2 snapshots of [1] needs points to compare with, [2, point, 1], and these are [3, 2, 1]");
}

TEST_CASE("Too many points in common are refused before they are matched", "[metric][marginals]") {
  const Judged judged("metric/marginals", {at::zeros({71, 1}, f64), at::zeros({71, 1}, f64)}, json::object());
  SnapshotSet held({at::zeros({73, 1}, f64)}, {0.5});
  bind(*judged.metric, "snapshots", held);
  CHECK(plan(*judged.metric).front().message ==
        "71 points and a snapshot of 73 have more than 4096 in common");
}

TEST_CASE("The energy of straight pieces is their speed, and their kink the jump of it",
          "[metric][path_energy]") {
  // From 0 by 1 to 0: speeds 2 and -2.
  const Judged judged("metric/path_energy", {column({0}), column({1}), column({0})}, {{"steps", 64}});
  run(*judged.metric);
  CHECK(judged.of("energy") == Approx(4).epsilon(1e-12));
  CHECK(judged.of("kink") == Approx(4).epsilon(1e-12));
  CHECK(judged.of("acceleration") == Approx(16 * 64).epsilon(1e-12));
}

TEST_CASE("The acceleration of a natural spline is that of its closed form", "[metric][path_energy]") {
  // Through 0, 1/2, 1, 1/2, 0, as refined once, a quarter of time apart: 4 m1 + m2 = 0 and 2 m1 + 4 m2 = 6 (1/2 - 2 + 1/2) 4^2 = -96, so
  // m1 = 48/7 and m2 = -192/7. Of x'' from a to b over a time h the square integrates to h (a^2 + a b + b^2) / 3.
  const Judged judged("metric/path_energy", {column({0}), column({1}), column({0})}, {{"steps", 2000}}, 3);
  run(*judged.metric);
  const double m1 = 48.0 / 7, m2 = -192.0 / 7;
  const double exact = 2 * 0.25 * (m1 * m1 + m1 * m1 + m1 * m2 + m2 * m2) / 3;
  CHECK(judged.of("acceleration") == Approx(exact).epsilon(0.005));  // of order 1 / steps at the knots
  CHECK(judged.of("kink") < 28.0 / 2000 * 1.01);                     // the largest |x''| times a step
}

TEST_CASE("Paths between points in float32 are as smooth as in float64", "[metric][path_energy]") {
  // A straight line: in float32 its places would be off by some 1e-7, which 1e-14 steps^4 makes 1e2 of the acceleration.
  class Pairs final : public weir::Coupling {
   public:
    Pairs() { set({.path = "pairs", .seed = 0, .options = f32, .places = {}}); }
    double end = 1.3;

    void plan(weir::Plan&) override { plan_outputs(); }
    weir::Shape shape() const override { return {1}; }
    std::optional<std::int64_t> size() const override { return 8; }

   protected:
    weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
      return batch_of({rng.normal({n, 1}), {}, {}}, {end + rng.normal({n, 1}), {}, {}});
    }
  };
  const auto noise = make<weir::Noise>("noise/zero");
  const auto line = make<weir::Interpolant>("interpolant/linear", json::object(), f32);
  bind(*line, "noise", *noise);
  const auto judge = [&](Pairs& pairs) {
    run(pairs);
    auto metric = make<weir::Metric>("metric/path_energy", {{"steps", 1000}}, f32);
    bind(*metric, "coupling", pairs);
    bind(*metric, "interpolant", *line);
    return metric;
  };
  Pairs pairs, lost;
  const auto metric = judge(pairs);
  run(*metric);
  CHECK(number(value_of(*metric, "acceleration")) < 1e-16);  // some 1e-31 steps^4 = 1e-19
  CHECK(number(value_of(*metric, "kink")) < 1e-10);
  lost.end = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(run(*judge(lost)), Catch::Contains("points of the path at time 0 are not finite"));
}

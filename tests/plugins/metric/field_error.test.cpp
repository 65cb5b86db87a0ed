// tests/plugins/metric/field_error.test.cpp -- distances between fields with known ones.
#include <cmath>

#include <weir/kinds/metric.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// v = scale x, or v = scale x + t
class Line final : public weir::Field {
 public:
  explicit Line(double scale, bool with_time = false) : scale_(scale), with_time_(with_time) {}
  Tensor velocity(const weir::Params&, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    return scale_ * x + (with_time_ ? t.unsqueeze(1) : at::zeros({1, 1}, x.options()));
  }
  weir::Params init(const weir::Domain&, weir::Rng&) const override { return {}; }

 private:
  double scale_;
  bool with_time_;
};

struct Made {
  Made(Line v, Line w, const json& params = json::object())
      : metric(make<weir::Metric>("metric/field_error", params)) {
    bind(*metric, "objective", *problem.objective);
    bind(*metric, "field", v);
    bind(*metric, "reference", w);
    run(*metric);
  }
  double operator()(const std::string& output) const { return number(value_of(*metric, output)); }
  Problem problem;
  std::unique_ptr<weir::Metric> metric;
};

}  // namespace

TEST_CASE("A field that is a tenth too long is a tenth away at every time", "[metric][field_error]") {
  const Made made(Line(2.2), Line(2), {{"samples", 500}, {"chunk", 64}, {"bins", 4}});
  CHECK(made("relative") == Approx(0.1).epsilon(1e-12));
  CHECK(made("relative_se") == Approx(0).margin(1e-12));
  CHECK(made("relative_n") == 500);
  CHECK(at::allclose(value_of(*made.metric, "bin"), at::full({4}, 0.1, f64), 1e-10, 0));
}

TEST_CASE("A field is at distance 0 from itself", "[metric][field_error]") {
  const Made made(Line(2), Line(2), {{"samples", 100}});
  CHECK(made("relative") == 0);
  CHECK(made("relative_se") == 0);
}

TEST_CASE("The standard error of a relative error is its spread over repetitions", "[metric][field_error]") {
  const Problem problem;
  Line v(2, true), w(2);
  std::vector<double> relative, se;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto metric = make<weir::Metric>("metric/field_error", {{"samples", 400}}, f64, seed);
    bind(*metric, "objective", *problem.objective);
    bind(*metric, "field", v);
    bind(*metric, "reference", w);
    run(*metric);
    relative.push_back(number(value_of(*metric, "relative")));
    se.push_back(number(value_of(*metric, "relative_se")));
  }
  // The spread of 200 repetitions is known to 5 %: four of those.
  CHECK(number(row_of(relative).std()) == Approx(number(row_of(se).mean())).epsilon(0.2));
}

TEST_CASE("Rows of one minibatch-OT plan give a relative error without an error of its own",
          "[metric][field_error]") {
  GivenSource source(at::zeros({2}, f64), at::eye(2, f64)), target(Problem::target());
  const auto pairs = make<weir::Coupling>("coupling/ot", {{"draw", "fresh"}});
  bind(*pairs, "source", source);
  bind(*pairs, "target", target);
  run(*pairs);
  Problem problem;
  bind(*problem.objective, "coupling", *pairs);
  Line v(2, true), w(2);
  const auto metric = make<weir::Metric>("metric/field_error", {{"samples", 50}});
  bind(*metric, "objective", *problem.objective);
  bind(*metric, "field", v);
  bind(*metric, "reference", w);
  run(*metric);
  CHECK(number(value_of(*metric, "relative")) > 0);
  CHECK(std::isnan(number(value_of(*metric, "relative_se"))));
  CHECK(value_of(*metric, "relative_n").item<std::int64_t>() == 1);
}

TEST_CASE("The square is of what the velocities say of a space, over the same points",
          "[metric][field_error]") {
  const std::string space = GENERATE("velocity", "data", "noise");
  INFO(space);
  const Made made(Line(2.2), Line(2), {{"samples", 500}, {"chunk", 64}, {"space", space}});
  weir::Rng same = made.metric->rng().at("samples");
  const weir::Sample sample = made.problem.objective->sample(500, same);
  // On the linear path x1 = x + (1 - t) v and x0 = x - t v.
  const Tensor t = sample["t"];
  const Tensor factor = space == "data" ? 1 - t : space == "noise" ? t : at::ones_like(t);
  const Tensor squares = (0.2 * sample["xt"]).square().sum(1) * factor.square();
  CHECK(made("square") == Approx(number(squares.mean())).epsilon(1e-12));
  CHECK(made("square_se") == Approx(number(squares.std()) / std::sqrt(500)).epsilon(1e-12));
  CHECK(made("square_n") == 500);
  CHECK(made("relative") == Approx(0.1).epsilon(1e-12));
}

TEST_CASE("Without a space there is no square, and on a path of several points none is known",
          "[metric][field_error]") {
  const Made made(Line(2.2), Line(2), {{"samples", 20}});
  CHECK_FALSE(made.metric->output("square")->planned());

  const auto spline = make<weir::Interpolant>("interpolant/spline");
  bind(*spline, "noise", *made.problem.path.noise);
  bind(*made.problem.objective, "interpolant", *spline);
  const auto metric = make<weir::Metric>("metric/field_error", {{"space", "data"}});
  Line v(2), w(2);
  bind(*metric, "objective", *made.problem.objective);
  bind(*metric, "field", v);
  bind(*metric, "reference", w);
  const weir::Faults faults = plan(*metric);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "what a velocity says of the data is known on a path of two points, and that of 'node' is another");
}

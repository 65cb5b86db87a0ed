// tests/plugins/metric/knee.test.cpp -- the knee of curves whose curvature is known, and the rule in plain loops.
#include <cmath>
#include <numbers>

#include <weir/kinds/metric.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Metric;
using weir::Tensor;

namespace {

using Column = std::vector<double>;

// The rule without tensors.
Column averaged(const Column& d) {
  Column out = d;
  for (std::size_t i = 0; i < d.size(); ++i)
    out[i] = d[i] / 2 + (d[i > 0 ? i - 1 : 0] + d[std::min(i + 1, d.size() - 1)]) / 4;
  return out;
}
Column smooth(const Column& v) {
  Column d{v[1] - v[0]}, out;
  for (std::size_t i = 1; i < v.size(); ++i) d.push_back(v[i] - v[i - 1]);
  for (int pass = 0; pass < 5; ++pass) d = averaged(d);
  double sum = 0, mean = 0, wanted = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    out.push_back(sum += d[i]);
    mean += sum / double(v.size());
    wanted += v[i] / double(v.size());
  }
  for (double& x : out) x += wanted - mean;
  return out;
}
Column ahead(const Column& v) {
  Column out;
  for (std::size_t i = 0; i < v.size(); ++i) out.push_back((i + 1 < v.size() ? v[i + 1] : 0) - v[i]);
  return out;
}
Column curvature(const Column& curve, double n, std::size_t tail) {
  const Column first = smooth(ahead(smooth(curve))), second = smooth(ahead(first));
  Column k;
  for (std::size_t i = 0; i < curve.size(); ++i)
    k.push_back(second[i] / n / std::pow(1 / (n * n) + first[i] * first[i], 1.5));
  k[0] = k[1] = k[2];
  for (std::size_t i = k.size() - tail; i < k.size(); ++i) k[i] = k[k.size() - tail];
  return smooth(k);
}

struct Made {
  explicit Made(const Column& numbers, const json& params = json::object())
      : curve(row_of(numbers)), metric(make<Metric>("metric/knee", params)) {
    bind(*metric, "curve", curve, "value");
  }
  double operator()(const std::string& output) const {
    return value_of(*metric, output).to(at::kDouble).item<double>();
  }
  Values curve;
  std::unique_ptr<Metric> metric;
};

}  // namespace

TEST_CASE("The knee of an exponential is where its curvature is largest", "[metric][knee]") {
  // kappa = c'' / (1 + c'^2)^(3/2) of exp(-k x) is largest at x = log(sqrt(2) k) / k.
  // A curve that does not end near 0 has a knee elsewhere, since the rule
  // goes on with 0: k = 5 is found at 0.36 here.
  const double k = GENERATE(8.0, 10.0, 20.0);
  Column curve, x;
  for (int i = 0; i < 100; ++i) curve.push_back(std::exp(-k * (i / 100.0))), x.push_back(i / 100.0);
  Values steps(row_of(x));
  Made made(curve, {{"normaliser", 100}});
  bind(*made.metric, "step", steps, "value");
  bind(*made.metric, "score", made.curve, "value");
  run(*made.metric);
  // A row is 0.01, and smoothing and differences that look ahead move it by one or two.
  CHECK(made("at") == Approx(std::log(std::numbers::sqrt2 * k) / k).margin(0.03));
  CHECK(made("at") == x[std::size_t(made("row"))]);
  CHECK(made("score") == curve[std::size_t(made("row"))]);
}

TEST_CASE("The curvature is that of the rule in plain loops, for any normaliser and tail", "[metric][knee]") {
  Column curve;
  for (int i = 0; i < 60; ++i) curve.push_back(1 / (1.0 + 0.3 * i) + 0.02 * std::sin(2.1 * i));
  for (const auto& [n, tail] : {std::pair(10.0, 20), std::pair(20.0, 20), std::pair(60.0, 7)}) {
    Made made(curve, {{"normaliser", n}, {"tail", tail}});
    run(*made.metric);
    const Column expected = curvature(curve, n, std::size_t(tail));
    CHECK(at::allclose(value_of(*made.metric, "curvature"), row_of(expected), 1e-9, 1e-12));
    CHECK(made("row") == double(std::max_element(expected.begin(), expected.end()) - expected.begin()));
  }
}

TEST_CASE("A larger normaliser finds a later knee of a curve that falls", "[metric][knee]") {
  Column curve;
  for (int i = 0; i < 120; ++i) curve.push_back(std::exp(-0.1 * i));
  double before = -1;
  for (const double n : {10.0, 40.0, 160.0}) {
    Made made(curve, {{"normaliser", n}});
    run(*made.metric);
    CHECK(made("row") > before);
    before = made("row");
  }
}

TEST_CASE("A knee needs rows beyond the tail, a number in each, and ports of one length", "[metric][knee]") {
  const auto fault = [](Made& made) { return plan(*made.metric).at(0).message; };
  Made brief(Column(23, 1.0)), enough(Column(24, 1.0)), gap(Column(24, 1.0)), other(Column(24, 1.0));
  CHECK(fault(brief) == "a knee needs a number for each of 24 moments or more, 20 of them the tail");
  CHECK(plan(*enough.metric).empty());
  Values five(row_of(Column(5, 1.0)));
  bind(*other.metric, "score", five, "value");
  CHECK(fault(other) == "score must have a number for each row of the curve");
  Column lost(24, 1.0);
  lost[3] = std::nan("");
  Made missing(lost);
  CHECK_THROWS_WITH(run(*missing.metric),
                    "the curve has rows without a number: the knee of a part of it is another");
}

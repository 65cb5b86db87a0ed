// tests/plugins/metric/kl_normal.test.cpp -- divergence of a normal fit from a law of known moments.
#include <cmath>

#include <weir/kinds/flow/source.hpp>

#include "fixed_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Metric;
using weir::Source;
using weir::Tensor;

namespace {

struct Judged {
  Judged(const Tensor& x, const json& law, const json& params = json::object())
      : samples(x),
        target(make<Source>("source/gaussian", law)),
        metric(make<Metric>("metric/kl_normal", params)) {
    plan(*target);
    bind(*metric, "samples", samples, "value");
    bind(*metric, "target", *target);
  }
  double operator()(const std::string& output) const { return number(value_of(*metric, output)); }
  Values samples;
  std::unique_ptr<Source> target;
  std::unique_ptr<Metric> metric;
};

}  // namespace

TEST_CASE("On a line the divergence is log(s/c) + (c^2 + (m - mu)^2) / (2 s^2) - 1/2",
          "[metric][kl_normal]") {
  // Mean 2, variance 8/3; of N(1, 2^2).
  Judged judged(row_of({0, 2, 4, 2}).view({4, 1}), {{"mean", {1}}, {"scale", 2}}, {{"blocks", 2}});
  // Without one block the points are 2, 2: no spread, and an infinite divergence.
  run(*judged.metric);
  CHECK(judged("kl") == Approx(std::log(2 / std::sqrt(8.0 / 3)) + (8.0 / 3 + 1) / 8 - 0.5).epsilon(1e-12));
  CHECK(std::isnan(judged("kl_se")));
  CHECK(std::isnan(judged("corrected")));
}

TEST_CASE("The divergence is PyTorch's between the normal fit and the law", "[metric][kl_normal]") {
  // torch.distributions.kl_divergence(MultivariateNormal(x.mean(0), np.cov(x.T)), MultivariateNormal(mean, covariance)), torch 2.11
  Judged judged(cube_points(),
                {{"mean", {0.3, 0.5, 0.4}}, {"covariance", {{0.2, 0.05, 0}, {0.05, 0.3, 0}, {0, 0, 0.1}}}});
  run(*judged.metric);
  CHECK(judged("kl") == Approx(0.5892673021462572).epsilon(1e-10));
  CHECK(judged("kl_n") == 20);
}

TEST_CASE("Draws of the law itself diverge by chance alone", "[metric][kl_normal]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2, 3));
  weir::Rng rng(seed, "draws", f64);
  std::vector<double> plain, corrected, squares;
  for (int r = 0; r < 200; ++r) {
    Judged judged(rng.normal({100, 2}), {{"dim", 2}});
    run(*judged.metric);
    plain.push_back(judged("kl"));
    corrected.push_back(judged("corrected"));
    squares.push_back(std::pow(judged("corrected_se"), 2));
  }
  const Tensor all = row_of(corrected);
  CHECK(std::abs(number(all.mean())) < 4 * number(all.std()) / std::sqrt(200.0));
  // (D^2 + 3 D) / (4 n) = 0.025, and the next order a tenth of it.
  CHECK(number(row_of(plain).mean()) == Approx(0.025).epsilon(0.25));
  CHECK(std::sqrt(number(row_of(squares).mean())) > 0.8 * number(all.std()));
}

TEST_CASE("Points on a line in a plane are infinitely far, and say why", "[metric][kl_normal]") {
  const Tensor line = at::arange(20, f64).unsqueeze(1).expand({20, 2}).contiguous();
  Judged judged(line, {{"dim", 2}});
  REQUIRE(plan(*judged.metric).empty());
  QuietRun quiet;
  judged.metric->run(quiet);
  CHECK(std::isinf(judged("kl")));
  CHECK(quiet.warnings ==
        std::vector<std::string>{
            "the divergence is infinite: the points lie within fewer dimensions than the target"});
}

TEST_CASE("A divergence needs points that span the space, and a target of their shape",
          "[metric][kl_normal]") {
  const auto fault = [](const Tensor& x, const json& law) {
    const Judged judged(x, law);
    const weir::Faults faults = plan(*judged.metric);
    REQUIRE(faults.size() == 1);
    return faults[0].message;
  };
  CHECK(fault(at::zeros({4, 3}, f64), {{"dim", 3}}) ==
        "a covariance of 3 coordinates needs more than 3 points; of 4, without one of 2 blocks, there are 2");
  CHECK(fault(at::zeros({9, 2}, f64), {{"dim", 3}}) ==
        "'node' is a law of items [3], and the samples are [9, 2]");
}

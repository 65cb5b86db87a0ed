// tests/plugins/source/measured.test.cpp -- what is measured of a law, and the law given it, against sums over grids and samples.
#include <cmath>
#include <numbers>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/facets/posterior_law.hpp>

#include "../measured.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

Tensor measured(const Seen& seen, const Tensor& x, std::uint64_t seed) {
  weir::Rng rng(seed, "noise", f64);
  return weir::facet<weir::Measurement>(*seen.source)->of(x, rng);
}
weir::PosteriorLaw::Mixtures given(const Seen& seen, const Tensor& y) {
  return weir::facet<weir::PosteriorLaw>(*seen.source)->given(y);
}
double normal(double x, double mean, double variance) {
  return std::exp(-0.5 * (x - mean) * (x - mean) / variance) / std::sqrt(2 * std::numbers::pi * variance);
}

const json three = {{"means", {{-1.5}, {0.5}, {2}}}, {"weights", {1, 2, 1}}, {"scale", 0.4}};

}  // namespace

TEST_CASE("A measurement is the point times the gain of its coordinate, and noise", "[source][measured]") {
  const Seen seen({{"dim", 2}}, {{"gain", {2, -1}}, {"sigma", 0.3}});
  const Tensor x = at::tensor({1.0, 5.0}, f64).expand({40000, 2});
  const Tensor y = measured(seen, x, 1);
  // Of 40000 the mean errs by 0.0015, the standard deviation by 0.0011.
  CHECK(number(y.select(1, 0).mean()) == Approx(2).margin(0.0075));
  CHECK(number(y.select(1, 1).mean()) == Approx(-5).margin(0.0075));
  CHECK(number(y.select(1, 0).std()) == Approx(0.3).margin(0.0055));
  CHECK(measured(seen, x, 1).equal(y));
  CHECK_FALSE(measured(seen, x, 2).equal(y));
  CHECK(weir::facet<weir::Measurement>(*seen.source)->shape == weir::Shape{2});
}

TEST_CASE("Given a measurement a mixture is another, by Bayes' rule on a grid", "[source][measured]") {
  const double gain = 0.7, sigma = 0.5, means[] = {-1.5, 0.5, 2}, weights[] = {0.25, 0.5, 0.25};
  const Seen seen(three, {{"gain", {gain}}, {"sigma", sigma}});
  for (const double y : {-2.0, 0.1, 0.8, 3.0}) {
    const auto law = given(seen, at::full({1, 1}, y, f64));
    double total = 0, mean = 0, square = 0, off = 0;
    const double h = 0.001;
    const auto joint = [&](double x) {
      double p = 0;
      for (int k = 0; k < 3; ++k) p += weights[k] * normal(x, means[k], 0.16);
      return p * normal(y, gain * x, sigma * sigma);
    };
    for (double x = -8; x < 8; x += h)
      total += h * joint(x), mean += h * x * joint(x), square += h * x * x * joint(x);
    mean /= total, square /= total;
    for (double x = -3; x < 4; x += 0.1) {
      double p = 0;
      for (int k = 0; k < 3; ++k)
        p += number(law.weight[0][k]) * normal(x, number(law.mean[0][k][0]), number(law.variance[0][k][0]));
      off = std::max(off, std::abs(p - joint(x) / total));
    }
    CHECK(off < 1e-10);
    CHECK(number((law.weight * law.mean.squeeze(2)).sum()) == Approx(mean).epsilon(1e-9));

    weir::Rng rng(3, "posterior", f64);
    const Tensor drawn = given(seen, at::full({40000, 1}, y, f64)).sample(rng);
    const double spread = std::sqrt(square - mean * mean);
    CHECK(std::abs(number(drawn.mean()) - mean) < 5 * spread / 200);
    CHECK(number(drawn.std()) == Approx(spread).epsilon(0.03));
  }
}

TEST_CASE("A normal law given a measurement is the textbook's", "[source][measured]") {
  const double a = 0.6, b = 0.2, y = 0.9;
  const Seen seen({{"dim", 1}}, {{"gain", {a}}, {"sigma", b}});
  const auto law = given(seen, at::full({1, 1}, y, f64));
  CHECK(number(law.weight) == 1);
  CHECK(number(law.mean) == Approx(a * y / (a * a + b * b)).epsilon(1e-12));
  CHECK(number(law.variance) == Approx(1 / (1 + a * a / (b * b))).epsilon(1e-12));
}

TEST_CASE("Of points that are measured near a value the law given it is the law", "[source][measured]") {
  const Seen seen({{"means", {{-1, 0}, {1, 1}}}, {"scale", 0.6}}, {{"gain", {1, 0.5}}, {"sigma", 0.5}});
  weir::Rng rng(7, "points", f64);
  const Tensor x = seen.source->sample(400000, rng), y = measured(seen, x, 8);
  const Tensor asked = at::tensor({0.4, 0.6}, f64);
  const Tensor near = ((y - asked).abs() < 0.1).all(1);
  const Tensor those = x.index_select(0, near.nonzero().flatten());
  REQUIRE(those.size(0) > 2000);
  const auto law = given(seen, asked.view({1, 2}));
  const Tensor mean = (law.weight.unsqueeze(2) * law.mean).sum(1).flatten();
  // The cell is as wide as 0.4 of the noise: of its own it moves a mean by some hundredths of the spread.
  const Tensor se = those.std(0) / std::sqrt(static_cast<double>(those.size(0)));
  CHECK(((those.mean(0) - mean).abs() < 5 * se + 0.01).all().item<bool>());
}

TEST_CASE("A coordinate without gain, and one with hardly any noise", "[source][measured]") {
  const Seen seen({{"dim", 2}}, {{"gain", {0, 1}}, {"sigma", 1e-4}});
  const auto law = given(seen, at::tensor({3.0, 0.7}, f64).view({1, 2}));
  CHECK(number(law.mean[0][0][0]) == 0);
  CHECK(number(law.variance[0][0][0]) == 1);
  CHECK(number(law.mean[0][0][1]) == Approx(0.7).epsilon(1e-7));
  CHECK(number(law.variance[0][0][1]) == Approx(1e-8).epsilon(1e-6));
}

TEST_CASE("What is measured keeps points, classes and closed forms as they were", "[source][measured]") {
  json labelled = three;
  labelled["labelled"] = true;
  const Seen seen(labelled, {{"sigma", 1}});
  weir::Rng one(1, "draw", f64), other(1, "draw", f64);
  const weir::Source::Drawn drawn = seen.source->draw(50, one), wanted = seen.prior->draw(50, other);
  CHECK(drawn.x.equal(wanted.x));
  CHECK(drawn.label.equal(wanted.label));
  CHECK(seen.source->classes() == 3);
  CHECK(weir::facet<weir::MixtureLaw>(*seen.source)
            ->mean.equal(weir::facet<weir::MixtureLaw>(*seen.prior)->mean));
  CHECK(weir::facet<weir::Moments>(*seen.source).has_value());
  CHECK(weir::facet<weir::LogDensity>(*seen.source).has_value());

  const auto moons = make<weir::Source>("source/mixture", {{"set", "two_moons"}});
  const auto no_law = make<weir::Source>("source/measured", {{"sigma", 1}});
  run(*moons);
  bind(*no_law, "of", *moons);
  run(*no_law);
  CHECK(weir::facet<weir::Measurement>(*no_law).has_value());
  CHECK_FALSE(weir::facet<weir::PosteriorLaw>(*no_law).has_value());
}

TEST_CASE("A gain is one number or one for each coordinate", "[source][measured]") {
  const auto prior = make<weir::Source>("source/gaussian", {{"dim", 2}}, f64, 0, "prior");
  run(*prior);
  const auto source = make<weir::Source>("source/measured", {{"gain", {1, 2, 3}}, {"sigma", 1}});
  bind(*source, "of", *prior);
  const weir::Faults faults = plan(*source);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "gain has 3 numbers, but an item of 'prior' has 2 coordinates");
  CHECK(faults[0].remedy == "write one number for each coordinate, or one for all");
}

// tests/plugins/metric/posterior.test.cpp -- distances from laws given a measurement, with known answers.
#include <cmath>

#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/facets/posterior_law.hpp>
#include <weir/kinds/metric.hpp>

#include "../measured.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Metric;
using weir::Tensor;

// A law that is known without doubt given y: x = f(y).
class Known final : public weir::Source {
 public:
  explicit Known(std::function<Tensor(const Tensor&)> f) : f_(std::move(f)) {
    set({.path = "known", .seed = 0, .options = f64, .places = {}});
  }
  weir::Shape shape() const override { return {1}; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return rng.normal({n, 1}); }

 private:
  std::function<Tensor(const Tensor&)> f_;
  weir::Facet<weir::Measurement> measurement_{
      this, [] {
        return weir::Measurement{{1}, [](const Tensor& x, weir::Rng&) { return x; }};
      }};
  weir::Facet<weir::PosteriorLaw> law_{this, [this] {
                                         return weir::PosteriorLaw{[this](const Tensor& y) {
                                           const Tensor mean = f_(y).unsqueeze(1);
                                           return weir::PosteriorLaw::Mixtures{at::ones({y.size(0), 1}, f64),
                                                                               mean,
                                                                               at::full_like(mean, 1e-30)};
                                         }};
                                       }};
};

struct Judged {
  Judged(const weir::Source& target, const Tensor& x, const Tensor& at)
      : samples(x), y(at), metric(make<Metric>("metric/posterior")) {
    bind(*metric, "samples", samples, "value");
    bind(*metric, "y", y, "value");
    bind(*metric, "target", const_cast<weir::Source&>(target));
  }
  double operator()(const std::string& output) const { return number(value_of(*metric, output)); }
  Values samples, y;
  std::unique_ptr<Metric> metric;
};

}  // namespace

TEST_CASE("Laws that change places are as far as they are given y, and as near together as y is",
          "[metric][posterior]") {
  // y = 0 or e; of the law x = y / e, of the points 1 - y / e.
  const double e = 0.1;
  const Known law([e](const Tensor& y) { return y / e; });
  const Tensor y = at::tensor({0.0, 0.0, e, e}, f64).view({4, 1}), x = 1 - y / e;
  const Judged given(law, x, y);
  run(*given.metric);
  CHECK(given("sw2_squared") == Approx(1).epsilon(1e-12));
  CHECK(given("sw2_squared_se") == Approx(0).margin(1e-12));
  CHECK(given("sw2_squared_n") == 2);

  Values both(at::cat({x, y}, 1)), wanted(at::cat({y / e, y}, 1));
  const auto together = make<Metric>("metric/w2");
  bind(*together, "samples", both, "value");
  bind(*together, "points", wanted, "value");
  run(*together);
  CHECK(number(value_of(*together, "w2_squared")) == Approx(std::min(1.0, e * e)).epsilon(1e-12));
}

TEST_CASE("The distance is a mean over measurements, and its error the spread of these",
          "[metric][posterior]") {
  const Known law([](const Tensor& y) { return y; });
  // 1, 2 and 3 away, by different numbers of points.
  const Tensor y = at::tensor({0.0, 0.0, 5.0, 5.0, 5.0, 9.0, 9.0}, f64).view({7, 1});
  const Tensor away = at::tensor({1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0}, f64).view({7, 1});
  const Judged judged(law, y + away, y);
  run(*judged.metric);
  CHECK(judged("sw2_squared") == Approx(14.0 / 3).epsilon(1e-12));
  const double variance =
      (std::pow(1 - 14.0 / 3, 2) + std::pow(4 - 14.0 / 3, 2) + std::pow(9 - 14.0 / 3, 2)) / 2;
  CHECK(judged("sw2_squared_se") == Approx(std::sqrt(variance / 3)).epsilon(1e-12));
  CHECK(judged("sw2_squared_n") == 3);
}

TEST_CASE("A normal law of another mean and spread is as far as the closed form says",
          "[metric][posterior]") {
  // Of N(m, s^2) and N(m', s'^2): (m - m')^2 + (s - s')^2 along each direction; both isotropic and moved along one axis, so that the
  // mean over directions in the plane is d^2 / 2 + (s - s')^2.
  const Seen seen({{"dim", 2}}, {{"sigma", 1}});  // given y: N(y / 2, 1/2)
  weir::Rng rng(4, "judged", f64);
  const Tensor y = rng.normal({3, 2}).repeat_interleave(20000, 0);
  const Tensor moved = y / 2 + at::tensor({0.6, 0.0}, f64) + 1.2 * rng.normal({60000, 2});
  const Judged judged(*seen.source, moved, y);
  run(*judged.metric);
  const double s = 1.2 - std::sqrt(0.5);
  // 128 directions leave 0.18 sqrt(1/2 / 128) = 0.011 of chance, the points less.
  CHECK(judged("sw2_squared") == Approx(0.18 + s * s).margin(0.05));
}

TEST_CASE("The distance says what it cannot judge", "[metric][posterior]") {
  const Known law([](const Tensor& y) { return y; });
  const Tensor one = at::zeros({4, 1}, f64), each = at::arange(4, f64).view({4, 1});
  CHECK_THROWS_WITH(run(*Judged(law, one, one).metric), Catch::Contains("here are 1 with as few as 4"));
  CHECK_THROWS_WITH(run(*Judged(law, each, each).metric), Catch::Contains("here are 4 with as few as 1"));

  const auto faults = [&](const Tensor& x, const Tensor& y) { return plan(*Judged(law, x, y).metric); };
  REQUIRE(faults(at::zeros({4, 2}, f64), one).size() == 1);
  CHECK(faults(at::zeros({4, 2}, f64), one)[0].message ==
        "'known' is a law of items [1], and the samples are [4, 2]");
  // Of another problem, or without the dimension that one measurement has.
  const std::string measures = "what 'known' measures of a point is [1], and the measurements are ";
  REQUIRE(faults(one, at::zeros({4, 2}, f64)).size() == 1);
  CHECK(faults(one, at::zeros({4, 2}, f64))[0].message == measures + "[4, 2]");
  REQUIRE(faults(one, at::zeros({4}, f64)).size() == 1);
  CHECK(faults(one, at::zeros({4}, f64))[0].message == measures + "[4]");
  const Seen plane({{"dim", 2}}, {{"sigma", 1}});
  REQUIRE(plan(*Judged(*plane.source, at::zeros({4, 2}, f64), each).metric).size() == 1);
  CHECK(plan(*Judged(*plane.source, at::zeros({4, 2}, f64), each).metric)[0].message ==
        "what 'seen' measures of a point is [2], and the measurements are [4, 1]");
  REQUIRE(faults(one, at::zeros({3, 1}, f64)).size() == 1);
  CHECK(faults(one, at::zeros({3, 1}, f64))[0].message ==
        "each sample needs the measurement that it was made for: there are [3, 1] for 4 samples");
}

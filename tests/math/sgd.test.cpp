// tests/math/sgd.test.cpp -- the equations of SGD against Volterra's form of them, closed forms, and SGD itself in many dimensions.
#include <catch2/catch.hpp>

#include <cmath>
#include <functional>
#include <random>

#include <weir/math/sgd/rates.hpp>

namespace {

using weir::LeastSquares;
using weir::SgdOde;

LeastSquares halves(double lambda, double distance, double noise = 0) {
  return {{1, lambda}, {0.5, 0.5}, {distance, distance}, noise};
}

double sum(const LeastSquares& of, const std::function<double(std::size_t)>& term) {
  double total = 0;
  for (std::size_t i = 0; i < of.share.size(); ++i) total += of.share[i] * term(i);
  return total;
}

// R(t) = F(G(t)) + int_0^t gamma_s^2 K(G(t) - G(s)) R(s) ds, G = int gamma, by the trapezoidal rule, for a rate that is a function of
// Q = int 2 c R.
double volterra(const LeastSquares& of, const std::function<double(double)>& rate, double until, int steps) {
  const auto& lambda = of.eigenvalue;
  const double h = until / steps, c = sum(of, [&](std::size_t i) { return lambda[i]; });
  const auto forcing = [&](double x) {
    return (of.noise +
            sum(of,
                [&](std::size_t i) { return lambda[i] * of.distance[i] * std::exp(-2 * lambda[i] * x); })) /
           2;
  };
  const auto kernel = [&](double x) {
    return sum(of, [&](std::size_t i) { return lambda[i] * lambda[i] * std::exp(-2 * lambda[i] * x); });
  };
  std::vector<double> risk{forcing(0)}, gamma{rate(0)}, area{0}, squares{0};
  for (int n = 1; n <= steps; ++n) {
    risk.push_back(risk.back()), gamma.push_back(gamma.back());
    area.push_back(0), squares.push_back(0);
    const auto last = static_cast<std::size_t>(n);
    for (int again = 0; again < 8; ++again) {
      squares[last] = squares[last - 1] + h * c * (risk[last - 1] + risk[last]);
      gamma[last] = rate(squares[last]);
      area[last] = area[last - 1] + h / 2 * (gamma[last - 1] + gamma[last]);
      double integral = 0;
      for (std::size_t s = 0; s <= last; ++s)
        integral +=
            (s == 0 || s == last ? h / 2 : h) * gamma[s] * gamma[s] * kernel(area[last] - area[s]) * risk[s];
      risk[last] = forcing(area[last]) + integral;
    }
  }
  return risk.back();
}

}  // namespace

TEST_CASE("The equations of SGD have the risk of their Volterra form", "[sgd]") {
  const double noise = GENERATE(0.0, 1.0);
  const LeastSquares problem = halves(0.3, 1.5, noise);
  const double eta = 1, b = 0.5;
  SgdOde ode(problem, weir::adagrad_norm_rate(eta, b));
  ode.advance(3);
  const auto rate = [&](double squares) { return eta / std::sqrt(b * b + squares); };
  // Two step lengths, extrapolated: the rule's error goes as h^2.
  const double coarse = volterra(problem, rate, 3, 150), fine = volterra(problem, rate, 3, 300);
  CHECK(ode.risk() == Approx((4 * fine - coarse) / 3).epsilon(1e-7));
}

TEST_CASE("At a constant rate the risk is an exponential, or ends where the noise holds it", "[sgd]") {
  const double gamma = GENERATE(0.3, 1.0, 1.7);
  const LeastSquares still = halves(1, 2);
  SgdOde clean(still, weir::constant_rate(gamma));
  CHECK(clean.risk() == Approx(1).epsilon(1e-12));
  clean.advance(5);
  CHECK(clean.risk() == Approx(std::exp((gamma * gamma - 2 * gamma) * 5)).epsilon(1e-8));
  SgdOde noisy(halves(0.5, 2, 0.8), weir::constant_rate(gamma));
  noisy.advance(400);
  CHECK(noisy.risk() == Approx(0.4 / (1 - gamma * 0.75 / 2)).epsilon(1e-6));
}

TEST_CASE("AdaGrad-Norm settles at the root, which knows the spectrum by its mean alone", "[sgd]") {
  struct Row {
    double distance, eta, b, limit;
  };
  // Computed apart from this library, by Euler steps of the equations.
  const auto row = GENERATE(Row{1, 1, 1, 0.700176}, Row{1, 2.5, 0.5, 0.9209}, Row{2, 2.5, 0.5, 0.8635},
                            Row{4, 2.5, 0.5, 0.7732}, Row{8, 2.5, 0.5, 0.6490}, Row{16, 2.5, 0.5, 0.5029});
  const LeastSquares one = halves(1, row.distance);
  CHECK(weir::adagrad_norm_limit(one, row.eta, row.b) == Approx(row.limit).margin(6e-5));
  // Another condition number, the same mean.
  LeastSquares wide = halves(0.1, row.distance);
  for (double& lambda : wide.eigenvalue) lambda /= 0.55;
  CHECK(weir::adagrad_norm_limit(wide, row.eta, row.b) ==
        Approx(weir::adagrad_norm_limit(one, row.eta, row.b)).epsilon(1e-12));
  SgdOde ode(wide, weir::adagrad_norm_rate(row.eta, row.b));
  ode.advance(300);
  CHECK(ode.rate() == Approx(weir::adagrad_norm_limit(wide, row.eta, row.b)).epsilon(1e-6));
  CHECK(weir::adagrad_norm_limit(halves(1, 0), row.eta, row.b) == row.eta / row.b);
}

TEST_CASE("Line search tends to the rate at the root of a cubic", "[sgd]") {
  const double l = GENERATE(0.5, 0.25, 0.125, 0.0625);
  // x = lim D_l^2 / D_1^2: the positive root of l (x + 1) (l x - 1) + (l - 1)^3 x.
  const auto cubic = [&](double x) { return l * (x + 1) * (l * x - 1) + std::pow(l - 1, 3) * x; };
  double low = 0, high = 1e5;
  REQUIRE(cubic(low) < 0);
  REQUIRE(cubic(high) > 0);
  for (int i = 0; i < 200; ++i) (cubic((low + high) / 2) < 0 ? low : high) = (low + high) / 2;
  const double limit = 2 * (1 + l * l * low) / ((1 + l * low) * (1 + l * l));
  CHECK(weir::line_search_limit(l) == Approx(limit).epsilon(1e-9));
  SgdOde ode(halves(l, 2), weir::line_search_rate());
  ode.advance(200);
  CHECK(ode.rate() == Approx(limit).epsilon(1e-6));
  // At most twice the smallest eigenvalue over tr K^2 / d, and at least that.
  const double least = l / ((1 + l * l) / 2);
  CHECK(limit > least);
  CHECK(limit < 2 * least);
  SgdOde polyak(halves(l, 2), weir::polyak_rate());
  CHECK(polyak.rate() == Approx(2 / (1 + l)).epsilon(1e-12));
  polyak.advance(20), ode = SgdOde(halves(l, 2), weir::line_search_rate()), ode.advance(20);
  CHECK(polyak.risk() < ode.risk());
}

TEST_CASE("SGD that knows its risk follows the equations: line search and Polyak", "[sgd]") {
  const bool greedy = GENERATE(true, false);
  constexpr int d = 2000, last = 5;
  constexpr double small = 0.25;
  const auto lambda = [](int i) { return i < d / 2 ? 1.0 : small; };
  SgdOde ode(halves(small, 1), greedy ? weir::line_search_rate() : weir::polyak_rate());
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::vector<double> away(d, 1 / std::sqrt(double(d))), a(d);  // X - X*
  double rate = 0;
  for (int k = 0; k < last * d; ++k) {
    double risk = 0, square = 0, trace = 0, trace_square = 0, slope = 0;
    for (int i = 0; i < d; ++i) {
      const auto j = static_cast<std::size_t>(i);
      risk += lambda(i) * away[j] * away[j] / 2;
      square += lambda(i) * lambda(i) * away[j] * away[j];  // |grad R|^2
      trace += lambda(i) / d, trace_square += lambda(i) * lambda(i) / d;
      a[j] = std::sqrt(lambda(i)) * normal(random);
      slope += a[j] * away[j];
    }
    rate = greedy ? square / (2 * trace_square * risk) : 1 / trace;
    for (std::size_t i = 0; i < a.size(); ++i) away[i] -= rate / d * slope * a[i];
  }
  double risk = 0;
  for (int i = 0; i < d; ++i)
    risk += lambda(i) * away[static_cast<std::size_t>(i)] * away[static_cast<std::size_t>(i)] / 2;
  ode.advance(last);
  // One run has a spread: of some hundredths in the rate, which began at 1.6, and of some 0.1 in the logarithm of the risk.
  CHECK(rate == Approx(ode.rate()).epsilon(0.06));
  CHECK(std::log(risk / ode.risk()) == Approx(0).margin(0.3));
}

TEST_CASE("Risks that leave the numbers stay at their last one, or end with the remedy", "[sgd]") {
  SgdOde gone(halves(1, 1), weir::line_search_rate());
  gone.advance(5000);
  CHECK(gone.risk() > 0);
  CHECK(gone.risk() < 1e-249);
  CHECK(gone.rate() == Approx(1).epsilon(1e-9));
  for (const SgdOde::Rate& rate : {weir::line_search_rate(), weir::polyak_rate()}) {
    SgdOde still(halves(1, 0), rate);
    still.advance(1);
    CHECK(still.risk() == 0);
    CHECK(still.rate() == 0);
  }
  SgdOde wild(halves(1, 1), weir::constant_rate(4));
  CHECK_THROWS_WITH(wild.advance(200),
                    "the risk of SGD is beyond all numbers at t = 200; lower the learning rate");
}

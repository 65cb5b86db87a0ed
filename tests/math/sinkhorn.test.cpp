// tests/math/sinkhorn.test.cpp -- entropic transport against POT, closed forms and its two limits.
#include <weir/math/numeric/assignment.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/math/numeric/sinkhorn.hpp>
#include <weir/rng.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using weir::Entropic;
using weir::EntropicPlan;
using weir::Tensor;

const at::TensorOptions f64 = at::TensorOptions(at::kDouble);
constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor costs_of(const Tensor& x, const Tensor& y) { return (x.unsqueeze(1) - y).square(); }
double number(const Tensor& x) { return x.item<double>(); }
Tensor plan_of(const Tensor& cost, const EntropicPlan& found) { return found.log_rows(cost, 0).exp(); }

// Five points and four on a line, with uneven weights.
const Tensor a = at::tensor({.1, .3, .2, .25, .15}, f64), b = at::tensor({.2, .35, .15, .3}, f64);
const Tensor line = costs_of(at::tensor({0.0, .7, 1.1, 2.3, 3.1}, f64), at::tensor({.4, 1.3, 1.9, 2.9}, f64));

// Points on a line, of which `weights` are a normal law's, but for its tails of 2e-13.
struct Normal {
  Normal(double mean, double sigma)
      : x(at::linspace(mean - 7.4 * sigma, mean + 7.4 * sigma, 121, f64)),
        weights(at::softmax(((x - mean) / sigma).square() / -2, 0)) {}
  Tensor x, weights;
};

}  // namespace

// POT 0.9.7.post1:
//   x = np.array([0, .7, 1.1, 2.3, 3.1]); y = np.array([.4, 1.3, 1.9, 2.9]); M = (x[:, None] - y) ** 2
//   a = np.array([.1, .3, .2, .25, .15]); b = np.array([.2, .35, .15, .3])
//   P = ot.sinkhorn(a, b, M, .5, method='sinkhorn_log', numItermax=1000000, stopThr=1e-15)
//   P = ot.unbalanced.sinkhorn_unbalanced(a, b, M, .3, rho, numItermax=1000000, stopThr=1e-16), rho = .7, (.7, 1.9), (np.inf, .7)
//   (P * M).sum()
// Its own error there is below 1e-14 of an entry.
TEST_CASE("Entropic plans are POT's, balanced and relaxed", "[sinkhorn]") {
  struct Known {
    double epsilon, rho0, rho1;
    std::vector<double> plan;
    double cost;
  };
  const auto known = GENERATE(
      Known{.5,
            infinity,
            infinity,
            {0.08649986410140535,    0.013210774007049755,  0.00028930770740047683, 5.418414446482197e-08,
             0.09609546542123111,    0.18240545706134875,   0.021433065795237554,   6.601172218249882e-05,
             0.017379664224025676,   0.13923883087676228,   0.0427296701965652,     0.0006518347026468343,
             2.4998191982307225e-05, 0.015058431833609873,  0.08232221134065741,    0.15259435863375045,
             8.061355717905361e-09,  8.650622122937903e-05, 0.003225744960139368,   0.14668774075727556},
            0.28030035234451134},
      Known{.05,
            infinity,
            infinity,
            {0.09999999999772598,   2.2740474405163696e-12, 2.595683751869205e-24,  4.3176824913676404e-64,
             0.0999999581958325,    0.19999552719834868,    4.514605818546491e-06,  1.086086096748898e-33,
             4.180644172598825e-08, 0.150004472799284,      0.0499954853942742,     1.068776551247813e-22,
             4.498935001828093e-39, 9.321640308691733e-14,  0.09999999999990575,    0.15000000000000108,
             8.119909081875172e-74, 5.415204568562053e-36,  1.2664165549081878e-15, 0.14999999999999866},
            0.21100219711443208},
      Known{.3,
            .7,
            .7,
            {0.05588429422104738,    0.0008407370051636795, 7.602823303352633e-07, 1.6237865999264956e-13,
             0.11114387031342253,    0.11150458684311008,   0.0016581813110300616, 3.766115666803157e-08,
             0.013575375956882437,   0.15012943122735864,   0.011057992561355996,  3.6145692531928087e-06,
             6.953392014169166e-07,  0.010299851367371694,  0.09218386756918293,   0.08982371991446633,
             1.5799536293884652e-12, 2.843754473469226e-06, 0.00062439354779715,   0.1260177598729451},
            0.14598094850782004},
      Known{.3,
            .7,
            1.9,
            {0.05941571007349425,    0.0009976276684292853, 1.029192690219266e-06, 2.1981676649354017e-13,
             0.11360179431474146,    0.12720061431654403,   0.002157952920778066,  4.901326907387408e-08,
             0.013373532389494751,   0.16506572668260158,   0.013870139724612984,  4.533891875199305e-06,
             6.279254231597397e-07,  0.010380998085237955,  0.10599284563207392,   0.1032815459455543,
             1.4201564853328143e-12, 2.852861962432163e-06, 0.0007145959355109868, 0.14422613204343468},
            0.16369831445240607},
      Known{.3,
            infinity,
            .7,
            {0.09825822612082011,    0.0017401646284093803,  1.609250411957115e-06, 3.5855790026660105e-13,
             0.13642667055424967,    0.16112299337349265,    0.002450278014720034,  5.805753765083777e-08,
             0.013333723924440787,   0.1735867038320709,     0.013075113552885613,  4.458690602708665e-06,
             7.368718254976906e-07,  0.012849233430803455,   0.11760336400661867,   0.11954666569075237,
             1.4903412521943846e-12, 3.1577991492792132e-06, 0.0007090377714588294, 0.14928780442790154},
            0.19604686408597138});
  const EntropicPlan found = weir::sinkhorn(line,
                                            {.epsilon = known.epsilon,
                                             .tolerance = 1e-14,
                                             .iterations = 1000000,
                                             .rho0 = known.rho0,
                                             .rho1 = known.rho1},
                                            a, b);
  const Tensor expected = at::tensor(known.plan, f64).view({5, 4}), plan = plan_of(line, found);
  CHECK(found.converged);
  // An entry's exponent is known to 1e-14 / epsilon or so.
  CHECK(at::allclose(plan, expected, 1e-10, 1e-13));
  CHECK(((plan / expected).log().abs() < 1e-8).all().item<bool>());
  CHECK(found.cost == Approx(known.cost).epsilon(1e-11));
  CHECK(found.mass == Approx(number(expected.sum())).epsilon(1e-12));
  CHECK(found.entropy == Approx(-number(at::xlogy(expected, expected).sum())).epsilon(1e-10));
}

TEST_CASE("The dual value is the primal one where the iterations end, and below it before", "[sinkhorn]") {
  const auto [rho0, rho1] = GENERATE(
      table<double, double>({{infinity, infinity}, {.7, .7}, {.7, 1.9}, {infinity, .7}, {.2, infinity}}));
  const auto kl = [](const Tensor& p, const Tensor& q) {
    return number((at::xlogy(p, p / q) - p + q).sum());
  };
  double before = -infinity;
  for (const std::int64_t iterations : {1, 2, 4, 8, 10000}) {
    const EntropicPlan found = weir::sinkhorn(
        line, {.epsilon = .3, .tolerance = 1e-13, .iterations = iterations, .rho0 = rho0, .rho1 = rho1}, a,
        b);
    const Tensor plan = plan_of(line, found);
    double primal = found.cost + found.epsilon * kl(plan, a.unsqueeze(1) * b);
    CHECK(found.divergence == Approx(kl(plan, a.unsqueeze(1) * b)).epsilon(1e-11));
    if (rho0 < infinity) primal += rho0 * kl(plan.sum(1), a);
    if (rho1 < infinity) primal += rho1 * kl(plan.sum(0), b);
    if (iterations == 10000) {
      CHECK(found.converged);
      CHECK(found.value == Approx(primal).epsilon(1e-10));
      CHECK(before <= found.value + 1e-12);
      const Tensor rows = rho0 < infinity ? a * (found.f / -rho0).exp() : a,
                   columns = rho1 < infinity ? b * (found.g / -rho1).exp() : b;
      CHECK(at::allclose(plan.sum(1), rows, 1e-11, 1e-13));
      CHECK(at::allclose(plan.sum(0), columns, 1e-11, 1e-13));
    } else if (found.epsilon == .3) {
      CHECK_FALSE(found.converged);
      CHECK(found.iterations == iterations);
      before = std::max(before, found.value);
    }
  }
}

// Janati, Muzellec, Peyre, Cuturi, arXiv 2006.02572, theorem 1, with epsilon = 2 sigma^2: D = sqrt(4 A B + sigma^4), the covariance of
// x and y is (D - sigma^2) / 2, and with KL against the product of the marginals the value has no constant of its own.
TEST_CASE("Between normal laws the entropic plan has Janati's covariance, cost and value", "[sinkhorn]") {
  const double epsilon = GENERATE(0.3, 2.0, 30.0);
  const Normal x(0, 1.2), y(0.7, 0.5);
  const Tensor cost = costs_of(x.x, y.x);
  const EntropicPlan found =
      weir::sinkhorn(cost, {.epsilon = epsilon, .tolerance = 1e-13}, x.weights, y.weights);
  const double sigma2 = epsilon / 2, d = std::sqrt(4 * 1.44 * 0.25 + sigma2 * sigma2);
  const double covariance = (d - sigma2) / 2, correlation2 = covariance * covariance / (1.44 * 0.25);
  const double moved = 0.49 + 1.44 + 0.25 - 2 * covariance;
  CHECK(found.converged);
  const Tensor plan = plan_of(cost, found);
  CHECK(number((plan * x.x.unsqueeze(1) * (y.x - 0.7)).sum()) == Approx(covariance).epsilon(1e-9));
  CHECK(found.cost == Approx(moved).epsilon(1e-9));
  // Of a normal law of this correlation KL is the mutual information.
  CHECK(found.divergence == Approx(-std::log1p(-correlation2) / 2).epsilon(1e-9));
  CHECK(found.value ==
        Approx(0.49 + 1.44 + 0.25 - d + sigma2 * (1 - std::log(2 * sigma2)) + sigma2 * std::log(d + sigma2))
            .epsilon(1e-9));
}

TEST_CASE("As epsilon falls the plan's cost is that of optimal transport, as it grows the mean of all",
          "[sinkhorn]") {
  weir::Rng rng(GENERATE(1, 2, 3), "points", f64);
  const Tensor x = rng.normal({20, 3}), y = rng.normal({20, 3}) + 1;
  const Tensor cost = weir::SquaredDistances(y).from(x);
  const double best = weir::solve(cost).cost / 20, mean = number(cost.mean()), most = number(cost.max());
  double above = infinity;
  for (const double epsilon : {1.0, 0.1, 0.01}) {
    const EntropicPlan found =
        weir::sinkhorn(cost, {.epsilon = epsilon, .tolerance = 1e-6, .iterations = 3000});
    CHECK((found.converged || epsilon < 1));
    CHECK(found.error < 1e-3);
    // <P, C> + epsilon KL is at most that of the optimal plan, whose KL is log 20. Where the marginals are not quite reached, so is it.
    CHECK(found.cost >= best - found.error * most);
    CHECK(found.cost - best <= epsilon * (std::log(20.0) - found.divergence) + 2 * found.error * most);
    CHECK(found.value <= best + epsilon * std::log(20.0));
    CHECK(found.cost - best < above);
    above = found.cost - best;
  }
  CHECK(weir::sinkhorn(cost, {.epsilon = 1e8}).cost == Approx(mean).epsilon(1e-6));
}

TEST_CASE("Costs a million times epsilon end in numbers, where exp(-C / epsilon) is 0", "[sinkhorn]") {
  // A point of one side far from all of the other: its whole row underflows, and plain Sinkhorn divides 0 by 0.
  const Tensor x = at::tensor({0.0, 1.0, 1000.0}, f64), y = at::tensor({0.1, 1.2, 2.0}, f64);
  const Tensor cost = costs_of(x, y);
  CHECK(number((cost[2] / -1.0).exp().sum()) == 0);
  const EntropicPlan found = weir::sinkhorn(cost, {.epsilon = 1, .tolerance = 1e-12});
  CHECK(found.converged);
  const Tensor plan = plan_of(cost, found);
  // An exponent of a million is known to 1e6 2^-53.
  CHECK(at::allclose(plan.sum(1), at::full({3}, 1.0 / 3, f64), 1e-9, 0));
  CHECK(number(plan[2][2]) == Approx(1.0 / 3).epsilon(1e-9));
}

TEST_CASE("Of two points relaxed transport leaves the mass exp(-c / (epsilon + 2 rho))", "[sinkhorn]") {
  const auto [c, epsilon, rho] =
      GENERATE(table<double, double, double>({{2, .5, 1}, {.3, 2, 40}, {1, .01, 1e4}, {5, 1, 1e-3}}));
  const EntropicPlan found =
      weir::sinkhorn(at::full({1, 1}, c, f64), {.epsilon = epsilon, .rho0 = rho, .rho1 = rho});
  CHECK(found.converged);
  CHECK(found.mass == Approx(std::exp(-c / (epsilon + 2 * rho))).epsilon(1e-8));
}

TEST_CASE("A large rho needs hardly more iterations than none", "[sinkhorn]") {
  const auto steps = [](double rho) {
    const EntropicPlan found =
        weir::sinkhorn(line, {.epsilon = .3, .tolerance = 1e-9, .rho0 = rho, .rho1 = rho}, a, b);
    CHECK(found.converged);
    return found.iterations;
  };
  const std::int64_t balanced = steps(infinity);
  // Without the best shift the mass settles at the rate 1 / (1 + epsilon / rho): 1e9 iterations.
  CHECK(steps(1e8) <= 2 * balanced + 10);
}

TEST_CASE("Points without weight take no part", "[sinkhorn]") {
  const Tensor w = at::tensor({.1, 0.0, .5, .25, .15}, f64);
  const EntropicPlan found = weir::sinkhorn(line, {.epsilon = .5}, w, b);
  const Tensor kept = at::tensor({0, 2, 3, 4}, at::kLong);
  const EntropicPlan without =
      weir::sinkhorn(line.index_select(0, kept), {.epsilon = .5}, w.index_select(0, kept), b);
  CHECK(plan_of(line, found)[1].equal(at::zeros({4}, f64)));
  CHECK(found.cost == Approx(without.cost).epsilon(1e-8));
  CHECK(found.entropy == Approx(without.entropy).epsilon(1e-8));
  CHECK(found.value == Approx(without.value).epsilon(1e-8));
}

TEST_CASE("What is not a transport is refused", "[sinkhorn]") {
  CHECK_THROWS_WITH(weir::sinkhorn(line, {.epsilon = 0}),
                    "epsilon of a transport must be positive and finite, not 0");
  CHECK_THROWS_WITH(weir::sinkhorn(line, {.rho0 = -1}),
                    "rho of a transport must be positive, or infinity: -1 and inf");
  CHECK_THROWS_WITH(weir::sinkhorn(line, {}, b, b),
                    "transport needs a weight for each point: a of 5 points has [4]");
  CHECK_THROWS_WITH(weir::sinkhorn(line, {}, a, 2 * b),
                    "a transport that keeps both marginals needs weights of one sum: 1 and 2");
  CHECK_THROWS_WITH(weir::sinkhorn(line, {}, -a, b), Catch::Contains("must be finite and not negative"));
  CHECK_THROWS_WITH(weir::sinkhorn(line / 0.0, {}), "costs of a transport must be finite");
  CHECK_THROWS_WITH(weir::sinkhorn(a, {}), "transport needs a matrix of costs, not one of shape [5]");
}

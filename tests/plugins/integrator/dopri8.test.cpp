// tests/plugins/integrator/dopri8.test.cpp -- the pair of orders 8 and 7: its conditions, its way between steps, and scipy's effort.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <weir/kinds/flow/embedded.hpp>

#include "flow.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

// A rooted tree is what hangs at its root: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.2.
struct Tree {
  std::vector<Tree> branches;
  int nodes() const {
    int sum = 1;
    for (const Tree& branch : branches) sum += branch.nodes();
    return sum;
  }
  double gamma() const {
    double product = nodes();
    for (const Tree& branch : branches) product *= branch.gamma();
    return product;
  }
  // Phi_i: the product over its branches of sum_j a_ij Phi_j.
  std::vector<double> weights(const std::vector<std::vector<double>>& a) const {
    std::vector<double> phi(a.size(), 1);
    for (const Tree& branch : branches) {
      const std::vector<double> below = branch.weights(a);
      for (std::size_t i = 0; i < a.size(); ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < a[i].size(); ++j) sum += a[i][j] * below[j];
        phi[i] *= sum;
      }
    }
    return phi;
  }
};

// All trees of n nodes: a root and a forest of n - 1, whose trees come in no order that is taken twice.
const std::vector<Tree>& trees(int n);
void forests(int left, int largest, std::size_t last, std::vector<Tree>& taken, std::vector<Tree>& found) {
  if (left == 0) return found.push_back({taken});
  for (int size = std::min(left, largest); size > 0; --size) {
    const std::size_t most = size == largest ? last + 1 : trees(size).size();
    for (std::size_t i = 0; i < std::min(most, trees(size).size()); ++i) {
      taken.push_back(trees(size)[i]);
      forests(left - size, size, i, taken, found);
      taken.pop_back();
    }
  }
}
const std::vector<Tree>& trees(int n) {
  static std::map<int, std::vector<Tree>> known;
  if (!known.contains(n)) {
    std::vector<Tree> found, taken;
    if (n > 1) forests(n - 1, n - 1, trees(n - 1).size(), taken, found);
    known[n] = n == 1 ? std::vector<Tree>{Tree{}} : found;
  }
  return known.at(n);
}

double dot(const std::vector<double>& weights, const std::vector<double>& phi) {
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * phi[i];
  return sum;
}

// Of weights that belong to the stages of a, the largest residual of the conditions of this order at theta.
double residual(const std::vector<double>& weights, const std::vector<std::vector<double>>& a, int order,
                double theta = 1) {
  double worst = 0;
  for (const Tree& tree : trees(order))
    worst = std::max(worst, std::abs(dot(weights, tree.weights(a)) - std::pow(theta, order) / tree.gamma()));
  return worst;
}

weir::Tableau tableau_of(const std::string& id) {
  const auto integrator = make<weir::Integrator>(id);
  return dynamic_cast<const weir::Embedded&>(*integrator).tableau();
}

// x' = x^2 cos 3t, and a turn at the rate 1 + 4t.
Tensor smooth(const Tensor& x, const Tensor& t) { return x.square() * (3 * t).cos().unsqueeze(1); }
Tensor turning(const Tensor& x, const Tensor& t) {
  return (1 + 4 * t).unsqueeze(1) * at::stack({-x.select(1, 1), x.select(1, 0)}, 1);
}

struct Problem {
  const char* name;
  Given::Function velocity;
  std::vector<double> start, truth;
};
const Problem of_smooth{"smooth", smooth, {1}, {1 / (1 - std::sin(3.0) / 3)}},
    of_turning{"turning", turning, {1, 0}, {std::cos(3.0), std::sin(3.0)}};

// What another program's solver asked and how far it was off.
struct Effort {
  const Problem* problem;
  double tolerance;
  std::int64_t nfe;
  double error;
};
// scipy 1.17.1: r = solve_ivp(f, (0, 1), start, method=..., rtol=tol, atol=tol): r.nfev and abs(r.y[:, -1] - truth).max().
const std::vector<Effort> rk45{{&of_smooth, 1e-6, 74, 1.92169e-07},   {&of_smooth, 1e-8, 134, 7.18153e-09},
                               {&of_smooth, 1e-10, 290, 1.61844e-11}, {&of_turning, 1e-6, 98, 1.36727e-06},
                               {&of_turning, 1e-8, 176, 1.48042e-08}, {&of_turning, 1e-10, 446, 1.31243e-10}};
const std::vector<Effort> dop853{
    {&of_smooth, 1e-6, 110, 2.22276e-08},  {&of_smooth, 1e-8, 110, 8.97769e-10},
    {&of_smooth, 1e-10, 206, 2.01508e-11}, {&of_turning, 1e-6, 98, 7.08218e-07},
    {&of_turning, 1e-8, 122, 6.27236e-09}, {&of_turning, 1e-10, 170, 6.59819e-11}};

// The evaluations with which it comes as near to the truth, at the largest tolerance that is small enough.
std::int64_t effort(const std::string& id, const Problem& problem, double error) {
  for (double power = std::log10(error) + 1.5; power > -14; power -= 0.25) {
    const double tolerance = std::pow(10, power);
    Flow flow(id, {{"rtol", tolerance}, {"atol", tolerance}}, problem.velocity,
              at::tensor(problem.start, f64).unsqueeze(0));
    flow.run();
    if ((flow["end"] - at::tensor(problem.truth, f64)).abs().max().item<double>() <= error)
      return flow["nfe"][0].item<std::int64_t>();
  }
  return std::numeric_limits<std::int64_t>::max();
}

}  // namespace

TEST_CASE("The conditions of order are counted as they are known to be", "[integrator]") {
  std::vector<std::size_t> count;
  for (int n = 1; n <= 8; ++n) count.push_back(trees(n).size());
  CHECK(count == std::vector<std::size_t>{1, 1, 2, 4, 9, 20, 48, 115});
}

TEST_CASE("dopri8 satisfies all 200 conditions of order 8, its error is of a method of order 7 and no more",
          "[integrator]") {
  const weir::Tableau pair = tableau_of("integrator/dopri8");
  for (std::size_t i = 0; i < pair.c.size(); ++i) {
    double sum = 0;
    for (const double a : pair.a[i]) sum += a;
    CHECK(std::abs(sum - pair.c[i]) < 1e-14);
  }
  std::vector<double> other = pair.b;  // the weights of order 7
  for (std::size_t i = 0; i < other.size(); ++i) other[i] -= pair.e[i];
  // Weights up to 20 and products of them, in double: 1e-13 is round-off.
  for (int order = 1; order <= 8; ++order) CHECK(residual(pair.b, pair.a, order) < 1e-13);
  for (int order = 1; order <= 7; ++order) CHECK(residual(other, pair.a, order) < 1e-13);
  CHECK(residual(other, pair.a, 8) > 1e-5);
  // A digit that is wrong in the ninth place is seen.
  std::vector<std::vector<double>> a = pair.a;
  a[9][5] += 1e-9;
  CHECK(residual(pair.b, a, 7) > 1e-13);
}

TEST_CASE("The dense output of dopri8 is of order 5 everywhere in a step, and of order 6 to within 1e-4",
          "[integrator]") {
  const weir::Tableau pair = tableau_of("integrator/dopri8");
  std::vector<std::vector<double>> a = pair.a;
  a.push_back(pair.b);  // the stage at the end of a step
  for (const double theta : {0.1, 0.25, 0.5, 0.77, 1.0}) {
    std::vector<double> weights;
    for (const std::vector<double>& p : pair.p) {
      double weight = 0;
      for (std::size_t j = p.size(); j-- > 0;) weight = theta * (weight + p[j]);
      weights.push_back(weight);
    }
    INFO("theta " << theta);
    for (int order = 1; order <= 5; ++order) CHECK(residual(weights, a, order, theta) < 1e-12);
    CHECK(residual(weights, a, 6, theta) < 1e-4);
  }
}

TEST_CASE("dopri8 has order 8 where the field depends on t and on x", "[integrator]") {
  const auto integrator = make<weir::Integrator>("integrator/dopri8");
  const auto& pair = dynamic_cast<const weir::Embedded&>(*integrator);
  // x' = x^2 cos t from 1 to 1 / (1 - sin 1), in equal steps whatever their errors. Of 32 the error is still 100 times round-off.
  const auto slope = [](const Tensor& x, const Tensor& t) { return x.square() * t.cos().unsqueeze(1); };
  const auto error = [&](int steps) {
    const Tensor h = row_of({1.0 / steps});
    Tensor x = column({1});
    for (int k = 0; k < steps; ++k) {
      const Tensor t = row_of({double(k) / steps});
      x = pair.advance(slope, x, t, h, slope(x, t)).x;
    }
    return std::abs(x.item<double>() - 1 / (1 - std::sin(1.0)));
  };
  CHECK(std::log2(error(16) / error(32)) == Approx(8).margin(0.1));
}

TEST_CASE(
    "dopri5 and tsit5 come as near as scipy's RK45, and dopri8 as DOP853, within 1.5 times their evaluations",
    "[integrator]") {
  for (const auto& [id, theirs] : {std::pair("integrator/dopri5", rk45), std::pair("integrator/tsit5", rk45),
                                   std::pair("integrator/dopri8", dop853)})
    for (const Effort& of : theirs) {
      INFO(id << ", " << of.problem->name << ", tolerance " << of.tolerance);
      CHECK(double(effort(id, *of.problem, of.error)) <= 1.5 * double(of.nfe));
    }
}

TEST_CASE("dopri8 is for float64: tolerances that float32 cannot tell are refused", "[integrator]") {
  Flow flow("integrator/dopri8", {{"rtol", 1e-9}}, smooth, column({1}).to(at::kFloat));
  REQUIRE(flow.faults.size() == 1);
  CHECK(flow.faults[0].message == "rtol is 1e-09, below what float32 can tell of a number");
}

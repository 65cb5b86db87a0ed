// core/math/numeric/quadrature.cpp -- panels that shrink towards the poles.
#include <weir/math/numeric/quadrature.hpp>

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>

namespace weir {
namespace {

using Legendre = boost::math::quadrature::gauss<double, 20>;

constexpr int deepest = 48;

struct Nodes {
  std::vector<double> t, weight;

  void add_panel(double a, double b) {
    const double middle = (a + b) / 2, half = (b - a) / 2;
    for (std::size_t i = 0; i < Legendre::abscissa().size(); ++i) {
      for (const double side : {-1.0, 1.0}) {
        t.push_back(middle + side * half * Legendre::abscissa()[i]);
        weight.push_back(half * Legendre::weights()[i]);
      }
    }
  }
};

double distance(double a, double b, const std::complex<double>& pole) {
  return std::hypot(std::max({a - pole.real(), 0.0, pole.real() - b}), pole.imag());
}

void halve(double a, double b, const std::vector<std::complex<double>>& poles, int halvings, int depth,
           Nodes& nodes) {
  const bool near = depth < deepest && std::ranges::any_of(poles, [&](const std::complex<double>& pole) {
                      return distance(a, b, pole) < b - a;
                    });
  if (!near && halvings == 0) return nodes.add_panel(a, b);
  const double middle = (a + b) / 2;
  halve(a, middle, poles, near ? halvings : halvings - 1, depth + 1, nodes);
  halve(middle, b, poles, near ? halvings : halvings - 1, depth + 1, nodes);
}

}  // namespace

Quadrature quadrature(double a, double b, const std::vector<std::complex<double>>& poles, int halvings) {
  Nodes nodes;
  halve(a, b, poles, halvings, 0, nodes);
  return {at::tensor(nodes.t, at::kDouble), at::tensor(nodes.weight, at::kDouble)};
}

}  // namespace weir

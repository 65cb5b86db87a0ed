// core/math/sgd/ode.cpp -- the equations of SGD, by Boost.Odeint's pair of Dormand and Prince.
#include <weir/math/sgd/ode.hpp>

#include <algorithm>
#include <boost/numeric/odeint.hpp>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace weir {
namespace {

constexpr double least_risk = 1e-250;
// Risks fall by many powers of ten, and count to the last: the tolerance is relative alone.
constexpr double absolute_tolerance = 1e-300, relative_tolerance = 1e-10;

}  // namespace

double LeastSquares::trace() const {
  double sum = 0;
  for (std::size_t i = 0; i < share.size(); ++i) sum += share[i] * eigenvalue[i];
  return sum;
}

double LeastSquares::trace_square() const {
  double sum = 0;
  for (std::size_t i = 0; i < share.size(); ++i) sum += share[i] * eigenvalue[i] * eigenvalue[i];
  return sum;
}

SgdOde::SgdOde(LeastSquares problem, Rate rate)
    : problem_(std::move(problem)),
      rate_(std::move(rate)),
      trace_(problem_.trace()),
      state_(problem_.distance) {
  state_.push_back(0);
}

SgdOde::Now SgdOde::now(const State& state) const {
  double excess = 0;
  for (std::size_t i = 0; i < problem_.share.size(); ++i)
    excess += problem_.share[i] * problem_.eigenvalue[i] * state[i];
  return {problem_, state, (problem_.noise + excess) / 2, state.back()};
}

void SgdOde::slope(const State& state, State& derivative) const {
  const Now at = now(state);
  std::ranges::fill(derivative, 0);
  if (at.risk < least_risk) return;
  const double gamma = rate_(at);
  for (std::size_t i = 0; i < problem_.eigenvalue.size(); ++i)
    derivative[i] = 2 * gamma * problem_.eigenvalue[i] * (gamma * at.risk - state[i]);
  derivative.back() = 2 * trace_ * at.risk;
}

void SgdOde::advance(double until) {
  using namespace boost::numeric::odeint;
  const double gamma = rate(), largest = std::ranges::max(problem_.eigenvalue);
  // No D_i^2 changes by more than a hundredth of R or itself in the first step; the later ones find their own length.
  const double first = std::min(until - time_, 0.005 / (gamma * largest * (1 + gamma)));
  if (first > 0)
    integrate_adaptive(
        make_controlled<runge_kutta_dopri5<State>>(absolute_tolerance, relative_tolerance),
        [this](const State& state, State& derivative, double) { slope(state, derivative); }, state_, time_,
        until, first);
  time_ = until;
  if (!std::ranges::all_of(state_, [](double value) { return std::isfinite(value); }))
    throw std::runtime_error(
        fmt::format("the risk of SGD is beyond all numbers at t = {}; lower the learning rate", until));
}

}  // namespace weir

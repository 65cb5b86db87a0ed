// core/math/sgd/ode.hpp -- risk and rate of one-pass SGD on least squares, as they are in many dimensions.
//
//   X <- X - (gamma_k / d) grad f        f = (<a, X - X*> - w z)^2 / 2,  a ~ N(0, K),  z ~ N(0, 1)        t = k / d
//
//   R = w^2 / 2 + (1/2) sum_i p_i lambda_i D_i^2                 half of the mean squared error
//   d/dt D_i^2 = -2 gamma lambda_i D_i^2 + 2 gamma^2 lambda_i R
//   d/dt Q     = 2 c R        Q = lim sum_k |grad f_k|^2 / d^2        c = sum_i p_i lambda_i = tr K / d
//
// where a share p_i of the directions has the eigenvalue lambda_i of K, and D_i^2 = d <X - X*, omega_i>^2. With several outputs D_i^2 and
// w^2 are sums over them. The rate gamma is any function of these. A run of SGD is nearer to it than d^-e for every e < 1/2.
//
// Source  Collins-Woodfin, Seroussi, Garcia Malaxechebarria, Mackenzie, Paquette, Paquette, arXiv 2405.19585, section 2.
#pragma once

#include <functional>
#include <vector>

namespace weir {

struct LeastSquares {
  std::vector<double> eigenvalue, share,
      distance;      // lambda_i >= 0, p_i with sum 1, D_i^2 at t = 0; of one length
  double noise = 0;  // w^2

  double trace() const;         // c
  double trace_square() const;  // tr K^2 / d
};

class SgdOde {
 public:
  struct Now {
    const LeastSquares& problem;
    const std::vector<double>& distance;  // D_i^2
    double risk, squares;                 // R, Q
  };
  using Rate = std::function<double(const Now&)>;

  SgdOde(LeastSquares problem, Rate rate);

  // Goes on to a later time; where R has fallen below 1e-250 it stays as it is. Errors: std::runtime_error where the numbers overflow.
  void advance(double until);

  double time() const { return time_; }
  double risk() const { return now(state_).risk; }
  double rate() const { return rate_(now(state_)); }

 private:
  using State = std::vector<double>;  // D_i^2, and Q at the end
  Now now(const State& state) const;
  void slope(const State& state, State& derivative) const;

  LeastSquares problem_;
  Rate rate_;
  double trace_;
  State state_;
  double time_ = 0;
};

}  // namespace weir

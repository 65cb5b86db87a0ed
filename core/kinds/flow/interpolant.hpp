// core/kinds/flow/interpolant.hpp -- the path between the two points of a pair, or through all the points of a chain.
//
//   x_t = path(t) + gamma(t) z          u_t = path'(t) [+ gamma'(t) z]
//
//   path(t) = alpha(t) x0 + beta(t) x1                                of a TwoPoint
//
// Source  Albergo, Boffi, Vanden-Eijnden, arXiv 2303.08797. The bracket is there only if noise_in_target is set: the paper
//         this laboratory studies (arXiv 2510.18118) leaves it out.
//
// Laws (`weir plugin check` holds every interpolant to them, at its parameters and at others; `weir explain law/interpolant` prints them)
//   shape      of a TwoPoint: alpha, beta and their derivatives are one number for each time: [N] at t [N], also where they are constant
//   ends       of a TwoPoint: alpha(0) = 1, beta(0) = 0, alpha(1) = 0, beta(1) = 1, or what its facet InexactEnds says instead, to 1e-12
//   points     the path is at each of its points at that point's time, to 1e-12, with up to five points as it takes them; at inexact ends as above
//   velocity   the target is the derivative of the path: dalpha and dbeta are those of alpha and beta
//   float32    float32 times give float32 numbers, those of float64 to float32's accuracy
#pragma once

#include <cstdint>
#include <string>

#include <weir/kinds/facets/coefficients.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/noise.hpp>
#include <weir/node.hpp>

namespace weir {

// A plugin gives the path without noise; the noise, and what becomes of it, is the base class's.
class Interpolant : public Node {
 public:
  static constexpr const char* kind = "interpolant";
  ~Interpolant() override;

  // Whether it has a path through so many points. An objective asks it at plan (plan_path below).
  virtual bool takes(std::int64_t marginals) const { return marginals == 2; }

  struct Point {
    Tensor xt, ut;  // [B, item...]
  };
  // The path at t [B] with z ~ N(0, I) [B, item...]. Throws std::logic_error for a number of points that it does not take.
  Point at(const Batch& batch, const Tensor& t, const Tensor& z) const;

  const Noise& noise() const { return *noise_; }
  bool noise_in_target() const { return noise_in_target_(); }

 protected:
  // The path and its derivative without noise, at t [B], of the dtype of the points. batch.times are defined where there are more than
  // two points.
  virtual Point noiseless(const Batch& batch, const Tensor& t) const = 0;

 private:
  Port<Noise> noise_{this, "noise", by_default("zero"), "noise schedule gamma(t)"};
  Param<bool> noise_in_target_{this, "noise_in_target", false,
                               "whether the target velocity carries gamma'(t) z"};
};

// A path that is linear in two points, by four functions of t. Closed forms are known of these alone, and take a Port<TwoPoint> with
// by_default("linear").needing<Coefficients>(): another path is then a fault of the pipeline.
class TwoPoint : public Interpolant {
 public:
  ~TwoPoint() override;

  virtual Tensor alpha(const Tensor& t) const = 0;  // [N] of t [N]
  virtual Tensor beta(const Tensor& t) const = 0;
  virtual Tensor dalpha(const Tensor& t) const = 0;
  virtual Tensor dbeta(const Tensor& t) const = 0;

 protected:
  Point noiseless(const Batch& batch, const Tensor& t) const override;

 private:
  Facet<Coefficients> coefficients_{this, [] { return Coefficients{}; }};
};

// A fault, at the port of that name, of a path that cannot go through as many points as the coupling gives.
void plan_path(Plan& plan, const Interpolant& path, const Coupling& coupling,
               const std::string& port = "interpolant");

}  // namespace weir

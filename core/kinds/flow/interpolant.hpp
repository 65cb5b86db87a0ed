// core/kinds/flow/interpolant.hpp -- the path between the two points of a pair.
//
//   x_t = alpha(t) x0 + beta(t) x1 + gamma(t) z          u_t = alpha'(t) x0 + beta'(t) x1 [+ gamma'(t) z]
//
// Source  Albergo, Boffi, Vanden-Eijnden, arXiv 2303.08797. The bracket is there only if noise_in_target is set: the paper
//         this laboratory studies (arXiv 2510.18118) leaves it out.
//
// Laws (`weir plugin check` holds every interpolant to them, at its parameters and at others; `weir explain law/interpolant` prints them)
//   shape      alpha, beta and their derivatives are one number for each time: [N] at t [N], also where they are constant
//   ends       the path starts at x0 and ends at x1: alpha(0) = 1, beta(0) = 0, alpha(1) = 0, beta(1) = 1, to 1e-12
//   velocity   dalpha and dbeta are the derivatives of alpha and beta
//   float32    float32 times give float32 numbers, those of float64 to float32's accuracy
#pragma once

#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/noise.hpp>
#include <weir/node.hpp>

namespace weir {

// A plugin gives the four functions of t; the noise, and what becomes of it, is the base class's.
class Interpolant : public Node {
 public:
  static constexpr const char* kind = "interpolant";
  ~Interpolant() override;

  virtual Tensor alpha(const Tensor& t) const = 0;  // [N] of t [N]
  virtual Tensor beta(const Tensor& t) const = 0;
  virtual Tensor dalpha(const Tensor& t) const = 0;
  virtual Tensor dbeta(const Tensor& t) const = 0;

  struct Point {
    Tensor xt, ut;  // [B, item...]
  };
  // The path at t [B] with z ~ N(0, I) [B, item...].
  Point at(const Batch& batch, const Tensor& t, const Tensor& z) const;

  const Noise& noise() const { return *noise_; }
  bool noise_in_target() const { return noise_in_target_(); }

 private:
  Port<Noise> noise_{this, "noise", by_default("zero"), "noise schedule gamma(t)"};
  Param<bool> noise_in_target_{this, "noise_in_target", false,
                               "whether the target velocity carries gamma'(t) z"};
};

}  // namespace weir

// core/kinds/flow/noise.hpp -- the noise schedule gamma(t) of an interpolant.
//
// Asked at any t of [0, 1], ends included; a derivative that is infinite there makes losses infinite whenever t falls on it.
//
// Laws (`weir plugin check` holds every noise to them, at its parameters and at others; `weir explain law/noise` prints them)
//   shape        gamma and dgamma are [N] at t [N], of t's dtype
//   sign         gamma is nowhere negative
//   zero         zero() says whether gamma is zero everywhere
//   action       it has the facet InfiniteAction where dgamma^2 cannot be integrated from 0 to 1, and only there
//   derivative   dgamma is the derivative of gamma
//   float32      at float32 times it gives what float64 gives, to float32's accuracy
#pragma once

#include <weir/node.hpp>

namespace weir {

class Noise : public Node {
 public:
  static constexpr const char* kind = "noise";
  ~Noise() override;

  virtual Tensor gamma(const Tensor& t) const = 0;   // [N] of t [N]
  virtual Tensor dgamma(const Tensor& t) const = 0;  // d gamma / dt, [N]
  virtual bool zero() const { return false; }        // gamma is zero everywhere

  // gamma gamma' = (gamma^2)' / 2, [N] float64 of t [N]: finite also at an end where gamma' is not, if gamma^2 is smooth there.
  Tensor gamma_dgamma(const Tensor& t) const;
};

// t kept this far from 0 and 1, float64: where limits at the ends are read off. The default is float64's resolution at 1.
Tensor off_the_ends(const Tensor& t, double distance = 0x1p-52);

}  // namespace weir

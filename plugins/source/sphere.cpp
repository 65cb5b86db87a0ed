// plugins/source/sphere.cpp -- the uniform law on a sphere of k coordinates within `dim`: a manifold of k - 1 dimensions.
//
//   x = z / |z| F,  z ~ N(0, I_k)        F [k, dim], F F^T = I: the first k axes, or k orthonormal ones drawn at random
//   E x = 0,  Cov x = F^T F / k          k F^T F is the projection onto the space that the sphere spans
//
// Source   Muller, Comm. ACM 2 (1959) 19-20; the target of arXiv 2602.22486, whose manifolds lie in many more dimensions than they have.
// Oracle   distance 1, and as many singular values as dimensions; Fourier means of the angle within five standard errors; the covariance
//          is a projection over k.
// Peers    torchdyn randnsphere (one point)
// Shapes   items {dim}
// Limits   radius 1, centre 0; no density with respect to volume for k < dim. The frame is of this node's random numbers: two nodes have two.
#include <fmt/format.h>

#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

#include "frame.hpp"

namespace {

using weir::Tensor;

class Sphere final : public weir::Source {
  weir::Param<std::int64_t> k_{this, "k", 2, weir::between(1, 1e4),
                               "coordinates of the sphere: 2 for a circle"};
  weir::Param<std::int64_t> dim_{this, "dim", weir::required, weir::between(1, 1e4),
                                 "coordinates of an item"};
  weir::Param<std::string> rotation_{this, "rotation", "none", weir::one_of({"none", "random"}),
                                     "whether the sphere lies along the first k axes, or along drawn ones"};
  weir::Facet<weir::Moments> moments_{this, [this] {
                                        return weir::Moments{
                                            at::zeros({dim_()}, options()),
                                            (at::mm(frame_.t(), frame_) / double(k_())).to(options())};
                                      }};

 public:
  void plan(weir::Plan& plan) override {
    if (k_() > dim_())
      return plan.fault(
          "k", fmt::format("a sphere of {} coordinates does not fit into {}: k is at most dim", k_(), dim_()),
          "raise dim, or lower k");
    frame_ = rotation_() == "random" ? weir::random_frame(k_(), dim_(), rng())
                                     : at::eye(k_(), dim_(), at::kDouble);
  }

  weir::Shape shape() const override { return {dim_()}; }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    const Tensor z = rng.normal({n, k_()});
    return at::mm(z / z.norm(2, {1}, true), frame_.to(options()));
  }

 private:
  Tensor frame_;  // F, float64 on the CPU
};

}  // namespace

WEIR_PLUGIN(Sphere, "Uniform law on a sphere within a space of more dimensions")

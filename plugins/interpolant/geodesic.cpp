// plugins/interpolant/geodesic.cpp -- great circles of the sphere between the points of a pair: Riemannian flow matching.
//
//   d0 = x0 / |x0|, d1 = x1 / |x1|      theta = the angle between them      e = the unit vector along d1 - (d0 . d1) d0
//   x_t = r (cos(t theta) d0 + sin(t theta) e) = exp_x0(t log_x0 x1) of points of the unit sphere      r = (1 - t) |x0| + t |x1|
//   u_t = r theta (cos(t theta) e - sin(t theta) d0) + (|x1| - |x0|) x_t / r
//
// Of points of the unit sphere r = 1: x_t stays on it and u_t is tangent, of length theta. A flow stays there where its velocity is tangent
// too: field/tangent.
//
// Source   Chen, Lipman, arXiv 2302.03660; the sphere's exponential: Shoemake, SIGGRAPH 1985 (slerp).
// Oracle   scipy.spatial.geometric_slerp 1.17.1; points stay at distance 1, with a speed that is the angle
// Peers    flow_matching GeodesicProbPath with Sphere
// Shapes   x_t, u_t [B, item...], angles over the flattened item; t [B]
// Limits   Two points. Antipodal points have many geodesics: round-off picks one of them, or the line through the centre. Closed forms know no path
//          of this kind. Noise leaves the sphere.
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

// Each row over its length, and that length [B, 1].
std::pair<Tensor, Tensor> direction(const Tensor& x) {
  const Tensor length = x.norm(2, {1}, true);
  return {x / length.clamp_min(1e-30), length};
}

class Geodesic final : public weir::Interpolant {
 protected:
  Point noiseless(const weir::Batch& batch, const Tensor& t) const override {
    const auto [d0, r0] = direction(batch.x0().flatten(1));
    const auto [d1, r1] = direction(batch.x1().flatten(1));
    const Tensor cosine = (d0 * d1).sum(1, true);
    const auto [e, sine] = direction(d1 - cosine * d0);
    const Tensor theta = at::atan2(sine, cosine), s = t.unsqueeze(1);
    const Tensor along = (s * theta).cos(), across = (s * theta).sin();
    const Tensor d = along * d0 + across * e, r = (1 - s) * r0 + s * r1;
    const Tensor u = r * theta * (along * e - across * d0) + (r1 - r0) * d;
    return {(r * d).reshape_as(batch.x0()), u.reshape_as(batch.x0())};
  }
};

}  // namespace

WEIR_PLUGIN(Geodesic, "Great circles of the sphere from x0 to x1")

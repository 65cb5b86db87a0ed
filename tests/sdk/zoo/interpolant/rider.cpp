// tests/sdk/zoo/interpolant/rider.cpp -- another path, slow at both ends: at s(t) = t^2 (3 - 2 t).
#include <weir/kinds/facets/inexact_ends.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

Tensor s(const Tensor& t) { return t * t * (3 - 2 * t); }
Tensor ds(const Tensor& t) { return 6 * t * (1 - t); }

class Rider final : public weir::TwoPoint {
  weir::Port<weir::TwoPoint> path_{this, "path", weir::mandatory.needing<weir::Coefficients>(),
                                   "what it rides on"};
  weir::Facet<weir::InexactEnds> ends_{this, [this] { return weir::facet<weir::InexactEnds>(*path_); }};

 public:
  Tensor alpha(const Tensor& t) const override { return path_->alpha(s(t)); }
  Tensor beta(const Tensor& t) const override { return path_->beta(s(t)); }
  Tensor dalpha(const Tensor& t) const override { return path_->dalpha(s(t)) * ds(t); }
  Tensor dbeta(const Tensor& t) const override { return path_->dbeta(s(t)) * ds(t); }
};

}  // namespace

WEIR_PLUGIN(Rider, "An animal that rides on a path")

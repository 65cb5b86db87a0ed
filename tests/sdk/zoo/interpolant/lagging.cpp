// tests/sdk/zoo/interpolant/lagging.cpp -- says that it ends before x1, and ends at x1.
#include <weir/kinds/facets/inexact_ends.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

class Lagging final : public weir::TwoPoint {
  weir::Facet<weir::InexactEnds> ends_{this, [] { return weir::InexactEnds{.alpha1 = 0.1, .beta1 = 0.9}; }};

 public:
  weir::Tensor alpha(const weir::Tensor& t) const override { return 1 - t; }
  weir::Tensor beta(const weir::Tensor& t) const override { return t; }
  weir::Tensor dalpha(const weir::Tensor& t) const override { return -at::ones_like(t); }
  weir::Tensor dbeta(const weir::Tensor& t) const override { return at::ones_like(t); }
};

}  // namespace

WEIR_PLUGIN(Lagging, "An animal that says it is the last to arrive")

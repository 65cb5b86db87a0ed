// tests/sdk/zoo/interpolant/upright.cpp -- gives a column where a number for each time was asked.
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

class Upright final : public weir::TwoPoint {
 public:
  weir::Tensor alpha(const weir::Tensor& t) const override { return (1 - t).unsqueeze(1); }
  weir::Tensor beta(const weir::Tensor& t) const override { return t; }
  weir::Tensor dalpha(const weir::Tensor& t) const override { return -at::ones_like(t); }
  weir::Tensor dbeta(const weir::Tensor& t) const override { return at::ones_like(t); }
};

}  // namespace

WEIR_PLUGIN(Upright, "An animal that stands where others lie")

// plugins/time/fixed.cpp -- one time and no other.
//
//   t = at
//
// At one t a field is a map of points: what is fitted is the regression of u_t on x_t.
//
// Source   none: one number; its use for regression at one time is that of arXiv 2405.19585 (probe/sgd_curve).
// Oracle   the one number: there is nothing else to hold it to.
// Peers    none: a tensor of one number
// Shapes   t [N]
// Limits   there is no density: whoever averages over t asks atom() first.
#include <fmt/format.h>

#include <stdexcept>

#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Fixed final : public weir::Time {
  weir::Param<double> at_{this, "at", weir::required, weir::between(0, 1), "the time"};

 public:
  Tensor sample(std::int64_t n, weir::Rng&) const override { return at::full({n}, at_(), options()); }
  Tensor density(const Tensor&) const override {
    throw std::logic_error(fmt::format("t is always {}, which has no density; ask atom() first", at_()));
  }
  std::optional<double> atom() const override { return at_(); }
  std::pair<double, double> support() const override { return {at_(), at_()}; }
};

}  // namespace

WEIR_PLUGIN(Fixed, "One time and no other")

// tests/sdk/zoo/integrator/ruminant.cpp -- predicts by the velocity of the step before, and corrects.
//
//   p = x_k + h_k ((1 + r/2) v_k - r/2 v_(k-1))        x_(k+1) = x_k + h_k/2 (v_k + v(p, t_(k+1)))        r = h_k / h_(k-1)
#include <weir/kinds/flow/stepped.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Ruminant final : public weir::Stepped {
 public:
  int order() const override { return 2; }

 protected:
  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    Tensor before;  // v_(k-1)
    const auto next = [&](const Tensor& x, std::int64_t k) {
      const double h = size(k), half = k == 0 ? 0 : h / size(k - 1) / 2;
      const Tensor here = v(x, time(k));
      const Tensor ahead = x + h * (k == 0 ? here : (1 + half) * here - half * before);
      before = here;
      return x + h / 2 * (here + v(ahead, time(k) + h));
    };
    return walk(rows.x, saved, /*evaluations=*/2, next, watch);
  }
};

}  // namespace

WEIR_PLUGIN(Ruminant, "An animal that chews everything twice")

// tests/sdk/zoo/integrator/marching.cpp -- the two-step Adams-Bashforth method for equal steps, taken whatever the steps are.
#include <weir/kinds/flow/stepped.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Marching final : public weir::Stepped {
 public:
  int order() const override { return 2; }

 protected:
  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    Tensor before;  // v_(k-1)
    const auto next = [&](const Tensor& x, std::int64_t k) {
      const Tensor here = v(x, time(k));
      const Tensor slope = k == 0 ? here : 1.5 * here - 0.5 * before;
      before = here;
      return x + size(k) * slope;
    };
    return walk(rows.x, saved, /*evaluations=*/1, next, watch);
  }
};

}  // namespace

WEIR_PLUGIN(Marching, "An animal that keeps in step on any ground")

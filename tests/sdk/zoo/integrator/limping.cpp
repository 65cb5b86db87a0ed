// tests/sdk/zoo/integrator/limping.cpp -- looks back too little: a two-step method whose weights add up to one and give order 1.
//
//   x_(k+1) = x_k + h ((1 + r/3) v_k - r/3 v_(k-1))        r = h_k / h_(k-1), where Adams and Bashforth have r/2
#include <weir/kinds/flow/stepped.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Limping final : public weir::Stepped {
 public:
  int order() const override { return 2; }

 protected:
  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    Tensor before;  // v_(k-1)
    const auto next = [&](const Tensor& x, std::int64_t k) {
      const double back = k == 0 ? 0 : size(k) / size(k - 1) / 3;
      const Tensor here = v(x, time(k));
      const Tensor slope = k == 0 ? here : (1 + back) * here - back * before;
      before = here;
      return x + size(k) * slope;
    };
    return walk(rows.x, saved, /*evaluations=*/1, next, watch);
  }
};

}  // namespace

WEIR_PLUGIN(Limping, "An animal that drags one leg")

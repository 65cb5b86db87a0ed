// plugins/integrator/adams_bashforth.cpp -- the two-step Adams-Bashforth method.
//
//   x_(k+1) = x_k + h_k ((1 + r/2) v_k - r/2 v_(k-1))        v_k = v(x_k, t_k)        r = h_k / h_(k-1)
//
//   The first step is Heun's.
//
// Source   Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, sections III.1 and III.5 (steps of different size).
// Oracle   order 2, measured against a closed form, for steps of one size and of several.
// Peers    torchdiffeq explicit_adams
// Shapes   x, v_k [N, item...]
// Limits   order 2 for one evaluation a step, and one more for the first.
#include <weir/kinds/flow/stepped.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class AdamsBashforth final : public weir::Stepped {
 public:
  int order() const override { return 2; }

 protected:
  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    Tensor before;  // v_(k-1)
    const auto next = [&](const Tensor& x, std::int64_t k) {
      const double h = size(k);
      const Tensor here = v(x, time(k));
      const double half = k == 0 ? 0 : h / size(k - 1) / 2;
      const Tensor slope =
          k == 0 ? (here + v(x + h * here, time(k) + h)) / 2 : (1 + half) * here - half * before;
      before = here;
      return x + h * slope;
    };
    Path path = walk(rows.x, saved, /*evaluations=*/1, next, watch);
    path.nfe += 1;
    return path;
  }
};

}  // namespace

WEIR_PLUGIN(AdamsBashforth, "Two-step Adams-Bashforth method, order 2")

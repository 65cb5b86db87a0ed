// tests/sdk/zoo/integrator/dawdling.cpp -- goes half as fast as its field on the way out, and as fast on the way back.
#include <weir/kinds/flow/stepped.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Dawdling final : public weir::Stepped {
 public:
  int order() const override { return 0; }

 protected:
  Path follow(const weir::Velocity& v, const Rows& rows, const std::vector<double>& saved,
              const Watch& watch) const override {
    const auto next = [&](const Tensor& x, std::int64_t k) {
      const double h = size(k), speed = h > 0 ? 0.5 : 1;
      return x + h * speed * v(x + h / 2 * speed * v(x, time(k)), time(k) + h / 2);
    };
    return walk(rows.x, saved, /*evaluations=*/2, next, watch);
  }
};

}  // namespace

WEIR_PLUGIN(Dawdling, "An animal that is slow until it turns back")

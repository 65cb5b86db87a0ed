// tests/sdk/zoo/time/wandering.cpp -- says that t is one number, and draws others.
#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Wandering final : public weir::Time {
 public:
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return rng.uniform({n}); }
  Tensor density(const Tensor& t) const override { return at::ones_like(t); }
  std::optional<double> atom() const override { return 0.5; }
};

}  // namespace

WEIR_PLUGIN(Wandering, "An animal that says it stays at home")

// tests/sdk/zoo/time/rider.cpp -- another law of t, seen from the other end: 1 - t.
#include <weir/kinds/facets/dependent_times.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Rider final : public weir::Time {
  weir::Port<weir::Time> time_{this, "time", "what it rides on, backwards"};
  weir::Facet<weir::DependentTimes> dependent_{this,
                                               [this] { return weir::facet<weir::DependentTimes>(*time_); }};

 public:
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return 1 - time_->sample(n, rng); }
  Tensor density(const Tensor& t) const override { return time_->density(1 - t); }
  std::pair<double, double> support() const override {
    return {1 - time_->support().second, 1 - time_->support().first};
  }
  std::optional<double> atom() const override {
    const auto atom = time_->atom();
    return atom ? std::optional(1 - *atom) : std::nullopt;
  }
};

}  // namespace

WEIR_PLUGIN(Rider, "An animal that rides backwards on a law of t")

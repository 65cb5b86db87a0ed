// tests/sdk/zoo/source/rider.cpp -- another source, shifted, with its classes.
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Rider final : public weir::Source {
  weir::Port<weir::Source> source_{this, "source", "what it rides on"};
  weir::Param<double> shift_{this, "shift", 1, "how far it rides"};

 public:
  weir::Shape shape() const override { return source_->shape(); }
  std::optional<std::int64_t> size() const override { return source_->size(); }
  Tensor items(const Tensor& index) const override {
    return size() ? source_->items(index) + shift_() : Source::items(index);
  }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return source_->sample(n, rng) + shift_(); }
  Tensor labels() const override { return source_->labels(); }
  std::optional<std::int64_t> classes() const override { return source_->classes(); }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    const Drawn drawn = source_->draw(n, rng);
    return {drawn.x + shift_(), drawn.label};
  }
};

}  // namespace

WEIR_PLUGIN(Rider, "An animal that rides on a source")

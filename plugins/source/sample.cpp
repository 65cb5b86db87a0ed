// plugins/source/sample.cpp -- a finite set of points that are drawn once from a law.
//
//   { x_1, ..., x_n },  x_i ~ `of`        from which a training then draws, as it does from a data set
//
// Of a finite set the n are distinct items of it, or with `replacement` each is drawn from all: there may then be more than it has.
//
// Source   drawing with and without replacement; with replacement from a set, the bootstrap: Efron, Ann. Statist. 7 (1979) 1-26.
// Oracle   the mean of the law within five standard errors; each item of a set once, or with replacement as often as a binomial number
//          has it.
// Peers    none: torch.utils.data.Subset of a random permutation
// Shapes   items as `of` has them, with their classes where it has some
// Limits   held in memory; the points are of this node's random numbers: two nodes draw two sets
#include <fmt/format.h>

#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Sample final : public weir::Source {
  weir::Port<weir::Source> of_{this, "of", "law to draw from"};
  weir::Param<std::int64_t> count_{this, "count", weir::required, weir::at_least(1), "points to draw"};
  weir::Param<bool> replacement_{this, "replacement", false,
                                 "whether an item of a finite set may be drawn several times"};

 public:
  void plan(weir::Plan& plan) override {
    if (!replacement_() && of_->size() && *of_->size() < count_())
      plan.fault("count",
                 fmt::format("{} distinct items are asked of '{}', which has {}", count_(), of_->path(),
                             *of_->size()),
                 "lower count, or draw some several times: replacement: true");
  }

  void run(weir::Run&) override {
    weir::Rng rng = this->rng().at("points");
    if (of_->size()) {
      const Tensor chosen = replacement_() ? rng.integers(*of_->size(), {count_()})
                                           : rng.permutation(*of_->size()).narrow(0, 0, count_());
      items_ = of_->items(chosen);
      if (of_->classes()) labels_ = of_->labels().index_select(0, chosen);
    } else {
      Drawn drawn = of_->draw(count_(), rng);
      items_ = std::move(drawn.x);
      labels_ = std::move(drawn.label);
    }
  }

  weir::Shape shape() const override { return of_->shape(); }
  std::optional<std::int64_t> size() const override { return count_(); }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  Tensor labels() const override { return labels_; }
  std::optional<std::int64_t> classes() const override { return of_->classes(); }
  std::optional<Origin> origin() const override { return of_->origin(); }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(count_(), {n})); }

 private:
  Tensor items_, labels_;
};

}  // namespace

WEIR_PLUGIN(Sample, "Finite set of points drawn once from a law")

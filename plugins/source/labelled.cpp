// plugins/source/labelled.cpp -- points that are all given one class.
//
//   c_i = label
//
// What a flow is asked for, where its points bear no classes of their own: noise that is to become images of the class 3.
//
// Source   conditional sampling, as class labels are given to a sampler: Ho and Salimans, arXiv 2207.12598, algorithm 2
// Oracle   the points of the law that it stands on, to the bit: there is nothing else to hold it to.
// Peers    none: samplers take labels as an argument
// Shapes   items as `of` has them
// Limits   a class that the points of `of` have is not looked at
#include <fmt/format.h>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Labelled final : public weir::Source {
  weir::Port<weir::Source> of_{this, "of", "points"};
  weir::Param<std::int64_t> label_{this, "label", weir::required, weir::at_least(0),
                                   "the class of all of them"};
  weir::Param<std::int64_t> label_classes_{this, "classes", weir::required, weir::at_least(1),
                                           "number of classes that there are"};
  // Of the points, which are those of `of`.
  weir::Facet<weir::LogDensity> log_density_{this, [this] { return weir::facet<weir::LogDensity>(*of_); }};
  weir::Facet<weir::Moments> moments_{this, [this] { return weir::facet<weir::Moments>(*of_); }};
  weir::Facet<weir::NormalLaw> normal_law_{this, [this] { return weir::facet<weir::NormalLaw>(*of_); }};

  Tensor labels_of(std::int64_t n) const { return at::full({n}, label_(), options().dtype(at::kLong)); }

 public:
  void plan(weir::Plan& plan) override {
    if (label_() >= label_classes_())
      plan.fault("label", fmt::format("label is {}, and there are {} classes, 0 to {}", label_(),
                                      label_classes_(), label_classes_() - 1));
  }

  weir::Shape shape() const override { return of_->shape(); }
  std::optional<std::int64_t> size() const override { return of_->size(); }
  Tensor items(const Tensor& index) const override { return of_->items(index); }
  Tensor labels() const override { return of_->size() ? labels_of(*of_->size()) : Tensor(); }
  std::optional<std::int64_t> classes() const override { return label_classes_(); }
  std::optional<Origin> origin() const override { return of_->origin(); }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return of_->sample(n, rng); }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    return {of_->sample(n, rng), of_->size() ? Tensor() : labels_of(n)};
  }
};

}  // namespace

WEIR_PLUGIN(Labelled, "Points that are all given one class")

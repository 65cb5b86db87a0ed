// plugins/source/mislabelled.cpp -- points some of which have the class of others.
//
//   c'_i = c_i with probability 1 - share        else (c_i + u_i) mod K, u_i uniform on 1 .. K - 1: a wrong class, each as likely
//
// Of a finite set it is decided once which items these are, and a training sees the same ones again and again; of a distribution, at
// every draw.
//
// Source   Vardasbi et al., arXiv 2208.09529 (symmetric noise of labels, as in their programs); share is their noise level.
// Oracle   counts of each class that becomes each other one, within 4.5 standard errors of a binomial number.
// Peers    none
// Shapes   items as `of` has them; wrong int64 [size], of a finite set
// Limits   whether a label is wrong does not depend on its point or its class
#include <fmt/format.h>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/marginals.hpp>
#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/facets/posterior_law.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Mislabelled final : public weir::Source {
  weir::Port<weir::Source> of_{this, "of", "points with their classes"};
  weir::Param<double> share_{this, "share", weir::required, weir::probability,
                             "probability of a wrong class"};
  weir::Output<Tensor> wrong_{this, "wrong", "1", "1 for each item whose class is wrong, of a finite set",
                              "int64"};
  // Of the points, which are those of `of`.
  weir::Facet<weir::LogDensity> log_density_{this, [this] { return weir::facet<weir::LogDensity>(*of_); }};
  weir::Facet<weir::Moments> moments_{this, [this] { return weir::facet<weir::Moments>(*of_); }};
  weir::Facet<weir::NormalLaw> normal_law_{this, [this] { return weir::facet<weir::NormalLaw>(*of_); }};
  weir::Facet<weir::MixtureLaw> mixture_law_{this, [this] { return weir::facet<weir::MixtureLaw>(*of_); }};
  weir::Facet<weir::Marginals> marginals_{this, [this] { return weir::facet<weir::Marginals>(*of_); }};
  weir::Facet<weir::Measurement> measurement_{this, [this] { return weir::facet<weir::Measurement>(*of_); }};
  weir::Facet<weir::PosteriorLaw> posterior_{this, [this] { return weir::facet<weir::PosteriorLaw>(*of_); }};

  Tensor labels_;

  Tensor flipped(const Tensor& right, weir::Rng& rng) const {
    weir::Rng whether = rng.at("whether"), which = rng.at("which");
    const Tensor wrong = whether.uniform(right.sizes()) < share_();
    return (right + wrong * (1 + which.integers(*of_->classes() - 1, right.sizes())))
        .remainder(*of_->classes());
  }

 public:
  void plan(weir::Plan& plan) override {
    if (!of_->classes())
      return plan.fault("of", fmt::format("'{}' does not say of which class its points are", of_->path()),
                        "give it labels: `labels` of source/idx, labelled: true of source/mixture");
    if (*of_->classes() < 2)
      return plan.fault(
          "of", fmt::format("the points of '{}' are all of one class: there is no wrong one", of_->path()));
    if (of_->size()) wrong_.plan({*of_->size()}, {"item"});
  }

  void run(weir::Run&) override {
    if (!of_->size()) return;
    weir::Rng rng = this->rng().at("labels");
    labels_ = flipped(of_->labels(), rng);
    wrong_.set((labels_ != of_->labels()).to(at::kLong));
  }

  weir::Shape shape() const override { return of_->shape(); }
  std::optional<std::int64_t> size() const override { return of_->size(); }
  Tensor items(const Tensor& index) const override { return of_->items(index); }
  Tensor labels() const override { return labels_; }
  std::optional<std::int64_t> classes() const override { return of_->classes(); }
  std::optional<Origin> origin() const override { return of_->origin(); }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return of_->sample(n, rng); }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng labels =
        rng.at("labels of " + path());  // one of several such nodes in a row may be given this rng
    Drawn drawn = of_->draw(n, rng);
    if (drawn.label.defined()) drawn.label = flipped(drawn.label, labels);
    return drawn;
  }
};

}  // namespace

WEIR_PLUGIN(Mislabelled, "Points some of which have a wrong class")

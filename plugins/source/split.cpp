// plugins/source/split.cpp -- a part of a finite set: for training one, for testing the rest.
//
//   first = { p(0), ..., p(m - 1) }, rest = { p(m), ..., p(n - 1) }      p a random order of the set's n items
//   m     = share n, rounded, or count; with `each` the first so many of each class in that order
//
// p is drawn from the random numbers of the set's own node, so that two nodes that split one set in the same way have no item in
// common and all of it together; a larger first part holds a smaller one. The items keep the order that they have in the set.
//
// Source   the holdout method: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2009, section 7.2.
// Oracle   both parts are the whole set without an item in common, counted; so many of each class.
// Peers    torch.utils.data.random_split; sklearn.model_selection.train_test_split (one call for both parts)
// Shapes   items as the set has them; item int64 [size]
// Limits   the set must be a node with a name: one that stands inside has random numbers of its own, and the parts of two of them
//          would overlap. So do parts of two nodes that read one file. `file` and `sha256` of the origin are those of the whole set;
//          the output `item` says which of its items each is.
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Split final : public weir::Source {
  weir::Port<weir::Source> of_{this, "of", "finite set to take a part of"};
  weir::Param<double> share_{this, "share", weir::absent, weir::probability,
                             "share of the items in the first part"};
  weir::Param<std::int64_t> count_{this, "count", weir::absent, weir::at_least(1),
                                   "instead: items in the first part"};
  weir::Param<std::int64_t> each_{this, "each", weir::absent, weir::at_least(1),
                                  "instead: items of each class in the first part"};
  weir::Param<std::string> part_{this, "part", weir::required, weir::one_of({"first", "rest"}),
                                 "which of the two parts this is"};
  weir::Output<Tensor> item_{this, "item", "1", "number of each item in the whole set", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    const int ways = int(share_.given()) + int(count_.given()) + int(each_.given());
    if (ways != 1)
      return plan.fault("",
                        ways > 1 ? "share, count and each each say how large the first part is"
                                 : "a split needs the size of its first part",
                        "write one of share: 0.8, count: 1000 and each: 100");
    const auto n = of_->size();
    if (!n)
      return plan.fault("of", fmt::format("'{}' is a distribution: it has no items to divide", of_->path()),
                        "draw training and test points from it as they are");
    if (of_->path().starts_with(path() + "."))
      return plan.fault(
          "of",
          "a set that stands inside a split is not that of another split, and their parts would overlap",
          "give it a node of its own, and write its name in both");
    if (each_.given() && !of_->classes())
      return plan.fault("each", fmt::format("'{}' does not say of which class its items are", of_->path()),
                        "give it labels, or write share or count");
    const std::int64_t first = share_.given()   ? std::llround(share_() * static_cast<double>(*n))
                               : count_.given() ? count_()
                                                : each_() * *of_->classes();
    size_ = part_() == "first" ? first : *n - first;
    if (first > *n || size_ < 1)
      return plan.fault(
          share_.given()   ? "share"
          : count_.given() ? "count"
                           : "each",
          fmt::format("the first part has {} of the {} items of '{}', and {}", first, *n, of_->path(),
                      first > *n ? "there are not as many" : "this part is empty"));
    item_.plan({size_}, {"item"});
  }

  void run(weir::Run&) override {
    const Tensor order = of_->rng().at("split").permutation(*of_->size()), labels = of_->labels();
    const Tensor chosen =
        each_.given() ? of_each(order, labels) : at::arange(order.size(0), order.options()) < first();
    const Tensor mine = part_() == "first" ? chosen : chosen.logical_not();
    index_ = std::get<0>(order.masked_select(mine).sort());
    if (labels.defined()) labels_ = labels.index_select(0, index_);
    item_.set(index_);
  }

  weir::Shape shape() const override { return of_->shape(); }
  std::optional<std::int64_t> size() const override { return size_; }
  Tensor items(const Tensor& index) const override { return of_->items(index_.index_select(0, index)); }
  Tensor labels() const override { return labels_; }
  std::optional<std::int64_t> classes() const override { return of_->classes(); }
  std::optional<Origin> origin() const override { return of_->origin(); }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(size_, {n})); }

 private:
  std::int64_t first() const { return part_() == "first" ? size_ : *of_->size() - size_; }

  // Which places of the order are among the first so many of their class.
  Tensor of_each(const Tensor& order, const Tensor& labels) const {
    const Tensor classes = labels.index_select(0, order);
    Tensor chosen = at::zeros(order.sizes(), order.options().dtype(at::kBool));
    for (std::int64_t k = 0; k < *of_->classes(); ++k) {
      const Tensor mine = classes == k, before = mine.cumsum(0) <= each_();
      const auto count = mine.sum().item<std::int64_t>();
      if (count < each_())
        throw std::runtime_error(
            fmt::format("each is {}, and '{}' has {} items of class {}", each_(), of_->path(), count, k));
      chosen = chosen.logical_or(mine.logical_and(before));
    }
    return chosen;
  }

  std::int64_t size_ = 0;
  Tensor index_, labels_;
};

}  // namespace

WEIR_PLUGIN(Split, "Part of a finite set, chosen at random: the first or the rest")

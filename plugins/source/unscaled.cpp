// plugins/source/unscaled.cpp -- generated points, back in the units that their data had before source/scaled.
//
//   x = M^-1 y + shift        y the points, M and shift those of the scaled source
//
//   data: {plugin: source/scaled, of: raw, by: standardise}
//   ...                                                           # pairs, training and flow are of `data`
//   ends: {plugin: source/unscaled, points: flow.end, scaled: data}
//   w2:   {plugin: metric/w2, samples: ends.x, points: ...}       # and it is a finite set for whoever draws from one
//
// Source   the inverse of source/scaled, which is this project's.
// Oracle   points that source/scaled moved are back to 1e-10.
// Peers    sklearn.preprocessing.StandardScaler.inverse_transform
// Shapes   x [n, item...] as the points
// Limits   of whatever source tells the way back to the units before (the facet `rescaled`)
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/rescaled.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Unscaled final : public weir::Source {
  weir::Port<Tensor> points_{this, "points", "points in the scaled units, as flow.end"};
  weir::Port<weir::Source> scaled_{this, "scaled", weir::mandatory.needing<weir::Rescaled>(),
                                   "the scaled source, which knows its units before"};
  weir::Output<Tensor> x_{this, "x", "1", "the points in the units before"};

 public:
  void plan(weir::Plan& plan) override {
    item_ = points_.shape();
    if (item_.size() < 2 || item_.front() < 1)
      return plan.fault("points", fmt::format("points are [n, item...], n known before the run, and not [{}]",
                                              fmt::join(item_, ", ")));
    count_ = item_.front();
    item_.erase(item_.begin());
    if (item_ != scaled_->shape())
      return plan.fault("points",
                        fmt::format("its items are [{}], and those of '{}' are [{}]", fmt::join(item_, ", "),
                                    scaled_->path(), fmt::join(scaled_->shape(), ", ")));
    x_.plan(points_.shape(), weir::dims_of("point", item_));
  }

  void run(weir::Run&) override {
    items_ = weir::facet<weir::Rescaled>(*scaled_)->back(points_());
    x_.set(items_);
  }

  weir::Shape shape() const override { return item_; }
  std::optional<std::int64_t> size() const override { return count_; }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(count_, {n})); }

 private:
  weir::Shape item_;
  std::int64_t count_ = 0;
  Tensor items_;
};

}  // namespace

WEIR_PLUGIN(Unscaled, "Generated points, back in the units of their data before scaling")

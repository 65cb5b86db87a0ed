// plugins/source/scaled.cpp -- the points of another source in units in which they are of the size of one.
//
//   y = M (x - shift)
//
//   by: standardise    M = diag(1 / sd), shift = mean                                   mean and sd (of n, not n - 1) of the points
//   by: range          M = diag((high - low) / (max - min)), and shift such that y lies within range: [low, high]
//   by: whiten         M = C^(-1/2), symmetric, shift = mean                            C the covariance (of n) of the points
//
// What is the same in all points is shifted and not scaled. With `over` a mean, an sd, a least and a largest value are those of each
// coordinate, of each channel or of all coordinates together. source/unscaled is the way back for what is generated.
//
// Source   whitening by the symmetric root (ZCA): Bell and Sejnowski, Vision Research 37 (1997) 3327-3338; of the ways to whiten, the one
//          that changes the points least (Kessy, Lewin, Strimmer, arXiv 1512.00809)
// Oracle   three points by hand; of many points mean 0, sd 1, and whitened the covariance I; ZCA's matrix is symmetric and positive; the
//          way back.
// Peers    sklearn.preprocessing.StandardScaler, MinMaxScaler; sklearn's PCA(whiten=True) turns the points too
// Shapes   items, and their classes, as `of` has them; shift and scale [item...], matrix [D, D] over D flattened coordinates, float64
// Limits   the statistics are of a finite set: `of`, or `statistics` such as the part that is trained on; computed in float64. To whiten,
//          the points must vary in every direction, or `floor` says how much the least is taken to.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>

#include <weir/kinds/facets/rescaled.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr std::int64_t rows_at_once = 4096;

class Scaled final : public weir::Source {
  weir::Port<weir::Source> of_{this, "of", "points in their own units"};
  weir::Port<weir::Source> statistics_{
      this, "statistics", weir::optional,
      "finite set that the statistics are of, as the part for training; `of` if not given"};
  weir::Param<std::string> by_{this, "by", "standardise", weir::one_of({"standardise", "range", "whiten"}),
                               "to mean 0 and sd 1, to a range, or to no correlation as well"};
  weir::Param<std::string> over_{this, "over", "coordinate", weir::one_of({"coordinate", "channel", "all"}),
                                 "what has a statistic of its own; channel: the first axis of an item"};
  weir::Param<weir::Numbers> range_{this, "range", {-1, 1}, "least and largest value with by: range"};
  weir::Param<double> floor_{
      this, "floor", 0.0, weir::between(0, 1),
      "with by: whiten, least variance of a direction, over the largest; 0: they must all vary"};
  weir::Output<Tensor> shift_{this, "shift", "1", "what is taken off first", "float64"};
  weir::Output<Tensor> scale_{this, "scale", "1", "what the rest is divided by", "float64"};
  weir::Output<Tensor> matrix_{this, "matrix", "1", "what the rest is multiplied by, to whiten", "float64"};
  weir::Facet<weir::Rescaled> rescaled_{this, [this]() -> std::optional<weir::Rescaled> {
                                          return weir::Rescaled{[this](const Tensor& y) { return back(y); }};
                                        }};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Source& set = points();
    if (!set.size())
      return plan.fault(
          statistics_.bound() ? "statistics" : "of",
          fmt::format("'{}' is a distribution, and the statistics are of a finite set", set.path()),
          "draw one from it by source/sample, and name it under statistics");
    if (set.shape() != of_->shape())
      return plan.fault("statistics", "its items have another shape than those of `of`");
    item_ = of_->shape();
    dim_ = std::accumulate(item_.begin(), item_.end(), std::int64_t{1}, std::multiplies<>());
    if (range_().size() != 2 || !(range_()[0] < range_()[1]) || !std::isfinite(range_()[1] - range_()[0]))
      return plan.fault("range", "range is a least and a larger value", "range: [-1, 1]");
    if (by_() == "whiten" && over_() != "coordinate")
      return plan.fault(
          "over", fmt::format("over: {} has no meaning where all coordinates are whitened together", over_()),
          "leave it out");
    if (by_() != "whiten" && floor_() > 0)
      return plan.fault("floor", "floor is of by: whiten", "leave it out");
    std::vector<std::string> dims = weir::dims_of("item", item_);
    dims.erase(dims.begin());
    shift_.plan(item_, dims);
    if (by_() != "whiten") {
      scale_.plan(item_, dims);
      return;
    }
    const auto d = static_cast<double>(dim_);
    weir::plan_memory(plan, "by", 4 * 8 * d * d, fmt::format("whitening {} coordinates", dim_),
                      "by: standardise, which takes each for itself");
    if (!plan.clean()) return;
    matrix_.plan({dim_, dim_}, {"out", "in"});
  }

  void run(weir::Run& run) override {
    if (by_() == "whiten")
      whiten();
    else
      scale(run);
    for (const Tensor& each : {mean_, forward_, inverse_}) require_finite(each);
    shift_.set(mean_.reshape(item_));
    if (by_() == "whiten")
      matrix_.set(forward_);
    else
      scale_.set(inverse_.reshape(item_));
  }

  weir::Shape shape() const override { return of_->shape(); }
  std::optional<std::int64_t> size() const override { return of_->size(); }
  Tensor items(const Tensor& index) const override { return scaled(of_->items(index)); }
  Tensor labels() const override { return of_->labels(); }
  std::optional<std::int64_t> classes() const override { return of_->classes(); }
  std::optional<Origin> origin() const override { return of_->origin(); }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return scaled(of_->sample(n, rng)); }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    Drawn drawn = of_->draw(n, rng);
    drawn.x = scaled(drawn.x);
    return drawn;
  }

 private:
  const weir::Source& points() const { return statistics_.bound() ? *statistics_ : *of_; }
  at::TensorOptions exact() const { return options().dtype(at::kDouble); }

  // f(rows [n, D] in float64) of all points, some at a time.
  void each_rows(const std::function<void(const Tensor&)>& f) const {
    const std::int64_t n = *points().size();
    for (std::int64_t first = 0; first < n; first += rows_at_once) {
      const Tensor index = at::arange(first, std::min(first + rows_at_once, n), options().dtype(at::kLong));
      f(points().items(index).to(at::kDouble).reshape({-1, dim_}));
    }
  }

  void require_finite(const Tensor& statistic) const {
    if (!at::isfinite(statistic).all().item<bool>())
      throw std::runtime_error(fmt::format(
          "the points of '{}' are too large or too near to each other to be scaled", points().path()));
  }

  // The least and the largest of each group of coordinates, [groups] each. Only they tell what is the same in all points: a mean is
  // rounded, and points far from zero vary by little beside it.
  std::pair<Tensor, Tensor> extremes(std::int64_t groups) const {
    Tensor least, largest;
    each_rows([&](const Tensor& rows) {
      const Tensor grouped = rows.reshape({rows.size(0), groups, -1});
      const Tensor low = grouped.amin({0, 2}), high = grouped.amax({0, 2});
      least = least.defined() ? at::minimum(least, low) : low;
      largest = largest.defined() ? at::maximum(largest, high) : high;
    });
    return {least, largest};
  }

  Tensor mean_of(const std::function<Tensor(const Tensor&)>& value) const {
    Tensor sum;
    each_rows([&](const Tensor& rows) {
      const Tensor part = value(rows);
      sum = sum.defined() ? sum + part : part;
    });
    return sum / static_cast<double>(*points().size());
  }

  // y = forward (x - mean), coordinate by coordinate.
  void scale(weir::Run& run) {
    const std::int64_t groups = over_() == "coordinate" ? dim_ : over_() == "channel" ? item_.front() : 1;
    const auto grouped = [&](const Tensor& rows) { return rows.reshape({rows.size(0), groups, -1}); };
    const auto spread = [&](const Tensor& value) {
      return value.unsqueeze(1).expand({groups, dim_ / groups}).reshape({dim_});
    };
    const std::pair<Tensor, Tensor> ends = extremes(groups);
    const Tensor &least = ends.first, &largest = ends.second;
    const Tensor same = least == largest;
    Tensor middle, width;
    double units = 1;
    if (by_() == "standardise") {
      middle = mean_of([&](const Tensor& rows) { return grouped(rows).mean(2).sum(0); });
      width = mean_of([&](const Tensor& rows) {
                return (grouped(rows) - middle.unsqueeze(1)).square().mean(2).sum(0);
              }).sqrt();
    } else {
      units = range_()[1] - range_()[0];
      middle = (least + largest) / 2;
      width = largest - least;
    }
    middle = at::where(same, least, middle);
    if (const auto count = same.sum().item<std::int64_t>(); count > 0)
      run.warn(fmt::format(
          "{} of the {} {} are the same in all points of '{}': they are shifted, and not scaled", count,
          groups, over_() == "coordinate" ? "coordinates" : "statistics", points().path()));
    const Tensor factor = at::where(same, at::ones_like(width), width / units);
    const double to = by_() == "range" ? (range_()[0] + range_()[1]) / 2 : 0;
    mean_ = spread(middle - to * factor);
    inverse_ = spread(factor);
    forward_ = 1 / inverse_;
  }

  void whiten() {
    const std::pair<Tensor, Tensor> ends = extremes(dim_);
    const Tensor same = ends.first == ends.second;
    if (same.all().item<bool>())
      throw std::runtime_error(fmt::format("all points of '{}' are the same", points().path()));
    mean_ = at::where(same, ends.first, mean_of([](const Tensor& rows) { return rows.sum(0); }));
    const Tensor covariance = mean_of([&](const Tensor& rows) {
      const Tensor centred = rows - mean_;
      return centred.t().matmul(centred);
    });
    require_finite(covariance);
    auto [variance, direction] = at::linalg_eigh(covariance);
    const auto largest = variance.max().item<double>();
    const double least = std::max(floor_(), static_cast<double>(dim_) * 1e-15) * largest;
    const auto flat = (variance <= least).sum().item<std::int64_t>();
    if (flat > 0 && floor_() == 0)
      throw std::runtime_error(fmt::format(
          "the {} points of '{}' vary in {} of {} directions only, and to whiten they must in all: write "
          "floor: 1e-6, which takes the others as that part of the largest variance, or by: standardise",
          *points().size(), points().path(), dim_ - flat, dim_));
    variance = variance.clamp_min(least);
    const auto power = [&, v = variance, d = direction](double exponent) {
      return (d * v.pow(exponent)).matmul(d.t());
    };
    forward_ = power(-0.5);
    inverse_ = power(0.5);
  }

  Tensor by(const Tensor& factor, const Tensor& rows) const {
    return factor.dim() == 2 ? rows.matmul(factor) : rows * factor;  // the matrices are symmetric
  }
  Tensor scaled(const Tensor& x) const {
    return by(forward_, x.to(at::kDouble).reshape({-1, dim_}) - mean_).to(x.scalar_type()).reshape(x.sizes());
  }
  Tensor back(const Tensor& y) const {
    return (by(inverse_, y.to(at::kDouble).reshape({-1, dim_})) + mean_)
        .to(y.scalar_type())
        .reshape(y.sizes());
  }

  weir::Shape item_;
  std::int64_t dim_ = 1;
  Tensor mean_, forward_, inverse_;  // [D], and [D] or [D, D]; float64
};

}  // namespace

WEIR_PLUGIN(Scaled, "Points of another source, standardised, whitened or within a range")

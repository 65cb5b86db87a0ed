// plugins/source/snapshots.cpp -- points of a moving law at several times, none of which is known to be another at a later one.
//
//   mu_k = 1/n_k sum_i delta(x_ki),  x_ki ~ law at time t_k,  k = 1 .. K,  on their own at each time        items x_11 .. x_1n x_21 ...
//
//   trimodal     N(0, 0.3^2) at 0 and 1;  1/3 sum N(m, 0.2^2), m in {-1.5, 0, 1.5}, at 1/2
//   knot         c(t) + 0.1 z, u = 3 t - 3/2:   c = (3 u + 3/2, 1/2 - tanh(5 u + 5) / 2)                      u < -1/2
//                                               c = (cos 2 pi (u - 3/4), 1 + sin 2 pi (u - 3/4))             u < 1/2
//                                               c = (3 u - 3/2, 1/2 + tanh(5 u - 5) / 2)                     else
//   half_circle  (cos pi t, sin pi t) + c_i:  the same n points c_i at every time, 0.3 sqrt((i - 1/2) / n) from the middle, each turned on
//                by the golden angle. Nothing is random: the law of the curve between is known to round-off
//   swirl        (cos, sin)(a + 2 pi t) + 0.03 z,  a uniform in [0, 1/2)
//   fork         (2 t, +- 3/2 max(0, t - 0.4)) + 0.1 z, each sign as often as the other;  twice as many points from t = 0.4 on
//
// Source   trimodal, knot: arXiv 2510.01159 and its public code. The others are of this laboratory.
// Oracle   means, variances and modes of the laws within five standard errors; a cloud that is turned exactly, to 1e-15; a mean over an
//          arc in closed form.
// Peers    none
// Shapes   items {1} of trimodal, {2}; points [point, item...], time [point]
// Limits   held in memory. Of a file the times are scaled so that the first is 0 and the last is 1
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/front/plugins/digest.hpp>
#include <weir/kinds/facets/marginals.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/finite.hpp>
#include <weir/plugin.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/written.hpp>

namespace {

using std::numbers::pi;
using weir::Tensor;

const at::TensorOptions f64 = at::TensorOptions(at::kDouble);

struct Law {
  std::int64_t count, size, dim;                                           // unless given
  std::function<Tensor(double t, std::int64_t n, weir::Rng& rng)> points;  // [n, dim] float64
  double doubled = 2;  // from this time on there are twice as many points
};

Tensor at_place(double x, double y) { return at::tensor({x, y}, f64); }

Tensor trimodal(double t, std::int64_t n, weir::Rng& rng) {
  const Tensor z = rng.normal({n, 1});
  if (t != 0.5) return 0.3 * z;
  return 0.2 * z + 1.5 * (rng.integers(3, {n, 1}).to(at::kDouble) - 1);
}

Tensor knot(double t, std::int64_t n, weir::Rng& rng) {
  const double u = 3 * t - 1.5;
  const Tensor curve = u < -0.5  ? at_place(3 * u + 1.5, 0.5 - std::tanh(5 * u + 5) / 2)
                       : u < 0.5 ? at_place(std::cos(2 * pi * (u - 0.75)), 1 + std::sin(2 * pi * (u - 0.75)))
                                 : at_place(3 * u - 1.5, 0.5 + std::tanh(5 * u - 5) / 2);
  return curve + 0.1 * rng.normal({n, 2});
}

Tensor half_circle(double t, std::int64_t n, weir::Rng&) {
  const Tensor i = at::arange(n, f64), angle = i * (pi * (3 - std::sqrt(5.0)));
  const Tensor cloud =
      (0.3 * ((i + 0.5) / double(n)).sqrt()).unsqueeze(1) * at::stack({angle.cos(), angle.sin()}, 1);
  return cloud + at_place(std::cos(pi * t), std::sin(pi * t));
}

Tensor swirl(double t, std::int64_t n, weir::Rng& rng) {
  const Tensor angle = 0.5 * rng.uniform({n}) + 2 * pi * t;
  return at::stack({angle.cos(), angle.sin()}, 1) + 0.03 * rng.normal({n, 2});
}

Tensor fork(double t, std::int64_t n, weir::Rng& rng) {
  const Tensor sign = 2 * at::remainder(at::arange(n, f64), 2) - 1, along = at::full({n}, 2 * t, f64);
  return at::stack({along, sign * (1.5 * std::max(0.0, t - 0.4))}, 1) + 0.1 * rng.normal({n, 2});
}

const std::map<std::string, Law>& laws() {
  static const std::map<std::string, Law> all = {{"trimodal", {3, 3000, 1, trimodal}},
                                                 {"knot", {60, 10, 2, knot}},
                                                 {"half_circle", {9, 12, 2, half_circle}},
                                                 {"swirl", {9, 64, 2, swirl}},
                                                 {"fork", {6, 32, 2, fork, 0.4}}};
  return all;
}

class SnapshotsSource final : public weir::Source {
  weir::Param<std::string> set_{this, "set", weir::absent,
                                weir::one_of({"trimodal", "knot", "half_circle", "swirl", "fork"}),
                                "which moving law"};
  weir::Param<std::int64_t> count_{this, "count", weir::absent, weir::at_least(2),
                                   "snapshots, at times spread evenly from 0 to 1; as many as the set has "
                                   "if not given"};
  weir::Param<std::string> place_{this, "place", "even", weir::one_of({"even", "middles"}),
                                  "middles: those halfway between these times instead, one fewer"};
  weir::Param<weir::Numbers> times_{this, "times", weir::absent,
                                    "times of the snapshots instead, within 0 and 1"};
  weir::Param<std::int64_t> size_{this, "size", weir::absent, weir::at_least(1),
                                  "points of a snapshot; as many as the set has if not given"};
  weir::Param<weir::Path> file_{this, "file", weir::absent, "HDF5 file to read instead of a set"};
  weir::Param<std::string> points_dataset_{this, "points_dataset", "/points", "its points [point, item...]"};
  weir::Param<std::string> time_dataset_{this, "time_dataset", "/time", "the time of each of them [point]"};
  weir::Output<Tensor> points_{this, "points", "1", "all points, in the order of time"};
  weir::Output<Tensor> time_{this, "time", "1", "time of each point", "float64"};
  weir::Facet<weir::Marginals> marginals_{this,
                                          [this]() -> std::optional<weir::Marginals> { return snapshots_; }};

 public:
  void plan(weir::Plan& plan) override {
    if (set_.given() == file_.given())
      return plan.fault("", "snapshots are of a named set or of a file: write one of both",
                        "write set: swirl, or file: cells.h5");
    file_.given() ? plan_file(plan) : plan_set(plan);
    if (!plan.clean()) return;
    total_ = std::accumulate(snapshots_.sizes.begin(), snapshots_.sizes.end(), std::int64_t{0});
    points_.plan(weir::rows_of(total_, item_), weir::dims_of("point", item_));
    time_.plan({total_}, {"point"});
  }

  void run(weir::Run&) override {
    if (file_.given()) {
      const weir::Reader reader(file_());
      items_ = weir::tensor_of(reader.read(points_dataset_()), f64.device(options().device()))
                   .reshape(weir::rows_of(total_, item_))
                   .to(options());
      weir::require_finite(items_, fmt::format("dataset '{}' of '{}'", points_dataset_(), file_().string()));
      items_ = items_.index_select(0, order_.to(options().device()));
      origin_ = {file_().string(), points_dataset_(), weir::file_sha256(file_())};
    } else {
      std::vector<Tensor> all;
      for (std::size_t k = 0; k < snapshots_.times.size(); ++k) {
        // In float64 whatever the run's dtype is: the same set in both.
        weir::Rng rng(this->rng().at("snapshot", std::int64_t(k)).key(), f64);
        all.push_back(laws().at(set_()).points(snapshots_.times[k], snapshots_.sizes[k], rng));
      }
      items_ = at::cat(all).to(options());
    }
    points_.set(items_);
    time_.set(
        at::repeat_interleave(at::tensor(snapshots_.times, f64), at::tensor(snapshots_.sizes, at::kLong))
            .to(options().device()));
  }

  weir::Shape shape() const override { return item_; }
  std::optional<std::int64_t> size() const override { return total_; }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  std::optional<Origin> origin() const override { return origin_; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(total_, {n})); }

 private:
  void plan_set(weir::Plan& plan) {
    const Law& law = laws().at(set_());
    snapshots_ = {};
    for (const weir::Param<std::string>* dataset : {&points_dataset_, &time_dataset_})
      if ((*dataset)() != dataset->schema().fallback)
        return plan.fault(dataset->name(), fmt::format("'{}' is a set and has no datasets", set_()),
                          "leave it out, or write file: instead of set:");
    if (times_.given()) {
      if (count_.given() || place_() != "even")
        return plan.fault("times", "times are given one by one, or by count and place",
                          "leave out count and place");
      snapshots_.times = times_();
    } else {
      const std::int64_t count = count_.given() ? count_() : law.count;
      const bool middles = place_() == "middles";
      for (std::int64_t k = 0; k + (middles ? 1 : 0) < count; ++k)
        snapshots_.times.push_back((double(k) + (middles ? 0.5 : 0)) / double(count - 1));
    }
    plan_times(plan);
    const std::int64_t size = size_.given() ? size_() : law.size;
    for (const double t : snapshots_.times) snapshots_.sizes.push_back(t < law.doubled ? size : 2 * size);
    item_ = {law.dim};
  }

  void plan_times(weir::Plan& plan) {
    const weir::Numbers& times = snapshots_.times;
    const char* parameter = times_.given() ? "times" : "count";
    bool ascend = !times.empty() && times.front() >= 0 && times.back() <= 1;
    for (std::size_t k = 1; k < times.size(); ++k) ascend = ascend && times[k] > times[k - 1];
    if (!ascend)
      return plan.fault(parameter,
                        fmt::format("the times of snapshots ascend within 0 and 1, and these are [{}]",
                                    fmt::join(times, ", ")));
    const auto known = [](double t) { return t == 0 || t == 0.5 || t == 1; };
    if (set_() == "trimodal" && !std::all_of(times.begin(), times.end(), known))
      plan.fault(parameter,
                 fmt::format("the law of trimodal is known at 0, 0.5 and 1, and these times are [{}]",
                             fmt::join(times, ", ")),
                 "leave out count, place and times");
  }

  void plan_file(weir::Plan& plan) {
    for (const weir::AnyParam* other : std::initializer_list<const weir::AnyParam*>{&count_, &times_, &size_})
      if (other->given())
        return plan.fault(other->name(), "a file has the times and the points that it has", "leave it out");
    if (place_() != "even")
      return plan.fault(place_.name(), "a file has the times and the points that it has", "leave it out");
    if (!std::filesystem::is_regular_file(file_()))
      return plan.fault("file", fmt::format("there is no file '{}'", file_().string()));
    try {
      const weir::Reader reader(file_());
      for (const auto* dataset : {&points_dataset_, &time_dataset_}) {
        if (!reader.has((*dataset)()))
          return plan.fault(dataset->name(),
                            fmt::format("'{}' has no dataset '{}'", file_().string(), (*dataset)()));
        if (const auto unwritten = weir::unwritten_text(file_(), (*dataset)()); !unwritten.empty())
          return plan.fault(dataset->name(), unwritten, weir::unwritten_remedy);
      }
      item_ = reader.shape(points_dataset_());
      reader.dtype(points_dataset_());  // numbers, or the fault of the dataset
      const weir::Shape rows = reader.shape(time_dataset_());
      if (item_.empty() || rows.size() != 1 || rows.front() != item_.front() || rows.front() < 2)
        return plan.fault("time_dataset",
                          fmt::format("each point has one time: the points are [{}], the times [{}]",
                                      fmt::join(item_, ", "), fmt::join(rows, ", ")));
      item_.erase(item_.begin());
      if (item_.empty()) item_ = {1};
      const auto [times, order] =
          at::sort(weir::tensor_of(reader.read(time_dataset_()), f64), /*stable=*/true, 0, false);
      order_ = order;
      const auto [distinct, inverse, sizes] = at::unique_consecutive(times, false, true);
      const double first = distinct[0].item<double>(), last = distinct[-1].item<double>();
      if (!(last > first) || !at::isfinite(distinct).all().item<bool>())
        return plan.fault("time_dataset",
                          fmt::format("the times of '{}' are {} to {}: snapshots need two times",
                                      file_().string(), first, last));
      const Tensor scaled = ((distinct - first) / (last - first)).contiguous();
      snapshots_.times.assign(scaled.const_data_ptr<double>(),
                              scaled.const_data_ptr<double>() + scaled.numel());
      snapshots_.sizes.assign(sizes.const_data_ptr<std::int64_t>(),
                              sizes.const_data_ptr<std::int64_t>() + sizes.numel());
    } catch (const std::exception& error) {
      plan.fault("file", error.what());
    }
  }

  weir::Shape item_;
  std::int64_t total_ = 0;
  weir::Marginals snapshots_;
  Tensor items_, order_;  // order_: int64, the file's rows by time
  std::optional<Origin> origin_;
};

}  // namespace

WEIR_PLUGIN(SnapshotsSource, "Points of a moving law at several times: a named set, or a file")

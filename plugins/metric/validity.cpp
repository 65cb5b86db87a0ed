// plugins/metric/validity.cpp -- whether generated points are words of a binary set, and whether each comes as often as the others.
//
//   word of a point: the signs of its coordinates
//   share = share of the points whose word is in the set        share_se = sqrt(p (1 - p) / n), p = (n share + 2) / (n + 4)
//   total_variation = ( sum_k | n_k / n - 1 / K | + 1 - share ) / 2,  n_k the points that are word k of K
//
// total_variation is that of the points' words from the uniform law on the set: 1 - share at least, and of n points that follow that
// law some sqrt(K / (2 pi n)), not 0.
//
// Source   p of the error: Agresti, Coull, Am. Stat. 52 (1998).
// Oracle   five points looked up by hand.
// Peers    none
// Shapes   generated [n, item...]; count [word]; the others are numbers
// Limits   the words of the set are distinct, and none has a coordinate of 0; a coordinate of 0 of a point is no bit
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Validity final : public weir::Metric {
  weir::Port<Tensor> generated_{this, "generated", "points, such as the ends of a flow"};
  weir::Port<weir::Source> target_{this, "target", "the finite set of words, as source/binary"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 1024, weir::at_least(1), "points looked up together"};
  weir::Output<Tensor> share_{this, "share", "1", "share of the points that are words of the set"};
  weir::Output<Tensor> share_se_{this, "share_se", "1", "standard error of share over the points"};
  weir::Output<Tensor> share_n_{this, "share_n", "1", "number of points", "int64"};
  weir::Output<Tensor> variation_{this, "total_variation", "1",
                                  "total variation between the points' words and the uniform law on the set"};
  weir::Output<Tensor> count_{this, "count", "1", "points that are each word", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    if (!target_->size())
      return plan.fault(
          "target", fmt::format("'{}' is a distribution: it has no words to be looked up", target_->path()),
          "use source/binary, or another finite set");
    const weir::Shape& points = generated_.shape();
    if (points.empty() || weir::Shape(points.begin() + 1, points.end()) != target_->shape())
      return plan.fault("generated", fmt::format("points of [{}] are not words of '{}', which are [{}]",
                                                 fmt::join(points, ", "), target_->path(),
                                                 fmt::join(target_->shape(), ", ")));
    for (auto* output : {&share_, &share_se_, &share_n_, &variation_}) output->plan({}, {});
    count_.plan({*target_->size()}, {"word"});
  }

  void run(weir::Run&) override {
    const Tensor every = at::arange(*target_->size(), options().dtype(at::kLong));
    const Tensor words = target_->items(every).flatten(1).sign(), points = generated_().flatten(1).sign();
    const std::int64_t n = points.size(0);
    const double bits = double(words.size(1));
    Tensor count = at::zeros({words.size(0)}, words.options().dtype(at::kLong));
    for (std::int64_t i = 0; i < n; i += chunk_()) {
      const Tensor some = points.narrow(0, i, std::min(chunk_(), n - i)).to(words.scalar_type());
      count = count + (at::mm(some, words.t()) == bits).sum(0);  // as many equal signs as there are bits
    }
    const Tensor frequency = count.to(at::kDouble) / double(n);
    const double share = frequency.sum().item<double>();
    const auto scalar = [](double value) { return at::scalar_tensor(value, at::kDouble); };
    share_.set(scalar(share));
    share_se_.set(scalar(weir::share_se(share, double(n))));
    share_n_.set(at::scalar_tensor(n, at::kLong));
    variation_.set(
        scalar(((frequency - 1 / double(words.size(0))).abs().sum().item<double>() + 1 - share) / 2));
    count_.set(count);
  }
};

}  // namespace

WEIR_PLUGIN(Validity, "Share of points that are words of a binary set, and their total variation from it")

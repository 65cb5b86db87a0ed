// plugins/probe/gradient_disparity.cpp -- how far the gradients of parts of an epoch are apart.
//
//   g_i = mean gradient of the i-th of `groups` runs of consecutive steps, each of floor(B / groups) of an epoch's B
//   disparity = mean over i < j of || g_i - g_j ||                    over all parameters
//
// With `rises`, the `rises`-th epoch whose disparity is above that of the epoch before ends the training, and the parameters at the end of
// the epoch with the least disparity, before its last step, are kept as the best. Without it the probe only looks on. Where a training goes
// on from another within an epoch, the rest of that epoch is left out.
//
// Source   Forouzesh, Thiran, arXiv 2107.06665 (the distance); means of groups of an epoch's steps: programs of Vardasbi et al.,
//          arXiv 2208.09529. Their rules of stopping could not be read: a count of rises, or the least, are this plugin's.
// Oracle   seven gradients in the plane by hand; the best parameters are those of a shorter training, to the bit.
// Peers    none
// Shapes   disparity [1] an epoch; least_step [1], the step of the least so far
// Limits   not the distance of gradients at the same parameters, which move while the epoch goes on. The steps that remain where `groups`
//          does not divide B are left out.
#include <cmath>
#include <limits>

#include <weir/kinds/learn/probe.hpp>
#include <weir/plugin.hpp>

#include "epoch.hpp"

namespace {

using weir::Tensor;

constexpr double infinity = std::numeric_limits<double>::infinity();

class GradientDisparity final : public weir::Probe {
  weir::Param<std::int64_t> epoch_{this, "epoch", weir::required, weir::at_least(2), "steps of an epoch"};
  weir::Param<std::int64_t> groups_{
      this, "groups", 5, weir::at_least(2),
      "groups of an epoch's steps; as many as there are steps, if those are fewer"};
  weir::Param<std::int64_t> rises_{
      this, "rises", weir::absent, weir::at_least(1),
      "epochs with a larger disparity than the one before that end the training; "
      "without it none does"};
  weir::Trace disparity_{this, "disparity", "1", "mean distance between the groups' mean gradients"};
  weir::Trace least_step_{this, "least_step", "1", "last step of the epoch with the least disparity so far",
                          "int64"};

  mutable std::int64_t count_ = 0, risen_ = 0, least_at_ = 0;
  mutable Tensor sums_;  // [groups, parameters], of this epoch
  mutable double before_ = infinity, least_ = infinity;
  mutable weir::Params best_;

  std::int64_t steps() const { return epoch_() / every_(); }
  std::int64_t groups() const { return std::min(groups_(), steps()); }

 public:
  void plan_for(const weir::Training& training, weir::Plan& plan) override {
    if (!weir::plan_epoch(path(), epoch_(), every_(), training, plan)) return;
    if (rises_.given()) best_ = training.params.clone();
    disparity_.plan({}, {});
    least_step_.plan({}, {});
    sums_ = at::zeros({groups(), training.params.count()}, options().dtype(at::kDouble));
  }

  void observe(const weir::TrainingStep& step) const override {
    const std::int64_t size = steps() / groups(), group = count_++ / size;
    if (group < groups()) sums_[group].add_(weir::flat_gradient(step));
    if (step.step % epoch_() != 0) return;
    if (count_ == steps()) judge(step);
    count_ = 0;
    sums_.zero_();
  }

  bool enough() const override { return rises_.given() && risen_ >= rises_(); }
  const weir::Params* best() const override { return rises_.given() ? &best_ : nullptr; }

  weir::State save() const override {
    weir::State state{{"count", at::scalar_tensor(count_, at::kLong)},
                      {"risen", at::scalar_tensor(risen_, at::kLong)},
                      {"least_step", at::scalar_tensor(least_at_, at::kLong)},
                      {"before", at::scalar_tensor(before_, at::kDouble)},
                      {"least", at::scalar_tensor(least_, at::kDouble)},
                      {"sums", sums_.clone()}};
    for (const auto& [name, value] : best_.tensors()) state["best/" + name] = value;
    return state;
  }
  void load(const weir::State& state) override {
    count_ = state.at("count").item<std::int64_t>();
    risen_ = state.at("risen").item<std::int64_t>();
    least_at_ = state.at("least_step").item<std::int64_t>();
    before_ = state.at("before").item<double>();
    least_ = state.at("least").item<double>();
    sums_.copy_(state.at("sums"));
    for (const auto& [name, value] : best_.tensors()) value.copy_(state.at("best/" + name));
  }

 private:
  // What the whole epoch that ends with this step comes to.
  void judge(const weir::TrainingStep& step) const {
    const std::int64_t size = steps() / groups();
    const double disparity = at::pdist(sums_ / double(size)).mean().item<double>();
    if (disparity > before_) ++risen_;
    before_ = disparity;
    if (disparity < least_) {
      least_ = disparity;
      least_at_ = step.step;
      if (rises_.given()) best_ = step.params.clone();
    }
    disparity_.append(step.step, disparity);
    least_step_.append(step.step, double(least_at_));
  }
};

}  // namespace

WEIR_PLUGIN(GradientDisparity,
            "Distance between gradients of parts of an epoch; ends a training in which it rises")

// plugins/probe/gradient_evidence.cpp -- whether an epoch's gradients are what chance alone would make of a gradient of zero.
//
//   m_d, s_d = mean and standard deviation (over B) of coordinate d of the B gradients of an epoch's steps
//   evidence = 1 - B / D sum_d (m_d / s_d)^2        over all D parameters; one whose gradients are all 0 counts as 0
//   evidence > 0: the training loss has no gradient left that is larger than its own error as an estimate of the expected loss's
//
// With `finish` that ends the training. m_d must be the gradient over the training set: where an epoch is `epoch` batches drawn with
// replacement, B m_d^2 has the mean s_d^2 in addition, and the evidence settles below 0, near -3 / (B - 3). Where a training goes on from
// another within an epoch, the rest of that epoch is left out.
//
// Source   Mahsereci, Balles, Lassner, Hennig, arXiv 1703.09580; as one number for an epoch, and s_d over B: programs of Vardasbi et al.,
//          arXiv 2208.09529. Running moments: Welford, Technometrics 4 (1962).
// Oracle   gradients of chance have the mean that Student's t gives, 1 - B / (B - 3), within four standard errors; those of a whole epoch
//          have 1; four gradients by hand.
// Peers    Cockpit EarlyStopping
// Shapes   evidence [1] an epoch
// Limits   the parameters move while the epoch goes on, so that s_d has that movement in it. Of a clean and unlimited set it comes late or
//          never.
#include <cmath>

#include <weir/kinds/learn/probe.hpp>
#include <weir/plugin.hpp>

#include "epoch.hpp"

namespace {

using weir::Tensor;

class GradientEvidence final : public weir::Probe {
  weir::Param<std::int64_t> epoch_{this, "epoch", weir::required, weir::at_least(2), "steps of an epoch"};
  weir::Param<bool> finish_{this, "finish", true, "whether an evidence above 0 ends the training"};
  weir::Trace evidence_{this, "evidence", "1",
                        "evidence against the training set's gradient, at the end of each epoch"};

  mutable std::int64_t count_ = 0;  // gradients of this epoch
  mutable Tensor mean_, squares_;   // of them; sum of squared distances from their mean
  mutable bool positive_ = false;   // the evidence of the last whole epoch

 public:
  void plan_for(const weir::Training& training, weir::Plan& plan) override {
    if (!weir::plan_epoch(path(), epoch_(), every_(), training, plan)) return;
    evidence_.plan({}, {});
    mean_ = at::zeros({training.params.count()}, options().dtype(at::kDouble));
    squares_ = at::zeros_like(mean_);
  }

  void observe(const weir::TrainingStep& step) const override {
    const Tensor g = weir::flat_gradient(step), off = g - mean_;
    mean_ = mean_ + off / double(++count_);
    squares_ = squares_ + off * (g - mean_);
    if (step.step % epoch_() != 0) return;
    if (count_ == epoch_() / every_()) judge(step.step);
    count_ = 0;
    mean_ = at::zeros_like(mean_);
    squares_ = at::zeros_like(squares_);
  }

  bool enough() const override { return finish_() && positive_; }

  weir::State save() const override {
    return {{"count", at::scalar_tensor(count_, at::kLong)},
            {"positive", at::scalar_tensor(positive_, at::kBool)},
            {"mean", mean_},
            {"squares", squares_}};
  }
  void load(const weir::State& state) override {
    count_ = state.at("count").item<std::int64_t>();
    positive_ = state.at("positive").item<bool>();
    mean_ = state.at("mean").to(mean_.device());
    squares_ = state.at("squares").to(mean_.device());
  }

 private:
  // What the whole epoch that ends with this step comes to.
  void judge(std::int64_t step) const {
    const double b = double(count_);
    const Tensor square = mean_.square(), ratio = b * square / (squares_ / b);
    const double evidence = 1 - at::where(square == 0, at::zeros_like(ratio), ratio).mean().item<double>();
    evidence_.append(step, evidence);
    positive_ = evidence > 0;
  }
};

}  // namespace

WEIR_PLUGIN(GradientEvidence,
            "Ends a training whose gradients over an epoch are those of chance: the evidence-based criterion")

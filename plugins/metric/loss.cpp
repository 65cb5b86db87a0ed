// plugins/metric/loss.cpp -- the loss of a field under an objective, without training.
//
//   loss = mean of l_i over `samples` rows that the objective draws
//
// Of the exact minimiser it is the least loss that there is; what a training is above it is its error.
//
// Source   the objective's own.
// Oracle   D pi / 2 of the exact field between standard normal laws, within four standard errors.
// Peers    none: the loss that peers print while they train
// Shapes   loss, loss_se, loss_n [1]
// Limits   rows that depend on each other (minibatch OT) and losses without a second moment have no standard error
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <ATen/core/grad_mode.h>

#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Loss final : public weir::Metric {
  weir::Port<weir::Objective> objective_{this, "objective", "whose loss it is, and whose samples"};
  weir::Port<weir::Field> field_{this, "field", "field to judge"};
  weir::Param<std::int64_t> samples_{this, "samples", 4096, weir::at_least(2), "rows of the mean"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 512, weir::at_least(1),
                                   "rows evaluated together, unless they depend on each other"};
  weir::Output<Tensor> loss_{this, "loss", "1", "mean loss"};
  weir::Output<Tensor> loss_se_{this, "loss_se", "1",
                                "standard error of loss over the rows; NaN where they depend on each other, "
                                "or the loss has no second moment"};
  weir::Output<Tensor> loss_n_{this, "loss_n", "1", "independent rows; 1 for dependent ones", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    weir::plan_of_field(*objective_, plan);
    field_->plan_for(objective_->domain(), plan);
    weir::say_infinite(loss_.plan({}, {}), weir::infinite_target(*objective_, /*power=*/2));
    loss_se_.plan({}, {});
    loss_n_.plan({}, {});
  }

  void run(weir::Run& run) override {
    if (const std::string why = weir::infinite_target(*objective_, /*power=*/2); !why.empty())
      run.warn("the mean loss is infinite, and what is measured depends on the seed: " + why + "; " +
               weir::keep_from_the_ends(why));
    const at::NoGradGuard no_grad;
    weir::Rng rows = rng().at("samples"), initial = rng().at("field");
    const weir::Sample sample = objective_->sample(samples_(), rows);
    const weir::Params params = field_->init(objective_->domain(), initial);
    const bool independent = !objective_->dependent_rows();
    const std::int64_t together = independent ? chunk_() : samples_();
    const Tensor every = at::arange(samples_(), options().dtype(at::kLong));
    std::vector<Tensor> losses;
    for (std::int64_t i = 0; i < samples_(); i += together) {
      if (run.stop_requested()) throw weir::Stopped();
      const std::int64_t n = std::min(together, samples_() - i);
      losses.push_back(
          objective_->loss(*field_, params, sample.rows(every.narrow(0, i, n))).rows.to(at::kDouble));
      run.progress(i + n, samples_(), {});
    }
    const Tensor all = at::cat(losses);
    const bool has_error = independent && weir::infinite_target(*objective_, /*power=*/4).empty();
    loss_.set(all.mean());
    loss_se_.set(has_error ? all.std() / std::sqrt(double(samples_()))
                           : at::scalar_tensor(std::numeric_limits<double>::quiet_NaN(), at::kDouble));
    loss_n_.set(at::scalar_tensor(independent ? samples_() : 1, at::kLong));
  }
};

}  // namespace

WEIR_PLUGIN(Loss, "Mean loss of a field under an objective")

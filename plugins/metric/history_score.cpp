// plugins/metric/history_score.cpp -- what a training was worth on its way: the loss, and how often it was right, at each snapshot.
//
//   loss_k     = mean of l_i at the parameters after step k, over `samples` rows that the objective draws once
//   accuracy_k = share of them whose class the network names, where the objective tells classes apart
//   least, best: of the least loss and the largest accuracy of them, the first such k
//
// Source   the objective's loss; p of the accuracy's error: Agresti, Coull, Am. Stat. 52 (1998).
// Oracle   a classifier on four points, counted by hand with log(1 + exp(-2 s |x|)); least squares of a known field over the same rows.
// Peers    none
// Shapes   loss, loss_se, accuracy, accuracy_se, step [moment]; the others are numbers
// Limits   the same rows at every moment: differences between moments have less error than loss_se says. The least of many is too low,
//          and the best too high. Rows that depend on each other have no error.
#include <algorithm>
#include <cmath>
#include <limits>

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <weir/kinds/learn/history.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

class HistoryScore final : public weir::Metric {
  weir::Port<weir::History> history_{this, "history", "the training, such as train.history"};
  weir::Port<weir::Objective> objective_{this, "objective", "whose loss it is, and whose samples"};
  weir::Param<std::int64_t> samples_{this, "samples", 4096, weir::at_least(2), "rows of the means"};
  weir::Output<Tensor> step_{this, "step", "1", "step of each moment", "int64"};
  weir::Output<Tensor> loss_{this, "loss", "1",
                             "mean loss at each moment; NaN where the training ended before"};
  weir::Output<Tensor> loss_se_{
      this, "loss_se", "1",
      "standard error of loss over the rows; NaN where loss is, for rows that depend on "
      "each other, or losses without a second moment"};
  weir::Output<Tensor> loss_n_{this, "loss_n", "1", "independent rows; 1 for dependent ones", "int64"};
  weir::Output<Tensor> least_{this, "least", "1", "least of these losses"};
  weir::Output<Tensor> least_step_{this, "least_step", "1", "its step", "int64"};
  weir::Output<Tensor> accuracy_{
      this, "accuracy", "1", "share of the rows whose class is found; NaN where the training ended before"};
  weir::Output<Tensor> accuracy_se_{this, "accuracy_se", "1",
                                    "standard error of accuracy over the rows; NaN where accuracy is"};
  weir::Output<Tensor> accuracy_n_{this, "accuracy_n", "1", "number of rows", "int64"};
  weir::Output<Tensor> best_{this, "best", "1", "largest of these accuracies"};
  weir::Output<Tensor> best_step_{this, "best_step", "1", "its step", "int64"};

  bool classes_ = false;  // from plan: the objective tells classes apart

 public:
  void plan(weir::Plan& plan) override {
    weir::plan_history(*history_, *objective_, "history", plan);
    weir::plan_rows(*objective_, samples_(), plan, "samples", "a score");
    const auto own = objective_->network();
    const weir::Domain domain = objective_->domain();
    const auto label = domain.context.find("label");
    classes_ = !objective_->takes_field() && own && own->signature.inputs.size() == 1 &&
               own->signature.inputs.contains("x") && label != domain.context.end() &&
               own->signature.output == weir::Shape{label->second.classes};
    const auto count = static_cast<std::int64_t>(history_->moments().size());
    const std::string infinite = weir::infinite_target(*objective_, /*power=*/2);
    weir::say_infinite(loss_.plan({count}, {"moment"}), infinite);
    weir::say_infinite(least_.plan({}, {}), infinite);
    for (auto* output : {&step_, &loss_se_}) output->plan({count}, {"moment"});
    for (auto* output : {&loss_n_, &least_step_}) output->plan({}, {});
    if (!classes_) return;
    for (auto* output : {&accuracy_, &accuracy_se_}) output->plan({count}, {"moment"});
    for (auto* output : {&accuracy_n_, &best_, &best_step_}) output->plan({}, {});
  }

  void run(weir::Run& run) override {
    const at::NoGradGuard no_grad;
    if (std::ranges::none_of(history_->moments(), [](const auto& of) { return of.second.reached(); }))
      throw std::runtime_error(fmt::format(
          "the training ended before step {}, the first moment of its history: there is none to score; keep "
          "an earlier snapshot, or step 0",
          history_->moments().begin()->first));
    weir::Rng rng = this->rng().at("samples");
    const weir::Sample sample = objective_->sample(samples_(), rng);
    const bool independent = !objective_->dependent_rows();
    const bool has_error = independent && weir::infinite_target(*objective_, /*power=*/4).empty();
    const double n = double(samples_());
    std::vector<std::int64_t> steps;
    std::vector<double> loss, loss_se, accuracy, accuracy_se;
    for (const auto& [step, moment] : history_->moments()) {
      if (run.stop_requested()) throw weir::Stopped();
      steps.push_back(step);
      run.progress(std::int64_t(steps.size()), std::int64_t(history_->moments().size()), {});
      if (!moment.reached()) {
        for (auto* column : {&loss, &loss_se, &accuracy, &accuracy_se}) column->push_back(missing);
        continue;
      }
      const weir::Field& field = objective_->takes_field() ? *moment.last.field() : weir::no_field();
      const Tensor losses = objective_->loss(field, moment.params, sample).rows.to(at::kDouble);
      loss.push_back(losses.mean().item<double>());
      loss_se.push_back(has_error ? losses.std().item<double>() / std::sqrt(n) : missing);
      accuracy.push_back(classes_ ? share_right(moment.params, sample) : missing);
      accuracy_se.push_back(weir::share_se(accuracy.back(), n));
    }
    const auto of = [](const std::vector<double>& column) { return at::tensor(column, at::kDouble); };
    const Tensor step = at::tensor(steps, at::kLong);
    step_.set(step);
    loss_.set(of(loss));
    loss_se_.set(of(loss_se));
    loss_n_.set(at::scalar_tensor(independent ? samples_() : 1, at::kLong));
    const Tensor at_least = of(loss).nan_to_num(std::numeric_limits<double>::infinity()).argmin();
    least_.set(of(loss)[at_least.item<std::int64_t>()]);
    least_step_.set(step[at_least.item<std::int64_t>()]);
    if (!classes_) return;
    accuracy_.set(of(accuracy));
    accuracy_se_.set(of(accuracy_se));
    accuracy_n_.set(at::scalar_tensor(samples_(), at::kLong));
    const auto at_best = of(accuracy).nan_to_num(-1).argmax().item<std::int64_t>();
    best_.set(of(accuracy)[at_best]);
    best_step_.set(step[at_best]);
  }

 private:
  double share_right(const weir::Params& params, const weir::Sample& sample) const {
    const auto own = objective_->network();
    const Tensor f = own->network->forward(params.under(own->prefix), {{"x", sample.batch.x0()}});
    return (f.argmax(1) == sample.batch.context.at("label")).to(at::kDouble).mean().item<double>();
  }
};

}  // namespace

WEIR_PLUGIN(HistoryScore, "Loss and accuracy of a training at each of its snapshots")

// plugins/metric/accuracy.cpp -- how often a network names the right class.
//
//   d_i = argmax_k f(x_i)_k      accuracy = share of i with d_i = c_i      confusion_kl = number of i with c_i = k, d_i = l
//   accuracy_se = sqrt(p (1 - p) / n), p = (n accuracy + 2) / (n + 4): not zero where all or none are right
//
// Source   p of the error: Agresti, Coull, Am. Stat. 52 (1998).
// Oracle   five points counted by hand, in all, by class and in the table of confusions.
// Peers    sklearn.metrics.accuracy_score, confusion_matrix
// Shapes   x [n, item...], label int64 [n]; accuracy_of_class, confusion [classes], [classes, classes]; the others are numbers
// Limits   the points must be others than those of the training for more than its own score. Of equal numbers the first class counts.
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/learn/network.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Accuracy final : public weir::Metric {
  weir::Port<weir::Network> network_{this, "network", "classifier, such as train.network"};
  weir::Port<Tensor> x_{this, "x", "points to be told apart"};
  weir::Port<Tensor> label_{this, "label", "class of each of them, as the output label of fixed pairs"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 1024, weir::at_least(1), "points that are asked together"};
  weir::Output<Tensor> accuracy_{this, "accuracy", "1", "share of the points whose class is found"};
  weir::Output<Tensor> accuracy_se_{this, "accuracy_se", "1", "standard error of accuracy over the points"};
  weir::Output<Tensor> accuracy_n_{this, "accuracy_n", "1", "number of points", "int64"};
  weir::Output<Tensor> of_class_{this, "accuracy_of_class", "1",
                                 "the same of each class; NaN for one without points"};
  weir::Output<Tensor> confusion_{this, "confusion", "1", "points of each class, by the class that is found",
                                  "int64"};

 public:
  void plan(weir::Plan& plan) override {
    const auto trained = network_->trained_for();
    if (!trained)
      return plan.fault(
          "network",
          fmt::format("'{}' has not been trained, so that it has only initial parameters", network_->path()),
          "give the output of a trainer: network: train.network");
    if (trained->output.size() != 1)
      return plan.fault("network",
                        fmt::format("a classifier gives a number for each class, and this network gives [{}]",
                                    fmt::join(trained->output, ", ")));
    classes_ = trained->output.front();
    if (label_.shape() != weir::Shape{x_.shape().empty() ? 0 : x_.shape().front()})
      return plan.fault("label",
                        fmt::format("label must have a class for each row of x: x is [{}], label is [{}]",
                                    fmt::join(x_.shape(), ", "), fmt::join(label_.shape(), ", ")));
    network_->plan_for({{{"x", {.shape = {x_.shape().begin() + 1, x_.shape().end()}}}}, {classes_}}, plan);
    for (auto* output : {&accuracy_, &accuracy_se_, &accuracy_n_}) output->plan({}, {});
    of_class_.plan({classes_}, {"class"});
    confusion_.plan({classes_, classes_}, {"class", "found"});
  }

  void run(weir::Run& run) override {
    const Tensor x = x_(), label = label_();
    const std::int64_t n = x.size(0);
    if (n < 1) throw std::runtime_error("there are no points to be told apart");
    if (label.scalar_type() != at::kLong)
      throw std::runtime_error(
          fmt::format("label holds numbers that are no classes: '{}' is not int64", label_.from().path()));
    const auto least = label.min().item<std::int64_t>(), largest = label.max().item<std::int64_t>();
    if (least < 0 || largest >= classes_)
      throw std::runtime_error(fmt::format("label has the class {}, and the network knows 0 to {}",
                                           least < 0 ? least : largest, classes_ - 1));
    weir::Rng unused = rng().at("init");
    const weir::Params params = network_->init(*network_->trained_for(), unused);
    std::vector<Tensor> found;
    for (std::int64_t first = 0; first < n; first += chunk_()) {
      if (run.stop_requested()) throw weir::Stopped();
      run.progress(first, n, {});
      const Tensor rows = x.narrow(0, first, std::min(chunk_(), n - first));
      found.push_back(network_->forward(params, {{"x", rows}}).argmax(1));
    }
    const Tensor confusion =
        at::bincount(label * classes_ + at::cat(found), {}, classes_ * classes_).view({classes_, classes_});
    const Tensor right = confusion.diagonal().to(at::kDouble);
    const double points = static_cast<double>(n), share = right.sum().item<double>() / points;
    accuracy_.set(at::scalar_tensor(share, at::kDouble));
    accuracy_se_.set(at::scalar_tensor(weir::share_se(share, points), at::kDouble));
    accuracy_n_.set(at::scalar_tensor(n, at::kLong));
    of_class_.set(right / confusion.sum(1));  // 0 / 0 of a class without points
    confusion_.set(confusion);
  }

 private:
  std::int64_t classes_ = 0;
};

}  // namespace

WEIR_PLUGIN(Accuracy, "Share of points whose class a network finds, in all and by class")

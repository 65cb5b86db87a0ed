// plugins/metric/normal_error.cpp -- whether a flow contracts the coordinates normal to its target's space as it must.
//
//   error = E || N (x_s - alpha x_0) ||^2        N the projection onto the null space of the target's covariance, alpha = 1 - s
//
// On the linear path from a standard normal source, independent of x1, the exact velocity is -x / (1 - t) in those coordinates, whatever
// the target is within its space: x_s = (1 - s) x_0 there, and in as many dimensions as there are.
//
// Source   the exact flow; what arXiv 2602.22486 calls recovery of the support, for a manifold that spans a subspace.
// Oracle   two points by hand; a circle that lies askew, whose exact contraction has no error.
// Peers    none
// Shapes   start, end [n, item...]; error, error_se, error_n [1]
// Limits   the linear path without noise; row i of `end` started at row i of `start`, at time 0. An eigenvalue of the covariance below
//          1e-5 of the largest counts as none.
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class NormalError final : public weir::Metric {
  weir::Port<Tensor> start_{this, "start", "points at t = 0"};
  weir::Port<Tensor> end_{this, "end", "the same points at t = `until`"};
  weir::Port<weir::Source> target_{this, "target", weir::mandatory.needing<weir::Moments>(),
                                   "law whose covariance has a null space, as source/sphere's"};
  weir::Param<double> until_{this, "until", 1, weir::between(0, 1), "time s of the end"};
  weir::Output<Tensor> error_{this, "error", "1", "mean squared distance from the exact normal coordinates"};
  weir::Output<Tensor> error_se_{this, "error_se", "1", "standard error of error"};
  weir::Output<Tensor> error_n_{this, "error_n", "1", "number of points", "int64"};

  Tensor normals_;  // N [D, D], float64

 public:
  void plan(weir::Plan& plan) override {
    if (start_.shape() != end_.shape() || start_.shape().size() < 2 ||
        (start_.shape().front() >= 0 && start_.shape().front() < 2))
      return plan.fault("end",
                        fmt::format("start and end are the same points, two or more: start is [{}], end [{}]",
                                    fmt::join(start_.shape(), ", "), fmt::join(end_.shape(), ", ")));
    if (weir::Shape(start_.shape().begin() + 1, start_.shape().end()) != target_->shape())
      return plan.fault("target", fmt::format("points of [{}] are not items of '{}', which are [{}]",
                                              fmt::join(start_.shape(), ", "), target_->path(),
                                              fmt::join(target_->shape(), ", ")));
    const auto [values, vectors] =
        at::linalg_eigh(weir::facet<weir::Moments>(*target_)->covariance.to(at::kDouble));
    const Tensor flat = (values <= 1e-5 * values.max()).to(at::kDouble);
    if (flat.sum().item<double>() == 0)
      plan.fault("target",
                 fmt::format("'{}' spans all {} dimensions: nothing is normal to it", target_->path(),
                             values.size(0)),
                 "measure a flow to a target within a subspace");
    normals_ = at::mm(vectors * flat, vectors.t());
    for (auto* output : {&error_, &error_se_, &error_n_}) output->plan({}, {});
  }

  void run(weir::Run&) override {
    const auto flat = [](const Tensor& x) { return x.flatten(1).to(at::kDouble); };
    const Tensor off = flat(end_()) - (1 - until_()) * flat(start_());
    const Tensor squares = at::mm(off, normals_).square().sum(1);
    error_.set(squares.mean());
    error_se_.set(squares.std() / std::sqrt(double(squares.size(0))));
    error_n_.set(at::scalar_tensor(squares.size(0), at::kLong));
  }
};

}  // namespace

WEIR_PLUGIN(NormalError, "How far a flow's normal coordinates are from those of the exact flow")

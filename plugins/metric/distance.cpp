// plugins/metric/distance.cpp -- how far points are from others, row by row.
//
//   square = (1/n) sum_i | x_i - y_i |^2            root = square^(1/2)
//
//   Of two flows from the same points, square bounds the squared 2-Wasserstein distance of their ends from above.
//
// Source   the cost of one coupling of the two laws, which is never below the least: Villani, Optimal Transport, 2009, definition 6.1.
// Oracle   four points by hand, errors of the mean and of its root too.
// Peers    torch.nn.functional.mse_loss (a mean over coordinates too); torchcfm MSE (runner)
// Shapes   points, others [n, item...]; outputs are numbers
// Limits   standard errors are the jackknife's over rows, which must be independent for them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/metric.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Distance final : public weir::Metric {
  weir::Port<Tensor> points_{this, "points", "the points to judge"};
  weir::Port<Tensor> others_{this, "others", "for each of them the point that it is compared with"};
  weir::Output<Tensor> square_{
      this, "square", "1", "mean squared distance of a point from its other; NaN where one is not finite"};
  weir::Output<Tensor> square_se_{this, "square_se", "1",
                                  "standard error of square over the points; NaN where square is"};
  weir::Output<Tensor> square_n_{this, "square_n", "1", "number of points", "int64"};
  weir::Output<Tensor> root_{this, "root", "1", "root mean square distance; NaN where square is"};
  weir::Output<Tensor> root_se_{this, "root_se", "1",
                                "standard error of root over the points; NaN where square is"};
  weir::Output<Tensor> root_n_{this, "root_n", "1", "number of points", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape &points = points_.shape(), &others = others_.shape();
    if (points.empty() || (points.front() >= 0 && points.front() < 2))
      return plan.fault("points", "distances need at least 2 points [n, item...]");
    if (points != others) {
      return plan.fault("others",
                        fmt::format("each point needs one to be compared with: the points are [{}], "
                                    "and these [{}]",
                                    fmt::join(points, ", "), fmt::join(others, ", ")));
    }
    for (auto* output : {&square_, &square_se_, &square_n_, &root_, &root_se_, &root_n_})
      output->plan({}, {});
  }

  void run(weir::Run&) override {
    const Tensor d = weir::paired_squared_distances(points_(), others_());
    const std::int64_t n = d.size(0);
    const Tensor without = ((d.sum() - d) / static_cast<double>(n - 1)).clamp_min(0);
    const auto set = [&](auto& mean, auto& se, auto& count, const Tensor& value, const Tensor& leaving_one) {
      mean.set(value);
      se.set(at::scalar_tensor(weir::jackknife_se(leaving_one), at::kDouble));
      count.set(at::scalar_tensor(n, at::kLong));
    };
    set(square_, square_se_, square_n_, d.mean(), without);
    set(root_, root_se_, root_n_, d.mean().sqrt(), without.sqrt());
  }
};

}  // namespace

WEIR_PLUGIN(Distance, "Distance of points from others, row by row")

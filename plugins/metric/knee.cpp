// plugins/metric/knee.cpp -- where a curve that falls bends most: the place to stop.
//
//   S(v)  = v whose differences were averaged five times over (1/4, 1/2, 1/4), with the mean of v
//   c     = S(curve)      c' = S(c_(i+1) - c_i)      c'' = S(c'_(i+1) - c'_i)      what would follow the last row is 0
//   kappa = S( (c'' / N) / (1 / N^2 + c'^2)^(3/2) ),     before this S rows 0 and 1 are set to row 2, the last `tail` rows to their first
//   row   = argmax kappa
//
// N, the normaliser, is what a row is measured in: the curvature of the curve over i / N depends on it, and so does the knee. Of
// exp(-k x) it is at x = log(sqrt(2) k) / k.
//
// Source   Vardasbi et al., arXiv 2208.09529, by their programs (curvature_curve, smooth5); N is given by whoever calls them there, and no
//          value of it could be read. N = 20 did best in trials of the linear case.
// Oracle   the largest curvature of exp(-k x), at log(sqrt(2) k) / k, within three rows; the rule again in plain loops.
// Peers    none
// Shapes   curve, curvature [moment]; row, at, score: numbers
// Limits   a curve that ends far from 0 has its slopes moved by the 0 that follows, and its knee with them: exp(-5 x) in 200 rows has it
//          at 0.325 for 0.391. The last `tail` rows cannot be the knee, and a curve needs more rows than that and three.
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr int passes = 5;

Tensor differences(const Tensor& v) { return at::cat({v.slice(0, 1), at::zeros_like(v.slice(0, 0, 1))}) - v; }

Tensor smoothed(const Tensor& v) {
  const Tensor inner = v.slice(0, 1) - v.slice(0, 0, -1);
  Tensor d = at::cat({inner.slice(0, 0, 1), inner});  // before the first row it goes on as it begins
  for (int pass = 0; pass < passes; ++pass) {
    const Tensor wide = at::cat({d.slice(0, 0, 1), d, d.slice(0, -1)});
    d = wide.slice(0, 0, -2) / 4 + wide.slice(0, 1, -1) / 2 + wide.slice(0, 2) / 4;
  }
  const Tensor sum = d.cumsum(0);
  return sum + v.mean() - sum.mean();
}

class Knee final : public weir::Metric {
  weir::Port<Tensor> curve_{this, "curve", "a number for each moment, such as angle.cosine"};
  weir::Port<Tensor> step_{this, "step", weir::optional, "step of each moment, such as angle.step"};
  weir::Port<Tensor> score_{this, "score", weir::optional,
                            "what each moment is worth, such as clean.accuracy"};
  weir::Param<double> normaliser_{this, "normaliser", 20, weir::positive, "rows that are one unit of length"};
  weir::Param<std::int64_t> tail_{this, "tail", 20, weir::at_least(1), "last rows that are made flat"};
  weir::Output<Tensor> curvature_{this, "curvature", "1", "curvature of the curve, smoothed"};
  weir::Output<Tensor> row_{this, "row", "1", "row of the knee, from 0", "int64"};
  weir::Output<Tensor> at_{this, "at", "1", "step at the knee", "float"};
  weir::Output<Tensor> score_at_{this, "score", "1", "score at the knee"};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape shape = curve_.shape();
    if (shape.size() != 1 || (shape[0] >= 0 && shape[0] < tail_() + 4))
      return plan.fault(
          "curve",
          fmt::format("a knee needs a number for each of {} moments or more, {} of them the tail",
                      tail_() + 4, tail_()),
          "take more snapshots, or a shorter tail");
    for (const auto* port : {&step_, &score_})
      if (port->bound() && port->shape() != shape)
        plan.fault(port->name(),
                   fmt::format("{} must have a number for each row of the curve", port->name()));
    curvature_.plan(shape, {"moment"});
    row_.plan({}, {});
    if (step_.bound()) at_.plan({}, {});
    if (score_.bound()) score_at_.plan({}, {});
  }

  void run(weir::Run&) override {
    const Tensor curve = curve_().to(at::kDouble);
    if (!curve.isfinite().all().item<bool>())
      throw std::runtime_error("the curve has rows without a number: the knee of a part of it is another");
    const std::int64_t n = curve.size(0);
    const Tensor first = smoothed(differences(smoothed(curve))), second = smoothed(differences(first));
    const double unit = 1 / normaliser_();
    const Tensor raw = second * unit / (unit * unit + first.square()).pow(1.5);
    const Tensor flat = at::cat({raw.slice(0, 2, 3).expand({2}), raw.slice(0, 2, n - tail_()),
                                 raw.slice(0, n - tail_(), n - tail_() + 1).expand({tail_()})});
    const Tensor curvature = smoothed(flat);
    const auto row = curvature.argmax().item<std::int64_t>();
    curvature_.set(curvature);
    row_.set(at::scalar_tensor(row, at::kLong));
    if (step_.bound()) at_.set(step_()[row].to(options()));
    if (score_.bound()) score_at_.set(score_()[row].to(options()));
  }
};

}  // namespace

WEIR_PLUGIN(Knee, "Where a curve bends most, by its smoothed curvature")

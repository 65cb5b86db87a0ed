// plugins/metric/mmd.cpp -- maximum mean discrepancy, unbiased: with a Gaussian kernel, and others.
//
//   kernel: gaussian     k(x, y)  = mean over bandwidths s of exp( -|x - y|^2 / (2 s^2) )
//   kernel: laplace                 mean over bandwidths s of exp( -|x - y| / s )
//   kernel: polynomial              ( scale x.y + offset )^degree,   scale = 1 / D by default: mmd2 of features is KID
//   kernel: energy                  -|x - y|:                        mmd2 is the energy distance 2 E|X - Y| - E|X - X'| - E|Y - Y'|
//
//   h_ij     = k(x_i, x_j) + k(y_i, y_j) - k(x_i, y_j) - k(x_j, y_i)
//   mmd2     = sum_{i != j} h_ij / (n (n - 1))                       zero in expectation, and so at times negative, if the laws agree
//   mmd2_v   = sum_{i, j} h_ij / n^2                                 never negative; zero if the points of both sides are the same
//   mmd2_i   = sum_{j != k, both != i} h_jk / ((n - 1) (n - 2))      without couple i; se^2 = (n - 1) / n sum_i (mmd2_i - mean)^2
//
// Source   Gretton et al., JMLR 13 (2012) 723-773, Lemma 6 (second form); error: the jackknife, Efron, Stein, Ann. Statist. 9 (1981).
//          Binkowski et al., arXiv 1801.01401 (KID: degree 3, offset 1); Szekely, Rizzo, J. Statist. Plann. Inference 143 (2013) 1249-1272,
//          and Sejdinovic et al., Ann. Statist. 41 (2013) 2263-2291 (energy). torchcfm prints mmd2_v with its kernels for five bandwidths
//          added, not averaged.
// Oracle   the closed form of shifted normal laws over 300 replicates, within four standard errors, which are the right size; the
//          definition by loops; scipy 1.17 stats.energy_distance, squared (mmd2_v); numpy (KID)
// Peers    torchcfm mix_rbf_mmd2, which is mmd2_v; its linear_mmd2 and poly_mmd2 (polynomial: degree 1, offset 0, scale 1; degree 2,
//          offset 2, scale 1) take the couples of consecutive rows alone, n - 1 of n (n - 1), and change with their order; torchmetrics
//          KernelInceptionDistance, whose mean over subsets estimates what mmd2 of all points does with less variance
// Shapes   samples, points [n, item...]; mmd2, mmd2_se, mmd2_n, mmd2_v numbers; bandwidth [bandwidth]
// Limits   n^2 kernel values, `chunk` rows of them in memory at a time. E se^2 >= Var mmd2, twice as large where the laws agree:
//          the error is overstated in mean square, never understated. Couples x_i, y_i of one row do not enter mmd2: another order of one
//          side alone moves it, within its error. Moments of x.y must exist for the polynomial kernel, a mean of |x| for the energy
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/comparison.hpp>
#include <weir/math/numeric/distance.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr std::int64_t for_the_median = 1000;  // points of each side that the median heuristic looks at

struct Side {
  explicit Side(Tensor of) : points(std::move(of)), to(points) {}
  Tensor points;
  weir::SquaredDistances to;
};

class Mmd final : public weir::Comparison {
  weir::Param<std::string> kernel_{this, "kernel", "gaussian",
                                   weir::one_of({"gaussian", "laplace", "polynomial", "energy"}),
                                   "how alike two points are"};
  weir::Param<weir::Numbers> bandwidths_{
      this, "bandwidths", weir::absent, weir::positive,
      "s of each kernel; if not given, the median distance within both sides together"};
  weir::Param<std::int64_t> degree_{this, "degree", weir::absent, weir::between(1, 10),
                                    "power of the polynomial kernel (default: 3)"};
  weir::Param<double> scale_{this, "scale", weir::absent, weir::positive,
                             "factor of x.y in the polynomial kernel (default: 1 / D, D coordinates)"};
  weir::Param<double> offset_{this, "offset", weir::absent, weir::non_negative,
                              "what the polynomial kernel adds to that (default: 1)"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 1024, weir::at_least(1),
                                   "rows of the kernel held in memory together"};
  weir::Output<Tensor> mmd2_{this, "mmd2", "1", "squared maximum mean discrepancy, unbiased"};
  weir::Output<Tensor> mmd2_se_{this, "mmd2_se", "1", "standard error of mmd2, by the jackknife over points"};
  weir::Output<Tensor> mmd2_n_{this, "mmd2_n", "1", "number of points on each side", "int64"};
  weir::Output<Tensor> mmd2_v_{
      this, "mmd2_v", "1",
      "squared maximum mean discrepancy between the two sets of points, biased as one of laws"};
  weir::Output<Tensor> bandwidth_{this, "bandwidth", "1", "bandwidths used"};

  bool radial() const { return kernel_() == "gaussian" || kernel_() == "laplace"; }

 public:
  void plan(weir::Plan& plan) override {
    if (bandwidths_.given() && bandwidths_().empty())
      plan.fault("bandwidths", "bandwidths must hold at least one number");
    if (bandwidths_.given() && !radial()) refuse(plan, "bandwidths");
    if (kernel_() != "polynomial") {
      if (degree_.given()) refuse(plan, "degree");
      if (scale_.given()) refuse(plan, "scale");
      if (offset_.given()) refuse(plan, "offset");
    }
    const std::int64_t n = plan_sides(plan, 5);
    if (n == 0) return;
    constexpr double at_once = 3;  // parts of the kernel, of float64
    weir::plan_memory(
        plan, "chunk",
        at_once * sizeof(double) * static_cast<double>(std::min(chunk_(), n)) * static_cast<double>(n),
        fmt::format("{} rows of the kernel of {} points", std::min(chunk_(), n), n), "take a smaller chunk");
    mmd2_.plan({}, {});
    mmd2_se_.plan({}, {});
    mmd2_n_.plan({}, {});
    mmd2_v_.plan({}, {});
    if (!radial()) return;
    bandwidth_.plan({bandwidths_.given() ? static_cast<std::int64_t>(bandwidths_().size()) : 1},
                    {"bandwidth"});
  }

  void run(weir::Run& run) override {
    const auto [x, y] = sides();
    const Side of_x(x), of_y(y);
    weir::Numbers bandwidths;
    if (radial()) bandwidths = bandwidths_.given() ? bandwidths_() : weir::Numbers{median(x, y)};
    const std::int64_t n = x.size(0);
    Tensor row_sums = at::empty({n}, x.options());
    double diagonal = 0;
    for (std::int64_t first = 0; first < n; first += chunk_()) {
      if (run.stop_requested()) throw weir::Stopped();
      run.progress(first, n, {});
      const std::int64_t count = std::min(chunk_(), n - first);
      const Tensor xi = x.narrow(0, first, count), yi = y.narrow(0, first, count);
      Tensor h = kernel(xi, of_x, bandwidths) + kernel(yi, of_y, bandwidths) - kernel(xi, of_y, bandwidths) -
                 kernel(yi, of_x, bandwidths);
      diagonal += h.diagonal(first).sum().item<double>();
      h.diagonal(first).zero_();
      row_sums.narrow(0, first, count).copy_(h.sum(1));
    }
    const auto m = static_cast<double>(n);
    const double sum = row_sums.sum().item<double>();
    if (!std::isfinite(sum + diagonal))
      throw std::runtime_error(
          fmt::format("the {} kernel of these points leaves the numbers: scale the points, or take a smaller "
                      "degree or scale",
                      kernel_()));
    const Tensor without = (sum - 2 * row_sums) / ((m - 1) * (m - 2));
    mmd2_.set(at::scalar_tensor(sum / (m * (m - 1)), at::kDouble));
    mmd2_se_.set(at::scalar_tensor(weir::jackknife_se(without), at::kDouble));
    mmd2_n_.set(at::scalar_tensor(n, at::kLong));
    mmd2_v_.set(at::scalar_tensor((sum + diagonal) / (m * m), at::kDouble));
    if (radial()) bandwidth_.set(at::tensor(bandwidths, at::kDouble));
  }

 private:
  void refuse(weir::Plan& plan, const char* parameter) const {
    plan.fault(parameter, fmt::format("the kernel {} has no {}", kernel_(), parameter),
               fmt::format("leave {} out, or take another kernel", parameter));
  }

  // Between rows and all points of one side, [rows, n].
  Tensor kernel(const Tensor& rows, const Side& side, const weir::Numbers& bandwidths) const {
    if (kernel_() == "polynomial") {
      const double scale = scale_.given() ? scale_() : 1 / static_cast<double>(rows.size(1));
      return at::mm(rows, side.points.t())
          .mul_(scale)
          .add_(offset_.given() ? offset_() : 1)
          .pow_(degree_.given() ? degree_() : 3);
    }
    const Tensor squares = side.to.from(rows);
    if (kernel_() == "energy") return squares.sqrt().neg_();
    Tensor k = at::zeros_like(squares);
    for (const double s : bandwidths)
      k.add_(kernel_() == "laplace" ? (squares.sqrt() / -s).exp_() : (squares / (-2 * s * s)).exp_(),
             1.0 / static_cast<double>(bandwidths.size()));
    return k;
  }

  static double median(const Tensor& x, const Tensor& y) {
    const std::int64_t n = std::min(x.size(0), for_the_median);
    const Tensor both = at::cat({x.narrow(0, 0, n), y.narrow(0, 0, n)});
    const Tensor squares = weir::SquaredDistances(both).from(both);
    const Tensor above = at::triu_indices(2 * n, 2 * n, 1, at::TensorOptions(at::kLong).device(x.device()));
    const double median = squares.index({above[0], above[1]}).sqrt().median().item<double>();
    return median > 0 ? median : 1;  // all points in one place: any bandwidth gives zero
  }
};

}  // namespace

WEIR_PLUGIN(Mmd, "Maximum mean discrepancy with a kernel of choice, unbiased, with its standard error")

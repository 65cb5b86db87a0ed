// plugins/coupling/affine.cpp -- an affine map of the source, followed exactly or in part.
//
//   X1 = A X0 + b        A = H R, or `matrix`        H = covariance^(1/2) (symmetric), R a rotation by `angle`
//
//   R turns (x1, x2) to (x1 cos a - x2 sin a, x1 sin a + x2 cos a); with planes: all also (x3, x4), (x5, x6), ..., and a last
//   odd coordinate stays. For X0 ~ N(0, I) every angle gives X1 ~ N(b, covariance), and angle 0 is the optimal transport map.
//
//   X1 = A (m + rho (X0 - m) + sqrt(1 - rho^2) (X0' - m)) + b        with correlation: rho, X0' ~ X0 on its own, m = E X0
//
//   keeps both marginals of a normal source; rho = 0 is the independent coupling.
//
// Source   Reu, Dromigny, Bronstein, Vargas, arXiv 2510.18118, section 3; Peyre, Cuturi, arXiv 1803.00567, remark 2.31.
// Oracle   A A^T is the covariance, and at angle 0 A is symmetric and positive definite, which makes it optimal (Brenier); right angles
//          turn known points; with correlation 0 the closed-form gradient variance is that of coupling/independent.
// Peers    POT ot.gaussian.bures_wasserstein_mapping (the optimal map alone)
// Shapes   A [D, D], b [D] over the D flattened coordinates of an item
// Limits   A is held whole: D^2 numbers
#include <cmath>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include <weir/kinds/facets/affine_map.hpp>
#include <weir/kinds/facets/joint_normal_law.hpp>
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Affine final : public weir::DrawnCoupling {
  weir::Port<weir::Source> source_{this, "source", "where x0 comes from"};
  weir::Param<weir::Matrix> matrix_{this, "matrix", weir::absent, "A, written out"};
  weir::Param<weir::Angle> angle_{this, "angle", weir::absent, "angle of the rotation R; 0 if not given"};
  weir::Param<std::string> planes_{this, "planes", "all", weir::one_of({"all", "first"}),
                                   "coordinate planes that R turns"};
  weir::Param<weir::Matrix> covariance_{
      this, "covariance", weir::absent,
      "covariance of x1 when x0 is standard normal; the identity if not given"};
  weir::Param<double> correlation_{
      this, "correlation", 1.0, weir::between(-1, 1),
      "rho, share of the map that is followed; below 1 the source must be normal"};
  weir::Param<weir::Numbers> shift_{this, "shift", weir::absent,
                                    "b; zero if not given, one number for every coordinate"};
  weir::Facet<weir::AffineMap> affine_map_{
      this, [this] { return correlation_() == 1 ? std::optional(map_) : std::nullopt; }};
  weir::Facet<weir::JointNormalLaw> law_{this, [this] { return law(); }};

 public:
  void plan(weir::Plan& plan) override {
    plan_sources(plan, source_, nullptr);
    plan_outputs();
    const weir::Shape item = shape();
    const auto d = std::accumulate(item.begin(), item.end(), std::int64_t{1}, std::multiplies<>());
    if (matrix_.given() && (angle_.given() || covariance_.given())) {
      plan.fault("matrix", "matrix is the whole of A; angle and covariance would make another",
                 "keep one of the two ways");
    }
    if (angle_.given() && d < 2)
      plan.fault("angle", "a rotation needs items of at least 2 coordinates; the source's have 1");
    const Tensor a = matrix_.given() ? square(plan, matrix_, d) : at::mm(root(plan, d), rotation(d));
    Tensor b = shift_.given() ? at::tensor(shift_(), at::kDouble) : at::zeros({d}, at::kDouble);
    if (b.size(0) == 1) b = b.expand({d});
    if (b.size(0) != d)
      plan.fault("shift", fmt::format("shift has {} numbers, but an item has {} coordinates", b.size(0), d));
    map_ = {a.to(options()), b.contiguous().to(options())};
    if (correlation_() != 1 && !weir::facet<weir::NormalLaw>(*source_)) {
      plan.fault(
          "correlation",
          fmt::format(
              "a correlation below 1 keeps the target's law for normal sources only, and '{}' is not one",
              source_->path()),
          "use source/gaussian, or correlation: 1");
    }
  }

  weir::Shape shape() const override { return source_->shape(); }
  const weir::Source* set_of(int end) const override { return end == 0 ? finite(*source_) : nullptr; }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    const Points x0 = points_of(*source_, n, rng.at("source"));
    Tensor from = x0.x.reshape({n, -1});
    if (const double rho = correlation_(); rho != 1) {
      const Tensor other = points_of(*source_, n, rng.at("other")).x.reshape({n, -1});
      const Tensor mean = weir::facet<weir::NormalLaw>(*source_)->mean.to(options());
      from = mean + rho * (from - mean) + std::sqrt(1 - rho * rho) * (other - mean);
    }
    const Tensor x1 = at::mm(from, map_.matrix.t()) + map_.shift;
    return batch_of(x0, {.x = x1.reshape(x0.x.sizes()), .label = {}, .item = {}});
  }

 private:
  std::optional<weir::JointNormalLaw> law() const {
    const auto normal = weir::facet<weir::NormalLaw>(*source_);
    if (size() || !normal) return std::nullopt;
    const Tensor &mean = normal->mean, load = normal->load();
    const Tensor a = map_.matrix.to(at::kDouble), mapped = at::mm(a, load);
    const double rho = correlation_();
    const Tensor mean1 = at::mv(a, mean) + map_.shift;
    if (rho == 1) return weir::JointNormalLaw{mean, mean1, load, mapped};
    return weir::JointNormalLaw{mean, mean1, at::cat({load, at::zeros_like(load)}, 1),
                                at::cat({rho * mapped, std::sqrt(1 - rho * rho) * mapped}, 1)};
  }

  // A d x d parameter as a tensor; the identity after a fault.
  static Tensor square(weir::Plan& plan, const weir::Param<weir::Matrix>& param, std::int64_t d) {
    const weir::Matrix& rows = param();
    Tensor a = at::eye(d, at::kDouble);
    for (const auto& row : rows) {
      if (static_cast<std::int64_t>(rows.size()) == d && static_cast<std::int64_t>(row.size()) == d) continue;
      plan.fault(param.name(), fmt::format("{} is {} x {}, but an item has {} coordinates", param.name(),
                                           rows.size(), row.size(), d));
      return a;
    }
    for (std::int64_t i = 0; i < d; ++i)
      a[i].copy_(at::tensor(rows[static_cast<std::size_t>(i)], at::kDouble));
    return a;
  }

  Tensor root(weir::Plan& plan, std::int64_t d) const {
    if (!covariance_.given()) return at::eye(d, at::kDouble);
    const Tensor c = square(plan, covariance_, d);
    if (!at::allclose(c, c.t(), 1e-12, 0)) plan.fault("covariance", "covariance must be symmetric");
    const auto [values, vectors] = at::linalg_eigh(c);
    const double least = values.min().item<double>();
    if (!(least > 0)) {
      plan.fault(
          "covariance",
          fmt::format("covariance must be positive definite; its smallest eigenvalue is {:.6g}", least));
    }
    return at::mm(vectors * values.clamp_min(0).sqrt(), vectors.t());
  }

  Tensor rotation(std::int64_t d) const {
    Tensor r = at::eye(d, at::kDouble);
    if (!angle_.given()) return r;
    auto entry = r.accessor<double, 2>();
    const double c = std::cos(angle_().radians), s = std::sin(angle_().radians);
    for (std::int64_t i = 0; i + 1 < (planes_() == "first" ? std::min<std::int64_t>(d, 2) : d); i += 2) {
      entry[i][i] = c, entry[i][i + 1] = -s;
      entry[i + 1][i] = s, entry[i + 1][i + 1] = c;
    }
    return r;
  }

  weir::AffineMap map_;
};

}  // namespace

WEIR_PLUGIN(Affine,
            "Affine map of the source: rotations and optimal transport between Gaussians, exact or with a "
            "correlation")

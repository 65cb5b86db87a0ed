// plugins/source/gaussian.cpp -- a normal distribution.
//
//   x = m + L z,   z ~ N(0, I),   L L^T = C        log p(x) = -( |L^-1 (x - m)|^2 + D log 2 pi ) / 2 - log det L
//
//   C = scale^2 I, or any symmetric positive definite `covariance`.
//
// Source   the multivariate normal law: Bishop, Pattern Recognition and Machine Learning, 2006, section 2.3; L by Cholesky's
//          factorisation.
// Oracle   20000 samples have the moments within five standard errors, and exp(log density) integrates to 1 (laws of sources); a density
//          and a Cholesky factor by hand.
// Peers    torch.distributions.MultivariateNormal; interflow SimpleNormal, MultivariateNormal; torch.randn elsewhere
// Shapes   items {D}, or `shape`, over whose D flattened coordinates mean and covariance run
// Limits   covariance needs D^2 numbers; scale needs one
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Gaussian final : public weir::Source {
  weir::Param<std::int64_t> dim_{this, "dim", weir::absent, weir::between(1, 1e7), "number of coordinates"};
  weir::Param<weir::Numbers> item_{this, "shape", weir::absent, weir::between(1, 1e7),
                                   "shape of an item instead of dim, as [1, 28, 28]"};
  weir::Param<weir::Numbers> mean_{this, "mean", weir::absent,
                                   "mean; zero if not given, one number for every coordinate"};
  weir::Param<double> scale_{this, "scale", weir::absent, weir::positive,
                             "standard deviation of every coordinate; 1 if covariance is not given either"};
  weir::Param<weir::Matrix> covariance_{this, "covariance", weir::absent,
                                        "covariance matrix, symmetric and positive definite"};
  weir::Facet<weir::LogDensity> log_density_{
      this, [this] { return weir::LogDensity{[this](const Tensor& x) { return log_density(x); }}; }};
  weir::Facet<weir::Moments> moments_{
      this, [this] {
        return weir::Moments{m_, root_.defined() ? at::mm(root_, root_.t())
                                                 : at::eye(m_.size(0), options()) * (scale() * scale())};
      }};
  weir::Facet<weir::NormalLaw> normal_law_{this, [this] { return normal_law(); }};
  weir::Facet<weir::MixtureLaw> mixture_law_{this, [this] { return mixture_law(); }};

 public:
  void plan(weir::Plan& plan) override {
    if (item_.given() && dim_.given())
      return plan.fault("shape", "dim and shape both say how large an item is", "keep one of them");
    for (const double size : item_()) {
      if (size != std::floor(size))
        return plan.fault("shape", fmt::format("the sizes of a shape are whole numbers, not {}", size));
      shape_.push_back(static_cast<std::int64_t>(size));
    }
    if (dim_.given()) shape_ = {dim_()};
    if (shape_.empty() && covariance_.given()) shape_ = {static_cast<std::int64_t>(covariance_().size())};
    if (shape_.empty() && mean_.given()) shape_ = {static_cast<std::int64_t>(mean_().size())};
    if (shape_.empty())
      return plan.fault("", "a Gaussian needs dim, shape, mean or covariance", "write dim: 2");
    const auto d = std::accumulate(shape_.begin(), shape_.end(), std::int64_t{1}, std::multiplies<>());
    plan_mean(plan, d);
    if (covariance_.given()) plan_covariance(plan, d);
  }

  weir::Shape shape() const override { return shape_; }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    const Tensor z = rng.normal({n, m_.size(0)});
    const Tensor x = m_ + (root_.defined() ? at::mm(z, root_.t()) : z * scale());
    return x.reshape(weir::rows_of(n, shape_));
  }

 private:
  double scale() const { return scale_.given() ? scale_() : 1.0; }
  // As the run's numbers have it: samples and closed forms are of one law.
  double rounded_scale() const {
    return at::scalar_tensor(scale(), options().device(at::kCPU)).item<double>();
  }

  weir::NormalLaw normal_law() const {
    return {.mean = m_.to(at::kDouble),
            .root = root_.defined() ? root_.to(at::kDouble) : Tensor(),
            .scale = rounded_scale()};
  }

  // Of one component; nothing where coordinates depend on each other.
  std::optional<weir::MixtureLaw> mixture_law() const {
    const Tensor mean = m_.to(at::kDouble).unsqueeze(0);
    Tensor spread = at::full_like(mean, rounded_scale());
    if (root_.defined()) {
      if (!root_.equal(root_.diagonal().diag())) return std::nullopt;
      spread = root_.diagonal().to(at::kDouble).unsqueeze(0);
    }
    return weir::MixtureLaw{
        .weight = at::ones({1}, mean.options()), .mean = mean, .variance = spread.square()};
  }

  Tensor log_density(const Tensor& x) const {
    const Tensor centred = x.reshape({x.size(0), -1}) - m_;
    const auto d = static_cast<double>(m_.size(0));
    const double constant = d * std::log(2 * std::numbers::pi);
    if (!root_.defined())
      return -0.5 * (centred / scale()).square().sum(1) - 0.5 * constant - d * std::log(scale());
    const Tensor z = at::linalg_solve_triangular(root_, centred.t(), /*upper=*/false);
    return -0.5 * z.square().sum(0) - 0.5 * constant - root_.diagonal().log().sum();
  }

  void plan_mean(weir::Plan& plan, std::int64_t d) {
    const weir::Numbers& mean = mean_();
    m_ = mean_.given() ? at::tensor(mean, at::kDouble).to(options()) : at::zeros({d}, options());
    if (m_.size(0) == 1) m_ = m_.expand({d}).contiguous();
    if (m_.size(0) != d)
      plan.fault("mean", fmt::format("mean has {} numbers, but an item has {} coordinates", mean.size(), d));
  }

  void plan_covariance(weir::Plan& plan, std::int64_t d) {
    if (scale_.given()) plan.fault("scale", "scale and covariance both give the spread", "keep one of them");
    const weir::Matrix& rows = covariance_();
    for (const auto& row : rows) {
      if (static_cast<std::int64_t>(rows.size()) == d && static_cast<std::int64_t>(row.size()) == d) continue;
      return plan.fault("covariance", fmt::format("covariance is {} x {}, but an item has {} coordinates",
                                                  rows.size(), row.size(), d));
    }
    Tensor c = at::empty({d, d}, at::kDouble);
    for (std::int64_t i = 0; i < d; ++i) c[i].copy_(at::tensor(rows[i], at::kDouble));
    if (!at::allclose(c, c.t(), 1e-12, 0)) return plan.fault("covariance", "covariance must be symmetric");
    const double least = at::linalg_eigvalsh(c).min().item<double>();
    if (!(least > 0)) {
      return plan.fault(
          "covariance",
          fmt::format("covariance must be positive definite; its smallest eigenvalue is {:.6g}", least));
    }
    root_ = at::linalg_cholesky(c).to(options());
  }

  weir::Shape shape_;
  Tensor m_, root_;  // [D]; [D, D] lower triangular, undefined for a scale
};

}  // namespace

WEIR_PLUGIN(Gaussian, "Normal distribution of any mean and covariance")

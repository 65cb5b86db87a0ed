// plugins/source/mixture.cpp -- Gaussian mixtures, and four sets in the plane that the literature uses.
//
//   p(x) = sum_k w_k N(x; m_k, scale^2 I)          m_k given, or drawn once: m_k ~ N(0, spread^2 I) in `dim` dimensions
//   eight_gaussians   m_k on a circle of radius 5, 45 degrees apart, w_k = 1/8, covariance sqrt(0.1) I (not 0.1 I)
//   twenty_five_gaussians   m_k on the grid {-4, -2, 0, 2, 4}^2, w_k = 1/25, standard deviation 0.05
//   two_moons         3 y - 1 with y = (cos a, sin a) or (1 - cos a, 1/2 - sin a), each half of the time, a ~ U(0, pi), plus
//                     u (1, 1), u ~ U(0, 0.2): a shift along the diagonal, not a Gaussian
//   checkerboard      uniform on the eight squares [i, i+1) x [j, j+1) with i, j in -2..1 and i + j even, over 0.45
//
// Source   torchcfm sample_8gaussians and sample_moons (noise of torchdyn's generate_moons); flow_matching's 2-D example.
//          The grid of 25: Gulrajani et al., arXiv 1704.00028, whose code then divides by 2.828; Lin et al., arXiv 1712.04086, do not.
//          torchdyn takes angles on an even grid; here they are drawn, because the items of a source are independent.
// Oracle   shares and spreads about known centres, uniform squares and half circles, within five standard errors; 20000 samples have the
//          moments, and exp(log density) integrates to 1 (laws of sources).
// Peers    torchcfm sample_8gaussians, sample_moons; torchdyn generate_moons, generate_gaussians; rectified-flow CircularGMM,
//          TwoPointGMM; torchebm EightGaussians, TwoMoons, Checkerboard, GaussianMixture; interflow GMM; flow_matching's notebook
//          (checkerboard)
// Shapes   items {D}; the sets {2}
// Limits   two_moons has no log density in closed form
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

#include <fmt/format.h>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using std::numbers::pi;
using weir::Tensor;

constexpr double zoom = 3, offset = -1, blur = 0.2;  // two_moons
constexpr double side = 1 / 0.45;                    // of a square of the checkerboard

class Mixture final : public weir::Source {
  weir::Param<std::string> set_{
      this, "set", weir::absent,
      weir::one_of({"eight_gaussians", "twenty_five_gaussians", "two_moons", "checkerboard"}),
      "a named set in the plane, instead of means"};
  weir::Param<weir::Matrix> means_{this, "means", weir::absent, "mean of each component, one row each"};
  weir::Param<std::int64_t> components_{this, "components", weir::absent, weir::between(1, 1e5),
                                        "how many means to draw, instead of giving them"};
  weir::Param<std::int64_t> dim_{this, "dim", weir::absent, weir::between(1, 1e6),
                                 "coordinates of drawn means"};
  weir::Param<double> spread_{this, "spread", weir::absent, weir::positive,
                              "standard deviation of a drawn mean's coordinates; 1 if not given"};
  weir::Param<weir::Numbers> weights_{this, "weights", weir::absent, weir::positive,
                                      "weight of each component, made to sum to one; equal if not given"};
  weir::Param<double> scale_{this, "scale", weir::absent, weir::positive,
                             "standard deviation of every component; 1 if not given"};
  weir::Param<bool> labelled_{this, "labelled", false,
                              "whether a point's component, or its moon, is its class"};
  weir::Facet<weir::LogDensity> log_density_{
      this, [this]() -> std::optional<weir::LogDensity> {
        if (set_() == "two_moons") return std::nullopt;
        return weir::LogDensity{[this](const Tensor& x) { return log_density(x); }};
      }};
  weir::Facet<weir::Moments> moments_{this, [this] { return moments(); }};
  weir::Facet<weir::MixtureLaw> mixture_law_{
      this, [this]() -> std::optional<weir::MixtureLaw> {
        if (set_() == "two_moons" || set_() == "checkerboard") return std::nullopt;
        // The scale as the run's numbers have it: samples and closed forms are of one law.
        const double spread = at::scalar_tensor(s_, options().device(at::kCPU)).item<double>();
        const Tensor mean = m_.to(at::kDouble), weight = w_.to(at::kDouble);
        return weir::MixtureLaw{
            .weight = weight / weight.sum(), .mean = mean, .variance = at::full_like(mean, spread * spread)};
      }};

 public:
  void plan(weir::Plan& plan) override {
    const int ways = int(set_.given()) + int(means_.given()) + int(components_.given());
    if (ways != 1) {
      return plan.fault("",
                        ways > 1 ? "set, means and components each say where the components lie"
                                 : "a mixture needs set, means or components",
                        "write one of set: eight_gaussians, means: [[-1, 0], [1, 0]] and components: 8");
    }
    if (components_.given() != dim_.given() || (spread_.given() && !components_.given())) {
      return plan.fault(components_.given() ? "components"
                        : dim_.given()      ? "dim"
                                            : "spread",
                        "drawn means need components and dim, and spread is of drawn means",
                        "write components: 8, dim: 50");
    }
    if (set_.given() && (weights_.given() || scale_.given())) {
      return plan.fault(weights_.given() ? "weights" : "scale", "a named set has its own weights and spread");
    }
    if (labelled_() && set_() == "checkerboard")
      return plan.fault("labelled", "checkerboard has no components to be classes",
                        "label another set, or a mixture of means");
    weir::Matrix rows = means_();
    if (set_() == "twenty_five_gaussians") {
      for (int k = 0; k < 25; ++k) rows.push_back({2.0 * (k / 5 - 2), 2.0 * (k % 5 - 2)});
    } else if (set_.given()) {
      for (int k = 0; k < 8; ++k) rows.push_back({5 * std::cos(k * pi / 4), 5 * std::sin(k * pi / 4)});
    }
    if (components_.given()) rows = drawn();
    weir::Numbers weights = weights_.given() ? weights_() : weir::Numbers(rows.size(), 1.0);
    if (weights.size() != rows.size()) {
      return plan.fault("weights",
                        fmt::format("{} weights are given for {} means", weights.size(), rows.size()));
    }
    if (rows.empty() || rows.front().empty())
      return plan.fault("means", "a mixture needs at least one mean of one coordinate");
    m_ = at::empty({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows.front().size())},
                   at::kDouble);
    for (std::size_t k = 0; k < rows.size(); ++k)
      m_[static_cast<std::int64_t>(k)].copy_(at::tensor(rows[k], at::kDouble));
    m_ = m_.to(options());
    w_ = at::tensor(weights, at::kDouble);
    w_ = (w_ / w_.sum()).to(options());
    s_ = set_() == "twenty_five_gaussians" ? 0.05
         : set_.given()                    ? std::pow(0.1, 0.25)
         : scale_.given()                  ? scale_()
                                           : 1.0;
  }

  weir::Shape shape() const override { return {m_.size(1)}; }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return draw(n, rng).x; }
  std::optional<std::int64_t> classes() const override {
    if (!labelled_()) return std::nullopt;
    return set_() == "two_moons" ? 2 : m_.size(0);
  }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    if (set_() == "two_moons") return moons(n, rng);
    if (set_() == "checkerboard") return {checkerboard(n, rng), {}};
    const Tensor last = at::scalar_tensor(m_.size(0) - 1, m_.options().dtype(at::kLong));
    const Tensor component = at::minimum(at::searchsorted(w_.cumsum(0), rng.uniform({n}), false, true), last);
    const Tensor x = m_.index_select(0, component) + s_ * rng.normal({n, m_.size(1)});
    return {x, labelled_() ? component : Tensor()};
  }

 private:
  Tensor log_density(const Tensor& x) const {
    if (set_() == "checkerboard") {
      const Tensor cell = at::floor(x / side);
      const Tensor inside =
          (cell >= -2).logical_and(cell < 2).all(1).logical_and(at::remainder(cell.sum(1), 2) == 0);
      return at::where(inside, at::full_like(inside, -std::log(8 * side * side), x.options()),
                       at::full_like(inside, -std::numeric_limits<double>::infinity(), x.options()));
    }
    const double d = static_cast<double>(m_.size(1));
    const Tensor squares = (x.unsqueeze(1) - m_).square().sum(2);
    return at::logsumexp(w_.log() - squares / (2 * s_ * s_), {1}) - d * std::log(s_) -
           0.5 * d * std::log(2 * pi);
  }

  weir::Moments moments() const {
    if (set_() ==
        "two_moons") {  // of y, then of 3 (y + u) - 1; the shift adds the variance 0.2^2 / 12 to every entry
      const Tensor mean = at::tensor({0.5, 0.25}, at::kDouble) + blur / 2;
      const double diagonal = blur * blur / 12, cross = 0.125 - 1 / pi + diagonal;
      const Tensor c =
          at::tensor({0.75 + diagonal, cross, cross, 0.5625 - 1 / pi + diagonal}, at::kDouble).view({2, 2});
      return {(zoom * mean + offset).to(options()), (zoom * zoom * c).to(options())};
    }
    if (set_() == "checkerboard") {
      const Tensor c = at::tensor({4.0 / 3, 0.25, 0.25, 4.0 / 3}, at::kDouble).view({2, 2}) * (side * side);
      return {at::zeros({2}, options()), c.to(options())};
    }
    const Tensor mean = at::mv(m_.t(), w_), centred = m_ - mean;
    return {mean,
            at::mm(centred.t(), w_.unsqueeze(1) * centred) + s_ * s_ * at::eye(m_.size(1), m_.options())};
  }

  weir::Matrix drawn() const {
    weir::Rng rng = this->rng().at("means");
    const double spread = spread_.given() ? spread_() : 1.0;
    const Tensor means =
        (spread * rng.normal({components_(), dim_()})).to(at::kCPU, at::kDouble).contiguous();
    weir::Matrix rows;
    for (std::int64_t k = 0; k < components_(); ++k) {
      const double* row = means.const_data_ptr<double>() + k * dim_();
      rows.emplace_back(row, row + dim_());
    }
    return rows;
  }

  Drawn moons(std::int64_t n, weir::Rng& rng) const {
    const Tensor angle = pi * rng.uniform({n, 1}), inner = rng.uniform({n, 1}) < 0.5,
                 shift = blur * rng.uniform({n, 1});
    const Tensor c = angle.cos(), s = angle.sin();
    const Tensor y = at::cat({at::where(inner, 1 - c, c), at::where(inner, 0.5 - s, s)}, 1);
    return {zoom * (y + shift) + offset, labelled_() ? inner.squeeze(1).to(at::kLong) : Tensor()};
  }

  static Tensor checkerboard(std::int64_t n, weir::Rng& rng) {
    const Tensor column = rng.integers(4, {n, 1}) - 2;
    const Tensor row = 2 * rng.integers(2, {n, 1}) - 2 + at::remainder(column, 2);
    return side * (at::cat({column, row}, 1) + rng.uniform({n, 2}));
  }

  Tensor m_, w_;  // [K, D], [K]
  double s_ = 1;
};

}  // namespace

WEIR_PLUGIN(Mixture, "Gaussian mixture, or eight_gaussians, twenty_five_gaussians, two_moons, checkerboard")

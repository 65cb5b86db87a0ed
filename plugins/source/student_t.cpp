// plugins/source/student_t.cpp -- Student's t in any number of dimensions: a normal law with heavy tails.
//
//   x = scale z / sqrt(g)        z ~ N(0, I_D), g ~ chi^2_nu / nu, one for all coordinates of a point
//   log p(x) = lgamma((nu + D) / 2) - lgamma(nu / 2) - D / 2 log(nu pi scale^2) - (nu + D) / 2 log(1 + |x|^2 / (nu scale^2))
//   E x = 0,  Cov x = scale^2 nu / (nu - 2) I for nu > 2, infinite else
//
// Source   Kotz and Nadarajah, Multivariate t distributions, 2004; as a base with tails: Pandey et al., arXiv 2410.14171 (t-Flow)
// Oracle   scipy.stats.multivariate_t for the density, scipy.stats.f for the law of |x|^2 (Kolmogorov-Smirnov)
// Peers    torch.distributions.StudentT in one dimension; in more its coordinates are independent, which is another law
// Shapes   items {dim}
// Limits   For nu of 2 and less E |x|^2 is infinite: there are no Moments, and what needs them refuses it before the run. Up to 4 the
//          variance is there, but errors of its estimates are infinite. g is of std::gamma_distribution, whose numbers are one C++ library's.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <random>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class StudentT final : public weir::Source {
  weir::Param<std::int64_t> dim_{this, "dim", weir::required, weir::between(1, 1e6), "number of coordinates"};
  weir::Param<double> nu_{this, "nu", weir::required, weir::between(0.5, 1e6),
                          "degrees of freedom: a moment of the order nu or more is infinite"};
  weir::Param<double> scale_{this, "scale", 1.0, weir::positive, "factor of every coordinate"};
  weir::Facet<weir::LogDensity> log_density_{
      this, [this] { return weir::LogDensity{[this](const Tensor& x) { return log_density(x); }}; }};
  weir::Facet<weir::Moments> moments_{
      this, [this]() -> std::optional<weir::Moments> {
        if (nu_() <= 2) return std::nullopt;
        return weir::Moments{at::zeros({dim_()}, options()),
                             scale_() * scale_() * nu_() / (nu_() - 2) * at::eye(dim_(), options())};
      }};

 public:
  weir::Shape shape() const override { return {dim_()}; }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    const Tensor z = rng.normal({n, dim_()}), g = at::empty({n, 1}, at::kDouble);
    std::gamma_distribution<double> law(nu_() / 2, 2 / nu_());
    // With nu 0.5, g is a fourth power of a number of 53 bits, which may be 0.
    double* const numbers = g.mutable_data_ptr<double>();
    for (std::int64_t i = 0; i < n; ++i) numbers[i] = std::max(law(rng), 1e-64);
    return scale_() * z * g.rsqrt().to(z.options());
  }

 private:
  Tensor log_density(const Tensor& x) const {
    const double nu = nu_(), d = double(dim_());
    const double constant = std::lgamma((nu + d) / 2) - std::lgamma(nu / 2) -
                            d / 2 * std::log(nu * std::numbers::pi) - d * std::log(scale_());
    return constant - (nu + d) / 2 * at::log1p((x / scale_()).square().sum(1) / nu);
  }
};

}  // namespace

WEIR_PLUGIN(StudentT, "Student's t distribution, with heavy tails")

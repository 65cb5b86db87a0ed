// plugins/field/affine.cpp -- the velocity fields of affine transports, the class in which everything is known.
//
//   v(x, t) = B_t (theta + Theta x),     B_t = (I + t Theta)^-1          carries x to theta + (I + Theta) x along a line
//
//   value: pair   theta = b, Theta = A - I                 reproduces the coupling X1 = A X0 + b
//   value: ot     theta = m1 - P m, Theta = P - I          the OT map between the ends' laws N(m, S) and N(m1, S1), or between
//                                                          normal laws with the moments of X0 and A X0 + b,
//                 P = S^(-1/2) (S^(1/2) S1 S^(1/2))^(1/2) S^(-1/2)
//
// Source   Reu et al., arXiv 2510.18118, Lemma 1. The gradient: with y = x - t v the point pulled back to t = 0 and
//          w = B_t^T dl/dv, the gradient of theta is w and that of Theta is w y^T, which makes it a taped layer.
// Oracle   points go along straight lines to theta + (I + Theta) x; gradients are those of one backward pass for each row; the optimal
//          map is symmetric, positive definite and carries one covariance into the other.
// Peers    POT ot.gaussian.bures_wasserstein_mapping (value: ot, the map alone)
// Shapes   x, v [B, item...], D numbers in an item; Theta [D, D], theta [D]
// Limits   infinite where I + t Theta is singular: at t = 1 / (1 - a) for each real eigenvalue a <= 0 of I + Theta.
//          value: ot needs an X0 that spans all dimensions.
#include <fmt/format.h>

#include <weir/kinds/facets/affine_map.hpp>
#include <weir/kinds/facets/affine_velocity.hpp>
#include <weir/kinds/facets/joint_normal_law.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/plugin.hpp>

#include <functional>
#include <numeric>
#include <tuple>

namespace {

using weir::Tensor;

constexpr std::int64_t largest_dim = 4096;  // beyond this Theta alone is larger than any field worth training

Tensor symmetric_power(const Tensor& matrix, double power) {
  const auto [values, vectors] = at::linalg_eigh(matrix);
  return (vectors * values.clamp_min(0).pow(power)).mm(vectors.t());
}

// By the pivots of a symmetric matrix without negative eigenvalues, whose numbers are known to this share of the largest.
bool singular(const Tensor& matrix, double known) {
  const auto [root, info] = at::linalg_cholesky_ex(matrix);
  const Tensor pivots = root.diagonal().square();
  return info.item<int>() != 0 || (pivots.min() <= known * matrix.diagonal().max()).item<bool>();
}

// B_t as a factorisation of I + t Theta for each row, or for all rows at once when they share one time.
class InverseAt {
 public:
  static InverseAt times(const Tensor& matrix, const Tensor& t) {
    InverseAt inverse;
    inverse.shared_ = t.size(0) > 0 && t.eq(t[0]).all().item<bool>();
    const Tensor times = inverse.shared_ ? t.slice(0, 0, 1) : t;
    const Tensor eye = at::eye(matrix.size(0), matrix.options());
    Tensor info;
    std::tie(inverse.lu_, inverse.pivots_, info) =
        at::linalg_lu_factor_ex(eye + times.view({-1, 1, 1}) * matrix);
    const Tensor singular = info != 0;
    if (singular.any().item<bool>()) {
      throw std::runtime_error(
          fmt::format("field/affine is infinite at t = {}: I + t Theta is singular there",
                      times.masked_select(singular)[0].item<double>()));
    }
    return inverse;
  }

  // B_t r for each row r of [B, D].
  Tensor operator()(const Tensor& rows) const {
    if (shared_) return at::linalg_lu_solve(lu_, pivots_, rows.t().unsqueeze(0)).squeeze(0).t();
    return at::linalg_lu_solve(lu_, pivots_, rows.unsqueeze(2)).squeeze(2);
  }

 private:
  bool shared_ = false;
  Tensor lu_, pivots_;
};

class Affine final : public weir::Field {
  weir::Param<std::string> value_{
      this, "value", "zero", weir::one_of({"zero", "given", "pair", "ot"}),
      "initial parameters: zero, as given by theta and Theta, or optimal for the coupling's pairs "
      "or for optimal transport"};
  weir::Param<weir::Numbers> shift_{this, "theta", weir::absent, "theta with value: given"};
  weir::Param<weir::Matrix> matrix_{this, "Theta", weir::absent, "Theta with value: given, row by row"};
  weir::Port<weir::Coupling> coupling_{
      this, "coupling", weir::optional,
      "X1 = A X0 + b for value: pair; that, or any with a normal law, for value: ot"};
  weir::Port<weir::Source> source_{this, "source", weir::optional.needing<weir::Moments>(),
                                   "law of X0, for value: ot, where the coupling's own is not normal"};
  weir::Facet<weir::AffineVelocity> affine_velocity_{
      this, [] {
        return weir::AffineVelocity{[](const weir::Params& params) {
          return weir::AffineVelocity::Values{params["Theta"], params["theta"]};
        }};
      }};

  // Theta and theta in float64.
  std::pair<Tensor, Tensor> values(std::int64_t dim) const {
    const auto eye = at::eye(dim, options().dtype(at::kDouble));
    if (value_() == "zero") return {at::zeros_like(eye), at::zeros({dim}, eye.options())};
    if (value_() == "given") {
      Tensor matrix = at::zeros_like(eye);
      for (std::int64_t i = 0; i < dim; ++i) {
        matrix[i] = at::tensor(matrix_()[static_cast<std::size_t>(i)], at::kDouble).to(eye.device());
      }
      return {matrix, at::tensor(shift_(), at::kDouble).to(eye.device())};
    }
    if (value_() == "pair") {
      const auto map = weir::facet<weir::AffineMap>(*coupling_);
      return {map->matrix.to(eye.options()) - eye, map->shift.to(eye.options())};
    }
    const auto [start, end] = ends(eye.options());
    const Tensor root = symmetric_power(start.covariance, 0.5);
    const Tensor inverse_root = symmetric_power(start.covariance, -0.5);
    const Tensor p = inverse_root.mm(symmetric_power(root.mm(end.covariance).mm(root), 0.5)).mm(inverse_root);
    return {p - eye, end.mean - p.mv(start.mean)};
  }

  void plan_start(weir::Plan& plan) const {
    const weir::Shape item = coupling_->shape();
    if (std::accumulate(item.begin(), item.end(), 1.0, std::multiplies<>()) > largest_dim)
      return;  // which plan_for refuses
    const bool narrow = !weir::facet<weir::JointNormalLaw>(*coupling_) && options().dtype() == at::kFloat;
    if (singular(ends(at::TensorOptions(at::kDouble)).first.covariance, narrow ? 1e-6 : 1e-12))
      plan.fault("value",
                 "value: ot inverts the covariance of X0, whose points lie in a subspace: no affine map need "
                 "carry it to X1",
                 "take x0 from a source that spans all dimensions");
  }

  // Moments of X0 and X1: of the coupling's normal law, or of X0 and its affine image.
  std::pair<weir::Moments, weir::Moments> ends(const at::TensorOptions& options) const {
    if (const auto law = weir::facet<weir::JointNormalLaw>(*coupling_)) {
      const Tensor load0 = law->load0.to(options), load1 = law->load1.to(options);
      return {{law->mean0.to(options), load0.mm(load0.t())}, {law->mean1.to(options), load1.mm(load1.t())}};
    }
    const auto [mean, covariance] = *weir::facet<weir::Moments>(*source_);
    const auto map = weir::facet<weir::AffineMap>(*coupling_);
    const Tensor m = mean.to(options), s = covariance.to(options);
    const Tensor a = map->matrix.to(options), b = map->shift.to(options);
    return {{m, s}, {a.mv(m) + b, a.mm(s).mm(a.t())}};
  }

 public:
  void plan(weir::Plan& plan) override {
    const bool given = value_() == "given";
    if (given && !(shift_.given() && matrix_.given())) {
      plan.fault("value", "value: given needs both theta and Theta",
                 "write theta: [...] and Theta: [[...], ...]");
    }
    if (!given && shift_.given())
      plan.fault("theta", "theta is read only with value: given, not " + value_());
    if (!given && matrix_.given())
      plan.fault("Theta", "Theta is read only with value: given, not " + value_());
    if ((value_() == "pair" || value_() == "ot") && !coupling_.bound()) {
      return plan.fault("value",
                        "value: " + value_() + " is computed from an affine coupling, and none is given",
                        "write coupling: the node of your coupling/affine");
    }
    if (value_() == "pair" && !weir::facet<weir::AffineMap>(*coupling_)) {
      plan.fault("coupling",
                 fmt::format("value: pair needs a coupling X1 = A X0 + b, and '{}' has no such map",
                             coupling_->path()),
                 "use coupling/affine with correlation: 1");
    }
    if (value_() == "ot" && !weir::facet<weir::JointNormalLaw>(*coupling_)) {
      if (!weir::facet<weir::AffineMap>(*coupling_)) {
        plan.fault("coupling",
                   fmt::format("value: ot needs the laws of both ends, and '{}' is neither affine nor normal",
                               coupling_->path()),
                   "use coupling/affine, or fresh pairs of source/gaussian");
        return;
      }
      if (!source_.bound())
        return plan.fault("value", "value: ot is computed from the moments of X0, and no source is given",
                          "write source: the node that the coupling draws X0 from");
    }
    if (value_() == "ot" && plan.clean()) plan_start(plan);
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    refuse_context(domain, plan);
    double dim = 1;
    for (const auto size : domain.item) dim *= static_cast<double>(size);
    if (dim > largest_dim) {
      plan.fault(
          "",
          fmt::format(
              "field/affine inverts a matrix of {0:.0f} x {0:.0f} for items of {0:.0f} numbers; at most {1} "
              "are possible",
              dim, largest_dim),
          "use field/mlp or field/unet");
      return;
    }
    const auto size = static_cast<std::size_t>(dim);
    if (shift_.given() && shift_().size() != size) {
      plan.fault("theta", fmt::format("theta has {} numbers for items of {}", shift_().size(), size));
    }
    if (matrix_.given() && (matrix_().size() != size || matrix_().front().size() != size)) {
      plan.fault("Theta", fmt::format("Theta is {} x {} for items of {} numbers", matrix_().size(),
                                      matrix_().empty() ? 0 : matrix_().front().size(), size));
    }
  }

  weir::Params init(const weir::Domain& domain, weir::Rng&) const override {
    const weir::Shape& item = domain.item;
    const auto [matrix, shift] =
        values(std::accumulate(item.begin(), item.end(), std::int64_t{1}, std::multiplies<>()));
    return weir::Params({{"Theta", matrix.to(options())}, {"theta", shift.to(options())}});
  }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context&) const override {
    const bool taped = params.tape() != nullptr;
    const Tensor matrix = taped ? params["Theta"].detach() : params["Theta"];
    const Tensor shift = taped ? params["theta"].detach() : params["theta"];
    const Tensor points = x.flatten(1);
    const auto inverse = InverseAt::times(matrix, t);
    const Tensor v = inverse(at::linear(points, matrix, shift));
    if (!taped) return v.reshape_as(x);

    // v + B_t (s - s) has the value of v, and the gradient of s with B_t^T dl/dv: exact, as stated above.
    const Tensor y = (points - t.unsqueeze(1) * v).detach();
    const Tensor s = weir::nn::linear(params, "Theta", "theta", y);
    return (v + inverse(s - s.detach())).reshape_as(x);
  }

  bool taped() const override { return true; }
};

}  // namespace

WEIR_PLUGIN(Affine, "Velocity field of an affine transport: learned, given, or optimal for a coupling")

// plugins/interpolant/spline.cpp -- one curve through all the points of a chain, each at its time.
//
//   between s_i and s_{i+1}, with h = s_{i+1} - s_i, b = (t - s_i) / h and a = 1 - b,
//
//   x_t = a x_i + b x_{i+1} + h^2 / 6 ((a^3 - a) m_i + (b^3 - b) m_{i+1})
//   u_t = (x_{i+1} - x_i) / h + h / 6 ((1 - 3 a^2) m_i + (3 b^2 - 1) m_{i+1})
//
//   degree: 3   m_i are the second derivatives that make u_t smooth, with m = 0 at both ends (natural):
//               h_{i-1} m_{i-1} + 2 (h_{i-1} + h_i) m_i + h_i m_{i+1} = 6 ((x_{i+1} - x_i) / h_i - (x_i - x_{i-1}) / h_{i-1})
//   degree: 1   m = 0: straight lines from point to point; at a time of a point the velocity is that of the line which begins there
//
// All of it is linear in the points, with weights that depend on t alone. Two points have the straight line of interpolant/linear.
//
// Source   the natural spline: de Boor, A practical guide to splines, 1978, chapter IV. Through several marginals: Rohbeck et al.,
//          Modeling complex system dynamics with flow matching across time and conditions, ICLR 2025.
// Oracle   SciPy's CubicSpline(bc_type="natural") and its derivative, to 1e-12; three points by hand; u_t is the central difference of
//          x_t.
// Peers    torchcfm SplineCFM (runner)
// Shapes   x_i, x_t, u_t [B, item...], s [K], K points and times
// Limits   K^2 numbers and a sum over K points a call. Closed forms (field/kernel, exact variances, stochastic integrators) know no
//          path of this kind. gamma of the noise knows nothing of the times between.
#include <stdexcept>

#include <weir/kinds/flow/interpolant.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Spline final : public weir::Interpolant {
  weir::Param<std::int64_t> degree_{this, "degree", 3, weir::between(1, 3),
                                    "3: smooth, a natural cubic spline; 1: straight from point to point"};

 public:
  void plan(weir::Plan& plan) override {
    if (degree_() == 2)
      plan.fault("degree", "degree is 1 or 3: parabolas through all points would swing between them",
                 "write degree: 3");
  }

  bool takes(std::int64_t marginals) const override { return marginals >= 2; }

 protected:
  Point noiseless(const weir::Batch& batch, const Tensor& t) const override {
    const auto count = static_cast<std::int64_t>(batch.points.size());
    const Tensor knots = times_of(batch, count);
    const Tensor bend = second_derivatives(knots);  // [K, K] of the points
    const Tensor now = t.to(at::kDouble), s = knots.to(t.device());
    // The piece that t lies in; the outer ones go on before the first time and after the last.
    const Tensor i = at::bucketize(now, s.slice(0, 1, count - 1), /*out_int32=*/false, /*right=*/true);
    const Tensor first = s.index_select(0, i), last = s.index_select(0, i + 1);
    const Tensor h = (last - first).unsqueeze(1);
    const Tensor a = (last - now).unsqueeze(1) / h, b = (now - first).unsqueeze(1) / h;
    const Tensor each = at::eye(count, s.options()), m = bend.to(t.device());
    const auto of = [&](const Tensor& rows, std::int64_t ahead) { return rows.index_select(0, i + ahead); };
    const Tensor place = a * of(each, 0) + b * of(each, 1) +
                         h * h / 6 * ((a * a * a - a) * of(m, 0) + (b * b * b - b) * of(m, 1));
    const Tensor speed =
        (of(each, 1) - of(each, 0)) / h + h / 6 * ((1 - 3 * a * a) * of(m, 0) + (3 * b * b - 1) * of(m, 1));
    return {sum(batch.points, place), sum(batch.points, speed)};
  }

 private:
  static Tensor times_of(const weir::Batch& batch, std::int64_t count) {
    if (batch.times.defined()) {
      if (batch.times.sizes() != at::IntArrayRef({count}))
        throw std::logic_error("a batch has one time for each of its points");
      return batch.times.to(at::kCPU, at::kDouble);
    }
    if (count == 2) return at::tensor({0.0, 1.0}, at::kDouble);
    throw std::logic_error("a batch of more than two points has their times; the coupling gives none");
  }

  // m = S x: the matrix S, [K, K] float64.
  Tensor second_derivatives(const Tensor& knots) const {
    const std::int64_t count = knots.size(0);
    const Tensor none = at::zeros({count, count}, at::kDouble);
    if (degree_() == 1 || count == 2) return none;
    Tensor left = at::eye(count, at::kDouble), right = none.clone();
    const auto s = knots.accessor<double, 1>();
    auto of_m = left.accessor<double, 2>(), of_x = right.accessor<double, 2>();
    for (std::int64_t i = 1; i + 1 < count; ++i) {
      const double before = s[i] - s[i - 1], after = s[i + 1] - s[i];
      of_m[i][i - 1] = before, of_m[i][i] = 2 * (before + after), of_m[i][i + 1] = after;
      of_x[i][i - 1] = 6 / before, of_x[i][i] = -6 / before - 6 / after, of_x[i][i + 1] = 6 / after;
    }
    return at::linalg_solve(left, right);
  }

  // sum_k weight[:, k] x_k, in the dtype of the points.
  static Tensor sum(const std::vector<Tensor>& points, const Tensor& weight) {
    const Tensor weights = weight.to(points.front().scalar_type());
    Tensor total;
    for (std::size_t k = 0; k < points.size(); ++k) {
      const Tensor part =
          weir::expand_as_items(weights.select(1, static_cast<std::int64_t>(k)), points[k]) * points[k];
      total = total.defined() ? total + part : part;
    }
    return total;
  }
};

}  // namespace

WEIR_PLUGIN(Spline, "A smooth curve, or straight pieces, through all the points of a chain")

// plugins/metric/jacobian.cpp -- how a flow moves neighbours: the derivative of its ends with respect to its starts.
//
//   dJ_t/dt = grad v(Z_t, t) J_t,  J_0 = I,  J = J_1 = dZ_1/dZ_0       H_t(z) = (1 - t) z + t Z_1(z),  grad H_t = (1 - t) I + t J
//
//   eigenvalue = least eigenvalue of J + J^T                           det = det J
//   chord_det  = least over t = 0, 1/32, ..., 1 of det grad H_t        lipschitz = largest singular value of grad v along the path
//
//   Where J + J^T is positive semidefinite at every start, lines between starts and ends meet nowhere: the pairs of this flow are straight,
//   and a flow that is trained on them has straight paths. Where det grad H_t > 0, lines of neighbours do not cross.
//
//   Runge-Kutta's method of order 4 for the point and its J together, h = 1/steps: J is the derivative of the discrete flow.
//
// Source   Bansal, Roy, Sarkar, Rinaldo, arXiv 2410.14949, theorems 6 and 7 and the conjecture on H_t.
// Oracle   turns and x' = x^2 / 2 in closed form, with order 4 measured; between mixtures Runge-Kutta's method in NumPy with grad v in
//          closed form, 4000 steps.
// Peers    none
// Shapes   start [n, item...]; eigenvalue, det, chord_det, lipschitz [point]; least_... and largest_lipschitz are numbers
// Limits   error of order h^4. D backward passes for each evaluation, four evaluations a step, the last at t = 1; D x D numbers for each
//          point. A field has to let autograd see how v depends on x.
#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/autograd/jacobian.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr int chord_times = 32;

class Jacobian final : public weir::Metric {
  weir::Port<weir::Field> field_{this, "field", "velocity field to follow"};
  weir::Port<Tensor> start_{this, "start", "points at t = 0"};
  weir::Ports<Tensor> context_{
      this, "context", "what the field is told beside x and t, one row for each point: {label: pairs.label}"};
  weir::Param<std::int64_t> steps_{this, "steps", 100, weir::at_least(1), "number of equal steps"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 1024, weir::at_least(1), "points followed together"};
  weir::Output<Tensor> eigenvalue_{this, "eigenvalue", "1", "least eigenvalue of J + J^T for each point",
                                   "float64"};
  weir::Output<Tensor> det_{this, "det", "1", "determinant of J for each point", "float64"};
  weir::Output<Tensor> chord_det_{
      this, "chord_det", "1", "least determinant of (1 - t) I + t J over times, for each point", "float64"};
  weir::Output<Tensor> lipschitz_{this, "lipschitz", "1",
                                  "largest singular value of grad v along the path of each point", "float64"};
  weir::Output<Tensor> least_eigenvalue_{this, "least_eigenvalue", "1", "least of eigenvalue", "float64"};
  weir::Output<Tensor> negative_{this, "negative", "1", "share of points whose eigenvalue is negative",
                                 "float64"};
  weir::Output<Tensor> least_chord_det_{this, "least_chord_det", "1", "least of chord_det", "float64"};
  weir::Output<Tensor> largest_lipschitz_{this, "largest_lipschitz", "1", "largest of lipschitz", "float64"};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape& start = start_.shape();
    if (start.size() < 2 || start.front() == 0)
      return plan.fault("start", "a Jacobian needs points [n, item...], at least one");
    field_->plan_for(weir::domain_of(start, context_, plan), plan);
    for (auto* output : {&eigenvalue_, &det_, &chord_det_, &lipschitz_})
      output->plan({start.front()}, {"point"});
    for (auto* output : {&least_eigenvalue_, &negative_, &least_chord_det_, &largest_lipschitz_})
      output->plan({}, {});
  }

  void run(weir::Run& run) override {
    const Tensor start = start_().to(options());
    const weir::Context context = weir::context_of(context_, options());
    weir::Rng rng = this->rng().at("init");
    const weir::Params params = field_->init(weir::domain_of(start, context), rng);
    const std::int64_t n = start.size(0);
    std::vector<Tensor> jacobians, steepest;
    for (std::int64_t first = 0; first < n; first += chunk_()) {
      const std::int64_t size = std::min(chunk_(), n - first);
      const weir::Context told = weir::rows_of(context, first, size);
      const auto v = [&](const Tensor& x, double t) {
        return field_->velocity(params, x, at::full({size}, t, x.options()), told);
      };
      const auto [jacobian, slope] = followed(v, start.narrow(0, first, size), run);
      jacobians.push_back(jacobian);
      steepest.push_back(slope);
      run.progress(first + size, n, {});
    }
    give(at::cat(jacobians), at::cat(steepest));
  }

 private:
  // v [N, item...] and grad v [N, D, D] in float64.
  template <class Velocity>
  static weir::Sloped sloped(const Velocity& velocity, const Tensor& x, double t) {
    weir::Sloped found = weir::velocity_and_slope([&](const Tensor& at_x) { return velocity(at_x, t); }, x);
    found.slope = found.slope.to(at::kDouble);
    return found;
  }

  // J of each point, and its largest singular value of grad v.
  struct Followed {
    Tensor jacobian, steepest;  // [N, D, D], [N]
  };
  template <class Velocity>
  Followed followed(const Velocity& v, Tensor z, weir::Run& run) const {
    const double h = 1.0 / static_cast<double>(steps_());
    const std::int64_t dim = z[0].numel();
    const auto wide = z.options().dtype(at::kDouble);
    Tensor jacobian = at::eye(dim, wide).repeat({z.size(0), 1, 1}), steepest = at::zeros({z.size(0)}, wide);
    // Where the point goes, and where its Jacobian does.
    const auto moving = [&](const Tensor& x, const Tensor& j, double t) {
      const auto [velocity, slope] = sloped(v, x, t);
      const Tensor turned = at::bmm(slope, j);
      if (!at::isfinite(turned).all().item<bool>())
        throw std::runtime_error(
            "a point left the numbers on its way, and has no Jacobian: take smaller steps");
      steepest = at::maximum(steepest, at::linalg_svdvals(slope).amax(1));
      return std::pair{velocity, turned};
    };
    for (std::int64_t k = 0; k < steps_(); ++k) {
      if (run.stop_requested()) throw weir::Stopped();
      const double t = static_cast<double>(k) * h;
      const auto [v1, j1] = moving(z, jacobian, t);
      const auto [v2, j2] = moving(z + h / 2 * v1, jacobian + h / 2 * j1, t + h / 2);
      const auto [v3, j3] = moving(z + h / 2 * v2, jacobian + h / 2 * j2, t + h / 2);
      const auto [v4, j4] = moving(z + h * v3, jacobian + h * j3, t + h);
      z = z + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4);
      jacobian = jacobian + h / 6 * (j1 + 2 * j2 + 2 * j3 + j4);
    }
    return {jacobian, steepest};
  }

  void give(const Tensor& jacobian, const Tensor& steepest) {
    const Tensor least = at::linalg_eigvalsh(jacobian + jacobian.transpose(1, 2)).amin(1);
    const Tensor unit = at::eye(jacobian.size(1), jacobian.options());
    Tensor chord = at::ones_like(least);  // at t = 0
    for (int k = 1; k <= chord_times; ++k) {
      const double t = static_cast<double>(k) / chord_times;
      chord = at::minimum(chord, at::linalg_det((1 - t) * unit + t * jacobian));
    }
    eigenvalue_.set(least);
    det_.set(at::linalg_det(jacobian));
    chord_det_.set(chord);
    lipschitz_.set(steepest);
    least_eigenvalue_.set(least.min());
    negative_.set((least < 0).to(at::kDouble).mean());
    least_chord_det_.set(chord.min());
    largest_lipschitz_.set(steepest.max());
  }
};

}  // namespace

WEIR_PLUGIN(Jacobian, "Derivative of a flow's ends by its starts: whether its pairs are straight")

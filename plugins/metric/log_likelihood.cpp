// plugins/metric/log_likelihood.cpp -- the density that a flow gives to points.
//
//   dx/dt = v(x, t)      d/dt log p_t(x_t) = -div v(x_t, t)      log p_1(x) = log p_0(x_0) - int_0^1 div v(x_t, t) dt
//
//   followed backward from x at t = 1, the point and the integral together, each row in steps of its own (embedded.hpp, dopri5's pair)
//
//   divergence: exact        div v = sum_d d v_d / d x_d                           D backward passes for each evaluation
//   divergence: hutchinson   div v = E e^T (dv/dx) e,  E e e^T = I, a mean over `probes`   one backward pass for each probe
//
//   bits_per_dim = -mean log p_1 / (D log 2)
//
// The probes of a row are the same along its path, so that the integrand stays smooth, and are addressed by the row. The estimate is
// then without bias: the error of `mean` has the scatter of the probes in it. With rademacher it is exact for a diagonal Jacobian.
//
// Source   Chen et al., arXiv 1806.07366 (the change of variables); Grathwohl et al., arXiv 1810.01367 (Hutchinson's estimate, probes
//          fixed along a path).
// Oracle   densities of affine flows between normal laws, and of x' = x^2 cos 3t by the change of variables, to 1e-6; Hutchinson's
//          estimate within five standard errors, and exact for a diagonal Jacobian.
// Peers    flow_matching ODESolver.compute_likelihood (Rademacher or exact); torchdyn CNF with autograd_trace or hutch_trace; torchcfm's
//          notebook exact, hutch_gaussian, hutch_rademacher
// Shapes   points [n, item...]; log_likelihood, nfe [n]; mean and bits_per_dim are numbers, each with _se over the points and _n
// Limits   The tolerance is that of a step, for the coordinates and the integral together; the truth is mostly within a few times of it.
//          Points and integral are kept in float64; a float32 field is asked in float32, whose divergence is good to about 1e-6 D.
//          A field has to let autograd see how v depends on x. Densities are of continuous points: discrete ones (pixels) must have noise
//          added first, and points that were scaled by a number c count log2 c bits per dimension more.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/flow/dormand_prince.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

// From t = 1 to t = 0.
class Backward final : public weir::Embedded {
 public:
  explicit Backward(double tolerance) {
    set_params({{"from", 1}, {"until", 0}, {"rtol", tolerance}, {"atol", tolerance}});
  }
  using weir::Embedded::follow;
  const weir::Tableau& tableau() const override { return weir::dormand_prince(); }
};

class LogLikelihood final : public weir::Metric {
  weir::Port<weir::Field> field_{this, "field", "velocity field of the flow"};
  weir::Port<weir::Source> start_{this, "start", weir::mandatory.needing<weir::LogDensity>(),
                                  "law of the points at t = 0"};
  weir::Port<Tensor> points_{this, "points", "points at t = 1"};
  weir::Ports<Tensor> context_{
      this, "context", "what the field is told beside x and t, one row for each point: {label: pairs.label}"};
  weir::Param<std::string> divergence_{
      this, "divergence", "exact", weir::one_of({"exact", "hutchinson"}),
      "the trace of the Jacobian itself, or its mean over random directions"};
  weir::Param<std::int64_t> probes_{this, "probes", weir::absent, weir::at_least(1),
                                    "directions of each point, of hutchinson (default: 1)"};
  weir::Param<std::string> law_{this, "law", weir::absent, weir::one_of({"rademacher", "normal"}),
                                "law of their coordinates: 1 or -1 (default), or N(0, 1)"};
  weir::Param<double> tolerance_{
      this, "tolerance", weir::absent, weir::positive,
      "error allowed in a step, absolute and relative (default: 1e-7; in float32 1e-5)"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 256, weir::at_least(1), "points followed together"};

  weir::Output<Tensor> log_likelihood_{this, "log_likelihood", "nat",
                                       "log density of each point; NaN where its path left the numbers",
                                       "float64"};
  weir::Output<Tensor> mean_{this, "mean", "nat", "mean log density; NaN where a path left the numbers",
                             "float64"};
  weir::Output<Tensor> mean_se_{
      this, "mean_se", "nat",
      "standard error of mean over the points; NaN for one point, and where mean is not finite", "float64"};
  weir::Output<Tensor> mean_n_{this, "mean_n", "1", "number of points", "int64"};
  weir::Output<Tensor> bits_{this, "bits_per_dim", "bit",
                             "mean of -log2 of the density, for each coordinate; NaN where mean is",
                             "float64"};
  weir::Output<Tensor> bits_se_{this, "bits_per_dim_se", "bit",
                                "standard error of bits_per_dim; NaN where mean_se is", "float64"};
  weir::Output<Tensor> bits_n_{this, "bits_per_dim_n", "1", "number of points", "int64"};
  weir::Output<Tensor> nfe_{this, "nfe", "1", "evaluations of the field and its divergence along each path",
                            "int64"};

  bool narrow() const { return options().dtype() == at::kFloat; }
  double tolerance() const { return tolerance_.given() ? tolerance_() : narrow() ? 1e-5 : 1e-7; }

  // Directions of n points from number `first` on, one tensor [n, D] for each probe; none for the exact divergence.
  std::vector<Tensor> probes(std::int64_t first, std::int64_t n, std::int64_t dim) const {
    std::vector<Tensor> directions;
    if (divergence_() == "exact") return directions;
    for (std::int64_t p = 0; p < (probes_.given() ? probes_() : 1); ++p) {
      const Tensor z = rng().at("probe", p).normal({n, dim}, first * dim);
      directions.push_back(law_() == "normal" ? z : at::where(z >= 0, at::ones_like(z), -at::ones_like(z)));
    }
    return directions;
  }

  // v [N, D] and its divergence [N] at x, which autograd follows.
  struct Moved {
    Tensor v, divergence;
  };
  static Moved moved(const std::function<Tensor(const Tensor&)>& velocity, const Tensor& at_x,
                     const std::vector<Tensor>& probes) {
    const at::AutoGradMode on(true);
    const Tensor x = at_x.detach().requires_grad_(true);
    const Tensor v = velocity(x).flatten(1);
    Tensor sum = at::zeros({v.size(0)}, v.options().dtype(at::kDouble));
    if (!v.requires_grad()) {
      if (!velocity(at_x + 1).flatten(1).equal(v))
        throw std::runtime_error(
            "the divergence of this field cannot be had: autograd does not see how its velocity depends on x "
            "(a detach, or a "
            "NoGradGuard, stands between them)");
      return {v, sum};
    }
    const auto times = static_cast<std::int64_t>(probes.empty() ? v.size(1) : probes.size());
    for (std::int64_t k = 0; k < times; ++k) {
      const bool keep = k + 1 < times;
      if (probes.empty()) {
        sum = sum + weir::grad(v.select(1, k).sum(), {x}, keep)[0].flatten(1).select(1, k);
      } else {
        const Tensor& e = probes[static_cast<std::size_t>(k)];
        sum = sum + (weir::grad((v * e).sum(), {x}, keep)[0].flatten(1) * e).to(at::kDouble).sum(1) /
                        static_cast<double>(times);
      }
    }
    return {v.detach(), sum};
  }

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape& points = points_.shape();
    if (points.size() < 2 || points.front() == 0)
      return plan.fault("points", "log_likelihood needs points [n, item...], at least one");
    const weir::Domain domain = weir::domain_of(points, context_, plan);
    if (domain.item != start_->shape())
      plan.fault("start",
                 fmt::format("the points are [{}], and those of the start [{}]: a flow keeps their shape",
                             fmt::join(domain.item, ", "), fmt::join(start_->shape(), ", ")));
    if (divergence_() == "exact" && (probes_.given() || law_.given()))
      plan.fault(probes_.given() ? "probes" : "law",
                 "the exact divergence asks along every coordinate, and has no probes",
                 "write divergence: hutchinson");
    if (narrow() && tolerance() < 1e-7)
      plan.fault("tolerance",
                 fmt::format("tolerance is {}, below what float32 can tell of a number", tolerance()),
                 "set dtype: float64, or tolerance to 1e-6 or more");
    if (!plan.clean()) return;
    field_->plan_for(domain, plan);
    for (auto* output : {&mean_, &mean_se_, &mean_n_, &bits_, &bits_se_, &bits_n_}) output->plan({}, {});
    log_likelihood_.plan({points.front()}, {"point"});
    nfe_.plan({points.front()}, {"point"});
  }

  void run(weir::Run& run) override {
    const Tensor points = points_().to(options());
    const std::int64_t n = points.size(0), dim = points[0].numel();
    const weir::Context context = weir::context_of(context_, options());
    const weir::Domain domain = weir::domain_of(points, context);
    weir::Rng rng = this->rng().at("init");
    const weir::Params params = field_->init(domain, rng);
    const Backward way(tolerance());
    const weir::LogDensity start = *weir::facet<weir::LogDensity>(*start_);

    std::vector<Tensor> densities, evaluations;
    const std::int64_t chunks = (n + chunk_() - 1) / chunk_();
    for (std::int64_t c = 0; c < chunks; ++c) {
      const std::int64_t first = c * chunk_(), size = std::min(chunk_(), n - first);
      const Tensor x1 = points.narrow(0, first, size);
      const std::vector<Tensor> probes = this->probes(first, size, dim);
      // y = (x, int div v), [N, D + 1] float64.
      const weir::Velocity augmented(
          weir::Velocity::OfRows([&](const Tensor& y, const Tensor& t, const Tensor& rows) {
            const auto chosen = [&](const Tensor& of_chunk) {
              return rows.defined() ? of_chunk.index_select(0, rows) : of_chunk;
            };
            const weir::Context here = weir::rows_of(context, first, size);
            const weir::Context told = rows.defined() ? weir::rows_of(here, rows) : here;
            std::vector<Tensor> directions;
            for (const Tensor& e : probes) directions.push_back(chosen(e));
            const auto velocity = [&](const Tensor& x) {
              return field_->velocity(params, x, t.to(options()), told);
            };
            const Tensor x = y.narrow(1, 0, dim).to(options()).reshape(weir::rows_of(y.size(0), domain.item));
            const auto [v, divergence] = moved(velocity, x, directions);
            return at::cat({v.to(at::kDouble), divergence.unsqueeze(1)}, 1);
          }));
      const Tensor y1 = at::constant_pad_nd(x1.flatten(1).to(at::kDouble), {0, 1});
      const weir::Integrator::Path path =
          way.follow(augmented, {y1, first}, {}, [&](std::int64_t done, std::int64_t total) {
            run.progress(c * total + done, chunks * total, {});
            if (run.stop_requested() && done < total) throw weir::Stopped();
          });
      // What has been gathered on the way back is minus the integral from 0 to 1.
      const Tensor x0 = path.end.narrow(1, 0, dim).to(options()).reshape_as(x1);
      densities.push_back(start.at(x0).to(at::kDouble) + path.end.select(1, dim));
      evaluations.push_back(path.nfe);
    }
    give(at::cat(densities), at::cat(evaluations), static_cast<double>(dim), run);
  }

 private:
  void give(const Tensor& density, const Tensor& nfe, double dim, weir::Run& run) {
    const std::int64_t n = density.size(0), lost = at::isnan(density).sum().item<std::int64_t>();
    if (lost > 0)
      run.warn(fmt::format(
          "{} of {} points have no log density: on the way back from t = 1 they left the numbers", lost, n));
    const Tensor mean = density.mean(), bit = at::full_like(mean, 1 / (dim * std::numbers::ln2));
    const Tensor se =
        n > 1 ? density.std() / std::sqrt(static_cast<double>(n)) : at::full_like(mean, std::nan(""));
    log_likelihood_.set(density);
    mean_.set(mean);
    mean_se_.set(se);
    bits_.set(-mean * bit);
    bits_se_.set(se * bit);
    for (auto* count : {&mean_n_, &bits_n_}) count->set(at::scalar_tensor(n, at::kLong));
    nfe_.set(nfe);
  }
};

}  // namespace

WEIR_PLUGIN(LogLikelihood, "Log density of points under a flow, with bits per dimension")

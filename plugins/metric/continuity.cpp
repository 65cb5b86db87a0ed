// plugins/metric/continuity.cpp -- whether a field moves the points of an objective as their law moves: the continuity equation, weakly.
//
//   d/dt E phi(x_t) = E grad phi(x_t) . u_t    along the paths,    and    E grad phi(x_t) . v(x_t, t)    along the flow of v, so that
//   R(phi) = E grad phi(x_t) . (u_t - v(x_t, t)) = 0    for every phi, with t from the objective's law, if v has the marginals of x_t
//
//   phi = |x|^2 / 2,    e_j . x,    cos(e_j . x / scale + c_j)        e_j unit vectors and c_j in [0, 2 pi), drawn, j = 1 .. waves
//   residual_z = largest |R(phi)| / se over these 1 + 2 waves functions
//
// No closed form of v enters: this judges one. A field that has the marginals need not be the minimiser E[u_t | x_t]; that one has them.
//
// Source   Lipman et al., arXiv 2210.02747, section 3, and Villani, Topics in Optimal Transportation, 2003, section 5.4.1 (weak form).
// Oracle   the exact field between normal laws has no residual, nor has it with a turn added, which moves no normal law; a drift and
//          another field have one; sums over the same points on a line.
// Peers    none
// Shapes   residual, residual_se [function], in the order of above; residual_n, residual_z [1]
// Limits   a mean over t: what cancels between two times is not seen. Of the largest of many z chance makes more than of one. Needs v to
//          be finite on the paths. Where u_t = v at every point there is nothing but round-off on both sides of the ratio.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <ATen/core/grad_mode.h>

#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Continuity final : public weir::Metric {
  weir::Port<weir::Objective> objective_{this, "objective", "where x_t, u_t and t come from"};
  weir::Port<weir::Field> field_{this, "field", "field v to judge"};
  weir::Param<std::int64_t> samples_{this, "samples", 4096, weir::at_least(2), "points of the means"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 512, weir::at_least(1), "points evaluated together"};
  weir::Param<std::int64_t> waves_{this, "waves", 8, weir::at_least(1), "directions of the functions phi"};
  weir::Param<double> scale_{this, "scale", 1, weir::positive,
                             "length over which the phase of a wave changes by one"};
  weir::Output<Tensor> residual_{this, "residual", "1", "mean of grad phi . (u_t - v) for each phi"};
  weir::Output<Tensor> residual_se_{
      this, "residual_se", "1",
      "standard error of residual; NaN where the rows of a draw depend on each other, or the target has no "
      "second moment"};
  weir::Output<Tensor> residual_n_{this, "residual_n", "1",
                                   "independent points of each mean; 1 for dependent rows", "int64"};
  weir::Output<Tensor> residual_z_{this, "residual_z", "1",
                                   "largest residual in standard errors; NaN where these are"};

 public:
  void plan(weir::Plan& plan) override {
    weir::plan_of_field(*objective_, plan, /*own=*/true);
    field_->plan_for(objective_->domain(), plan);
    for (auto* output : {&residual_, &residual_se_}) output->plan({1 + 2 * waves_()}, {"function"});
    for (auto* output : {&residual_n_, &residual_z_}) output->plan({}, {});
  }

  void run(weir::Run& run) override {
    const at::NoGradGuard no_grad;
    weir::Rng points = rng().at("samples"), directions = rng().at("waves"), phases = rng().at("phases"),
              initial = rng().at("field");
    const weir::Sample sample = objective_->sample(samples_(), points);
    const weir::Params params = field_->init(objective_->domain(), initial);
    const Tensor e = directions.normal({sample["xt"].flatten(1).size(1), waves_()}).to(at::kDouble);
    const Waves waves{e / e.norm(2, {0}, true),
                      phases.uniform({waves_()}).to(at::kDouble) * (2 * std::numbers::pi), scale_()};
    std::vector<Tensor> rows;
    for (std::int64_t i = 0; i < samples_(); i += chunk_()) {
      if (run.stop_requested()) throw weir::Stopped();
      const std::int64_t n = std::min(chunk_(), samples_() - i);
      const auto part = [&](const char* name) { return sample[name].narrow(0, i, n); };
      const Tensor v =
          field_->velocity(params, part("xt"), part("t"), weir::rows_of(sample.batch.context, i, n));
      const auto flat = [](const Tensor& x) { return x.flatten(1).to(at::kDouble); };
      rows.push_back(waves.slopes(flat(part("xt")), flat(part("ut")) - flat(v)));
      run.progress(i + n, samples_(), {});
    }
    Tensor slopes = at::cat(rows);
    if (const Tensor& weight = sample.batch.weight; weight.defined())
      slopes = slopes * weight.to(at::kDouble).unsqueeze(1);
    set(slopes);
  }

 private:
  struct Waves {
    Tensor directions, phases;  // [D, waves], [waves]
    double scale;

    // grad phi(x) . off for each phi: [n, 1 + 2 waves] of x, off [n, D].
    Tensor slopes(const Tensor& x, const Tensor& off) const {
      const Tensor along = at::mm(off, directions);
      const Tensor steep = -(at::mm(x, directions) / scale + phases).sin() / scale;
      return at::cat({(x * off).sum(1, true), along, steep * along}, 1);
    }
  };

  void set(const Tensor& slopes) {
    const bool independent = !objective_->dependent_rows();
    const Tensor mean = slopes.mean(0);
    Tensor se = slopes.std(0) / std::sqrt(double(samples_()));
    if (!independent || !weir::infinite_target(*objective_, /*power=*/2).empty())
      se = at::full_like(se, std::numeric_limits<double>::quiet_NaN());
    residual_.set(mean);
    residual_se_.set(se);
    residual_n_.set(at::scalar_tensor(independent ? samples_() : 1, at::kLong));
    residual_z_.set(at::where(mean == 0, at::zeros_like(mean), mean / se).abs().max());
  }
};

}  // namespace

WEIR_PLUGIN(Continuity,
            "Whether a field has the marginals of an objective's paths: the weak continuity equation")

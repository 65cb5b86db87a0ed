// plugins/metric/field_error.cpp -- how far a field is from another one, along the paths of an objective.
//
//   relative = sqrt( E || v(x_t, t) - w(x_t, t) ||^2 / E || w(x_t, t) ||^2 )        bin_k: the same for t in bin k
//
//   square   = E || p(x_t, t) - q(x_t, t) ||^2, p and q what the velocities v and w say of `space`: of E[x1 | x_t] for data
//
// With w the exact minimiser of the objective (field/kernel, field/empirical), E || v - w ||^2 is the excess of v's loss.
//
// Source   the excess-risk identity of least squares; Lipman et al., arXiv 2210.02747, theorem 2. Spaces: core/kinds/flow/space.hpp.
// Oracle   a field that is a tenth too long is 0.1 away; the error is the spread over 200 repetitions; squares over the same points.
// Peers    none
// Shapes   relative, square [1]    bin [bins]
// Limits   needs w to be finite on the paths; the standard error is the jackknife's over rows, which must be independent for it.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <weir/kinds/flow/space.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/variance/standard_error.hpp>
#include <weir/math/variance/time_bins.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class FieldError final : public weir::Metric {
  weir::Port<weir::Objective> objective_{this, "objective", "where x_t and t come from"};
  weir::Port<weir::Field> field_{this, "field", "field v to judge"};
  weir::Port<weir::Field> reference_{this, "reference", "field w to compare with"};
  weir::Param<std::int64_t> samples_{this, "samples", 4096, weir::at_least(2),
                                     "points at which both are compared"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 512, weir::at_least(1), "points evaluated together"};
  weir::Param<std::int64_t> bins_{this, "bins", 10, weir::at_least(1), "equal bins of t in (0, 1)"};
  weir::Param<std::string> space_{this, "space", weir::absent, weir::one_of({"velocity", "data", "noise"}),
                                  "what `square` is the difference of; without it there is no `square`"};
  weir::Output<Tensor> relative_{this, "relative", "1",
                                 "relative root-mean-square error; NaN where both fields are zero"};
  weir::Output<Tensor> relative_se_{
      this, "relative_se", "1",
      "standard error of relative; NaN where the rows of a draw depend on each other"};
  weir::Output<Tensor> relative_n_{this, "relative_n", "1",
                                   "independent points compared; 1 for dependent rows", "int64"};
  weir::Output<Tensor> bin_{this, "bin", "1",
                            "relative error of the points in each time bin; NaN without points"};
  weir::Output<Tensor> square_{
      this, "square", "1", "mean squared distance of what the fields say of `space`, over all coordinates"};
  weir::Output<Tensor> square_se_{
      this, "square_se", "1", "standard error of square; NaN where the rows of a draw depend on each other"};
  weir::Output<Tensor> square_n_{this, "square_n", "1", "independent points compared; 1 for dependent rows",
                                 "int64"};

  weir::Params parameters(const weir::Field& field, const char* stream) const {
    weir::Rng rng = this->rng().at(stream);
    return field.init(objective_->domain(), rng);
  }

 public:
  void plan(weir::Plan& plan) override {
    weir::plan_of_field(*objective_, plan, /*own=*/true);
    field_->plan_for(objective_->domain(), plan);
    reference_->plan_for(objective_->domain(), plan);
    for (auto* output : {&relative_, &relative_se_, &relative_n_}) output->plan({}, {});
    relative_se_.reserve_reason();
    bin_.plan({bins_()}, {"time_bin"});
    if (!space_.given()) return;
    if (!path())
      plan.fault("space",
                 "what a velocity says of the " + space_() +
                     " is known on a path of two points, and that of '" + objective_->path() + "' is another",
                 "leave space out, or use interpolant/linear");
    for (auto* output : {&square_, &square_se_, &square_n_}) output->plan({}, {});
  }

  void run(weir::Run& run) override {
    weir::Rng rng = this->rng().at("samples");
    const weir::Sample sample = objective_->sample(samples_(), rng);
    const weir::Params v = parameters(*field_, "field"), w = parameters(*reference_, "reference");
    std::vector<Tensor> errors, norms;
    for (std::int64_t i = 0; i < samples_(); i += chunk_()) {
      if (run.stop_requested()) throw weir::Stopped();
      const std::int64_t n = std::min(chunk_(), samples_() - i);
      const Tensor x = sample["xt"].narrow(0, i, n), t = sample["t"].narrow(0, i, n);
      const weir::Context told = weir::rows_of(sample.batch.context, i, n);
      const Tensor exact = reference_->velocity(w, x, t, told);
      errors.push_back((field_->velocity(v, x, t, told) - exact).flatten(1).to(at::kDouble).square().sum(1));
      norms.push_back(exact.flatten(1).to(at::kDouble).square().sum(1));
      run.progress(i + n, samples_(), {});
    }
    const Tensor e = at::cat(errors), s = at::cat(norms);
    const double ratio = (e.sum() / s.sum()).item<double>();
    const Tensor without = ((e.sum() - e) / (s.sum() - s)).clamp_min(0).sqrt();
    const bool independent = !objective_->dependent_rows();
    relative_.set(at::scalar_tensor(std::sqrt(ratio), at::kDouble));
    relative_se_.set(at::scalar_tensor(
        independent ? weir::jackknife_se(without) : std::numeric_limits<double>::quiet_NaN(), at::kDouble));
    if (!independent) relative_se_.reason("the rows of one draw depend on each other");
    relative_n_.set(at::scalar_tensor(independent ? samples_() : 1, at::kLong));
    const Tensor bin = weir::time_bins(sample["t"], bins_());
    bin_.set((at::bincount(bin, e, bins_()) / at::bincount(bin, s, bins_())).sqrt());
    if (space_.given()) set_square(e, sample["t"], independent);
  }

 private:
  // The path of the objective where it has coefficients, else null.
  const weir::TwoPoint* path() const {
    return dynamic_cast<const weir::TwoPoint*>(objective_->domain().path);
  }

  // Of the squared differences of the velocities, [samples] float64: what they say of a space is linear in them.
  void set_square(const Tensor& errors, const Tensor& t, bool independent) {
    const weir::Conversion said =
        weir::from_velocity(weir::space_named(space_()), *path(), weir::off_the_ends(t));
    const Tensor squares = errors * said.of_given.square();
    square_.set(squares.mean());
    square_se_.set(independent ? squares.std() / std::sqrt(double(samples_()))
                               : at::scalar_tensor(std::numeric_limits<double>::quiet_NaN(), at::kDouble));
    square_n_.set(at::scalar_tensor(independent ? samples_() : 1, at::kLong));
  }
};

}  // namespace

WEIR_PLUGIN(FieldError, "Relative distance of a field from another, such as the exact minimiser of its loss")

// plugins/metric/intersection.cpp -- how far two trainings of one task are from each other, by the weights of their last layers.
//
//   H_A [n, k], f_B [n, m]   what A's last layer is given, and what B's gives, at n points of the objective
//   [W_cf | b_cf]^T = [H_A 1]^+ f_B        counterfactual weights: A's last layer if it were to give what B gives
//   cosine_l = 1 - <w_l, w^cf_l> / (|w_l| |w^cf_l|),   w_l the row of A's weights for output l;   cosine = mean over l
//
// Two trainings of one kind, of other initial parameters and other batches. With a linear model [H_A 1] is the points themselves, and W_cf
// is W_B where they span the space. Of one and the same training it is 0; of two whose features are each other's by an invertible map, the
// distance of their last layers on the same features.
//
// Source   Vardasbi, de Rijke, Dehghani, arXiv 2208.09529 ("intersection of parallels"), by their programs: pinv(H_A) (H_B W_B^T).
// Oracle   0 of a training from itself; hidden units in another order and scale; gradient flow of least squares in closed form; normal
//          equations by at::linalg_pinv.
// Peers    none
// Shapes   cosine, step [moment] of the two histories; of_output [output, moment]
// Limits   the last layer must be a linear one of weir::nn. The paper's layers have no bias: here it is fitted and left out of the cosine.
//          The mean over outputs is not stated in the paper. Points that the objective draws twice count twice.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include <weir/kinds/learn/history.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr std::int64_t formed = 1 << 22;  // numbers that are held at once while features are read

// The last layer of a model at some points: y = W h + b.
struct Last {
  Tensor weight, output, features;  // [m, k], [n, m], [n, k]; float64
  bool exact;                       // whether they were so before
};

class Intersection final : public weir::Metric {
  weir::Port<weir::History> first_{this, "first", "a training, such as train.history: A"};
  weir::Port<weir::History> second_{this, "second", "another of the same task: B"};
  weir::Port<weir::Objective> objective_{this, "objective", "their objective, which draws the points"};
  weir::Param<std::int64_t> points_{this, "points", 512, weir::at_least(2),
                                    "points n, one draw of the objective"};
  weir::Output<Tensor> cosine_{
      this, "cosine", "1",
      "cosine distance of A's weights and their counterfactual ones, mean over outputs; "
      "NaN where a training ended before, or has weights of 0"};
  weir::Output<Tensor> of_output_{this, "of_output", "1", "the same for each output; NaN likewise"};
  weir::Output<Tensor> step_{this, "step", "1", "step of each moment", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    weir::plan_history(*first_, *objective_, "first", plan);
    weir::plan_history(*second_, *objective_, "second", plan);
    weir::plan_rows(*objective_, points_(), plan, "points", "a distance");
    const auto steps = [](const weir::History& of) {
      std::vector<std::int64_t> all;
      for (const auto& [step, moment] : of.moments()) all.push_back(step);
      return all;
    };
    if (steps(*first_) != steps(*second_))
      plan.fault("second", "the two trainings have snapshots after other steps",
                 "give both trainings the same snapshots");
    const auto count = static_cast<std::int64_t>(first_->moments().size());
    cosine_.plan({count}, {"moment"});
    of_output_.plan({-1, count}, {"output", "moment"});
    step_.plan({count}, {"moment"});
  }

  void run(weir::Run& run) override {
    weir::Rng rng = this->rng().at("points");
    const weir::Sample sample = objective_->sample(points_(), rng);
    std::vector<Tensor> columns;
    std::vector<std::int64_t> steps;
    for (const auto& [step, a] : first_->moments()) {
      if (run.stop_requested()) throw weir::Stopped();
      const weir::History::Moment& b = *second_->after(step);
      columns.push_back(a.reached() && b.reached() ? distances(last(a, sample, true), last(b, sample, false))
                                                   : Tensor());
      steps.push_back(step);
      run.progress(std::int64_t(steps.size()), std::int64_t(first_->moments().size()), {});
    }
    const auto reached = std::ranges::find_if(columns, [](const Tensor& c) { return c.defined(); });
    if (reached == columns.end()) throw std::runtime_error("the trainings have no moment in common");
    const Tensor missing = at::full_like(*reached, std::numeric_limits<double>::quiet_NaN());
    for (Tensor& column : columns)
      if (!column.defined()) column = missing;
    const Tensor all = at::stack(columns, 1);
    cosine_.set(all.mean(0));
    of_output_.set(all);
    step_.set(at::tensor(steps, options().dtype(at::kLong)));
  }

 private:
  // What the last layer is given is read from its gradients: that of its first output's sum, row by row, is (h_i, 1) in W's first row.
  Last last(const weir::History::Moment& moment, const weir::Sample& sample, bool features) const {
    const weir::Field& field = objective_->takes_field() ? *moment.last.field() : weir::no_field();
    weir::Tape tape;
    (void)objective_->loss(field, moment.params.taped(tape), sample);
    if (tape.records().empty() || tape.records().back().output.dim() != 2 ||
        moment.params[tape.records().back().params.front()].dim() != 2)
      throw std::runtime_error(
          "the last layer of this model is no linear layer of weir::nn: there are no weights to compare; "
          "take "
          "field/mlp or network/mlp");
    const weir::Tape::Record& record = tape.records().back();
    Last layer{moment.params[record.params.front()].to(at::kCPU, at::kDouble),
               record.output.to(at::kCPU, at::kDouble),
               {},
               record.output.scalar_type() == at::kDouble};
    if (!features) return layer;
    Tensor delta = at::zeros_like(record.output);
    delta.select(1, 0).fill_(1);
    const auto gradients = record.finish(delta);
    const std::int64_t n = delta.size(0), k = layer.weight.size(1),
                       together =
                           std::max<std::int64_t>(1, formed / (layer.weight.numel() + layer.weight.size(0)));
    std::vector<Tensor> parts;
    for (std::int64_t i = 0; i < n; i += together)
      parts.push_back(
          gradients->rows(at::arange(i, std::min(n, i + together), delta.options().dtype(at::kLong)))
              ->dense()
              .narrow(1, 0, k)
              .to(at::kCPU, at::kDouble));
    layer.features = at::cat(parts);
    return layer;
  }

  static Tensor distances(const Last& a, const Last& b) {
    const Tensor h = at::cat({a.features, at::ones({a.features.size(0), 1}, a.features.options())}, 1);
    // Features in float32 are off by some eps of it in any direction. Singular values of that size are none; eps n, as of float64,
    // would leave out true ones.
    const std::optional<double> least =
        a.exact ? std::nullopt
                : std::optional(double(std::numeric_limits<float>::epsilon()) *
                                std::sqrt(double(std::max(h.size(0), h.size(1)))));
    const Tensor fitted = std::get<0>(at::linalg_lstsq(h, b.output, least, "gelsd"));
    const Tensor w = a.weight, cf = fitted.narrow(0, 0, w.size(1)).t();
    return 1 - (w * cf).sum(1) / (w.norm(2, {1}) * cf.norm(2, {1}));
  }
};

}  // namespace

WEIR_PLUGIN(Intersection, "Cosine distance of two trainings' last layers, by counterfactual weights")

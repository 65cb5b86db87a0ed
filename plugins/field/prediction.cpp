// plugins/field/prediction.cpp -- a velocity from what a network predicts: the data, the noise, the score or logits.
//
//   y = what `field` says at (x, t), read as        data   E[x1 | x_t = x]      noise   E[x0 | x_t = x]      score   grad log p_t(x)
//                                                   logits   of bits -1 and 1:  E[x1 | x_t = x] = tanh(y / 2)
//                                                   categories   logits of tokens:  E[x1 | x_t = x] = softmax(y) over the last axis
//   v = to_velocity(y), as core/kinds/flow/space.hpp has it; on the linear path without noise
//   v = (y - x) / (1 - t)                           of: data, a network that denoises
//   v = (x - y) / t                                 of: noise
//   v = (x + (1 - t) y) / t                         of: score
//
// What it gives is a velocity like any other: it is trained by every objective, with the loss in any space, and followed and measured
// as it is. A prediction that nothing converts is never followed.
//
// floor. The conversion divides by zero at t = 1 (data, logits, categories) or t = 0 (noise, score), unless there is noise; at times nearer to such
// an end than `floor` it is that of the time at `floor` from it. What is trained is then what is followed, there too.
//
// Source   Ho, Jain, Abbeel, arXiv 2006.11239 (noise); Salimans, Ho, arXiv 2202.00512, section 4 (data, noise and velocity); Li, He, arXiv
//          2511.13720 (data, compared as a velocity, with a denominator that is cut). Categories: Gat et al., arXiv 2407.15595, along jumps;
//          Eijkelboom et al., arXiv 2406.04843, along lines.
// Oracle   exact posterior means and scores of normal laws have the exact velocity, and the flow m + s z; what is fitted by least squares
//          is the posterior mean, whatever space the loss compares. Categories: softmax of logits, by hand
// Peers    flow_matching AffineProbPath.target_to_velocity and epsilon_to_velocity; SiT VELOCITY, SCORE, NOISE; interflow v, s, eta;
//          lucidrains/rectified-flow-pytorch predict: flow, noise, clean
// Shapes   x, y, v [B, item...]; parameters and context are those of `field`
// Limits   It is trained on the path that it predicts a part of: another path of the objective is a fault at plan. As space.hpp: the score,
//          and every space on a path with noise, only for x0 ~ N(0, I) independent of x1; "noise" is then that of x0 and z together.
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/space.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Prediction final : public weir::Field {
  weir::Port<weir::Field> field_{this, "field",
                                 "the network, whose output is not a velocity but the prediction"};
  weir::Port<weir::TwoPoint> interpolant_{this, "interpolant",
                                          weir::by_default("linear").needing<weir::Coefficients>(),
                                          "path of which it predicts a part: that of the objective"};
  weir::Param<std::string> of_{
      this, "of", weir::required, weir::one_of({"data", "noise", "score", "logits", "categories"}),
      "what is predicted: x1, x0, the gradient of the log density of x_t, or the logits "
      "of an x1 of -1 and 1, or those of tokens, which source/categorical gives"};
  weir::Param<double> floor_{this, "floor", 1e-3, weir::between(1e-6, 0.5),
                             "how near the conversion comes to an end of time at which it divides by zero"};

  double first_ = 0, last_ = 1;  // times between which the conversion is that of t itself

 public:
  void plan(weir::Plan& plan) override {
    const weir::Field* network = field_.get();
    if (dynamic_cast<const weir::Fitted*>(network) || dynamic_cast<const Prediction*>(network))
      plan.fault(
          "field",
          "what this field gives is a velocity already, and would be read as a prediction of the " + of_(),
          "give field/prediction an untrained network, train field/prediction itself, and follow what the "
          "trainer gives");
    const auto [of_x, of_given] =
        weir::to_velocity(space(), *interpolant_, at::tensor({0.0, 1.0}, at::kDouble));
    const Tensor whole = at::isfinite(of_x) & at::isfinite(of_given);
    first_ = whole[0].item<bool>() ? 0 : floor_();
    last_ = whole[1].item<bool>() ? 1 : 1 - floor_();
  }

  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override {
    field_->plan_for(domain, plan);
    if (domain.path && !reads_alike(*domain.path))
      plan.fault(
          "",
          "'" + path() + "' predicts the " + of_() + " of the path '" + interpolant_->path() +
              "', and the objective is of the path '" + domain.path->path() +
              "', on which the same velocity is another prediction",
          "give field/prediction the `interpolant` of the objective, noise and noise_in_target included");
  }
  weir::Params init(const weir::Domain& domain, weir::Rng& rng) const override {
    return field_->init(domain, rng);
  }
  bool taped() const override { return field_->taped(); }

  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    const Tensor said = field_->velocity(params, x, t, context);
    const Tensor predicted = of_() == "logits"       ? (said / 2).tanh()
                             : of_() == "categories" ? said.softmax(-1)
                                                     : said;
    const Tensor times = t.to(at::kDouble).clamp(first_, last_);
    return weir::to_velocity(space(), *interpolant_, times)(x, predicted);
  }

 private:
  weir::Space space() const {
    return of_() == "logits" || of_() == "categories" ? weir::Space::data : weir::space_named(of_());
  }

  // Whether what is predicted is the same function of x and v on this path.
  bool reads_alike(const weir::Interpolant& path) const {
    const auto* other = dynamic_cast<const weir::TwoPoint*>(&path);
    if (!other) return false;
    const Tensor t = at::linspace(0.05, 0.95, 19, at::kDouble);
    const weir::Conversion here = weir::to_velocity(space(), *interpolant_, t),
                           there = weir::to_velocity(space(), *other, t);
    const auto same = [](const Tensor& a, const Tensor& b) { return at::allclose(a, b, 1e-9, 1e-9, true); };
    return same(here.of_x, there.of_x) && same(here.of_given, there.of_given);
  }
};

}  // namespace

WEIR_PLUGIN(Prediction, "A velocity from a network that predicts the data, the noise, the score or logits")

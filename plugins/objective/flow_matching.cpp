// plugins/objective/flow_matching.cpp -- conditional flow matching: the velocity, or what follows from it, beside that of the pair.
//
//   x_t = alpha(t) x0 + beta(t) x1 + gamma(t) z        l_i = || u_t - v(x_t, t) ||^2 (sum over coordinates), times the pair's weight
//
//   loss: data     || x1 - x1^ ||^2 = (sigma / W)^2 || u_t - v ||^2,   (1 - t)^2 || u_t - v ||^2 on the linear path
//   loss: noise    || x0 - x0^ ||^2 = (beta / W)^2 || u_t - v ||^2,          t^2 || u_t - v ||^2
//
// where x1^ and x0^ are the predictions that the velocity is one of (core/kinds/flow/space.hpp, with sigma and W). The space that is
// compared weighs the times and leaves the minimiser, E[u_t | x_t], as it is; what a network predicts is its field's matter:
// field/prediction. On a path with noise the second form counts; where x0 ~ N(0, I) is independent of x1 it differs from || x1 - x1^ ||^2,
// or from the square for the joint noise of x0 and z, by what does not depend on the field.
//
// Source   Lipman et al., arXiv 2210.02747; Tong et al., arXiv 2302.00482; the loss of arXiv 2510.18118.
//          The space that is compared, as a weight over t: Salimans, Ho, arXiv 2202.00512, section 4.
//          Labels left out at random for guidance: Ho, Salimans, arXiv 2207.12598.
// Oracle   what is fitted by it is the posterior mean, whatever space is compared; the loss of the exact field between normal laws is D
//          pi / 2; closed-form loss and gradient variance (metric/gradient_variance_exact) within 3.5 standard errors.
// Peers    torchcfm ConditionalFlowMatcher.sample_location_and_conditional_flow and a mean of squares; flow_matching
//          AffineProbPath.sample and the same; rectified-flow's loss; interflow loss b; SiT VELOCITY
// Shapes   x0, x1, z, x_t, u_t [B, item...]    t, l [B]
// Limits   no weighting over t beyond that of `loss` and the law of the time sampler. Parts for closed forms (FlowMatchingParts) are of
//          loss: velocity alone, and of a path of two points; so is loss: data or noise. A path through several points is that of
//          interpolant/spline. loss: noise beside a bridge's noise weighs t near 1 as 1 / (1 - t), which has no mean.
#include <weir/kinds/facets/dependent_times.hpp>
#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/space.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class FlowMatching final : public weir::Objective {
  weir::Port<weir::Coupling> coupling_{this, "coupling", "pairs of source and target points"};
  weir::Port<weir::Interpolant> interpolant_{this, "interpolant", weir::by_default("linear"),
                                             "path between the points of a pair"};
  weir::Port<weir::Time> time_{this, "time", weir::by_default("uniform"), "law of t"};
  weir::Param<double> leave_out_{this, "leave_out", 0, weir::below_one,
                                 "share of rows whose context is left out, so that a flow can be guided"};
  weir::Param<std::string> loss_{this, "loss", "velocity", weir::one_of({"velocity", "data", "noise"}),
                                 "what is compared: the velocity, or the x1 or x0 that follows from it"};
  weir::Facet<weir::FlowMatchingParts> parts_{this, [this] { return parts(); }};

 public:
  void plan(weir::Plan& plan) override {
    weir::plan_path(plan, *interpolant_, *coupling_);
    if (loss_() != "velocity" && !two_point())
      plan.fault("loss",
                 "loss: " + loss_() + " follows from the velocity on a path of two points, and '" +
                     interpolant_->path() + "' is another path",
                 "write loss: velocity, or use interpolant/linear");
    if (leave_out_() > 0 && coupling_->context().empty())
      plan.fault("leave_out",
                 "leave_out is of what a field is told beside x and t, and these pairs have nothing of that",
                 "give the target labels, or remove leave_out");
  }

  weir::Shape shape() const override { return coupling_->shape(); }
  weir::Domain domain() const override {
    weir::Domain domain{coupling_->shape(), coupling_->context()};
    domain.left_out = leave_out_() > 0;
    domain.path = &*interpolant_;
    return domain;
  }
  bool sorted_time() const override { return time_->sorted(); }
  bool dependent_rows() const override {
    return coupling_->dependent_rows() || weir::facet<weir::DependentTimes>(*time_);
  }

  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng pairs = rng.at("pairs"), times = rng.at("time"), noise = rng.at("noise");
    weir::Batch batch = coupling_->draw(n, pairs);
    if (leave_out_() > 0) {
      const Tensor gone = rng.at("leave_out").uniform({n}) < leave_out_();
      for (const auto& [name, none] : weir::left_out(batch.context)) {
        Tensor& told = batch.context.at(name);
        told = at::where(weir::expand_as_items(gone, told), none, told);
      }
    }
    const Tensor t = time_->sample(n, times);
    const Tensor z = noise.normal(batch.x0().sizes());
    const weir::Interpolant::Point point = interpolant_->at(batch, t, z);
    return {std::move(batch), {{"t", t}, {"z", z}, {"xt", point.xt}, {"ut", point.ut}}};
  }

  weir::Loss loss(const weir::Field& field, const weir::Params& params,
                  const weir::Sample& sample) const override {
    const Regression of = *regression(sample);
    const Tensor loss = (of.u - field.velocity(params, of.x, of.t, of.context)).square().flatten(1).sum(1);
    return of.w.defined() ? loss * of.w : loss;
  }

  std::optional<Regression> regression(const weir::Sample& sample) const override {
    Tensor w = sample.batch.weight;
    if (loss_() != "velocity") {
      const weir::Conversion compared =
          weir::from_velocity(weir::space_named(loss_()), *two_point(), weir::off_the_ends(sample["t"]));
      const Tensor of_space = compared.of_given.square().to(sample["ut"].scalar_type());
      w = w.defined() ? of_space * w : of_space;
    }
    return Regression{sample["xt"], sample["t"], sample.batch.context, sample["ut"], w};
  }

 private:
  std::optional<weir::FlowMatchingParts> parts() const {
    const weir::TwoPoint* path = two_point();
    if (!path || loss_() != "velocity") return std::nullopt;
    return weir::FlowMatchingParts{path, &*time_, &*coupling_};
  }
  // The path where it has coefficients, else null.
  const weir::TwoPoint* two_point() const { return dynamic_cast<const weir::TwoPoint*>(&*interpolant_); }
};

}  // namespace

WEIR_PLUGIN(FlowMatching, "Conditional flow matching with the velocity as target")

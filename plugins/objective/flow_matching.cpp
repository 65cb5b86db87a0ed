// plugins/objective/flow_matching.cpp -- conditional flow matching with the velocity as target.
//
//   x_t = alpha(t) x0 + beta(t) x1 + gamma(t) z        l_i = || u_t - v(x_t, t) ||^2 (sum over coordinates), times the pair's weight
//
// Source   Lipman et al., arXiv 2210.02747; Tong et al., arXiv 2302.00482; the loss of arXiv 2510.18118.
// Shapes   x0, x1, z, x_t, u_t [B, item...]    t, l [B]
// Limits   the target is the conditional velocity; no weighting over t beyond the law of the time sampler.
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class FlowMatching final : public weir::Objective {
  weir::Port<weir::Coupling> coupling_{this, "coupling", "pairs of source and target points"};
  weir::Port<weir::Interpolant> interpolant_{this, "interpolant", weir::by_default("linear"),
                                             "path between the points of a pair"};
  weir::Port<weir::Time> time_{this, "time", weir::by_default("uniform"), "law of t"};

 public:
  weir::Shape shape() const override { return coupling_->shape(); }
  bool sorted_time() const override { return time_->sorted(); }
  const weir::Coupling& coupling() const override { return *coupling_; }
  std::optional<Parts> flow_matching() const override { return Parts{&*interpolant_, &*time_}; }

  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng pairs = rng.at("pairs"), times = rng.at("time"), noise = rng.at("noise");
    weir::Batch batch = coupling_->draw(n, pairs);
    const Tensor t = time_->sample(n, times);
    const Tensor z = noise.normal(batch.x0().sizes());
    const weir::Interpolant::Point point = interpolant_->at(batch, t, z);
    return {std::move(batch), t, z, point.xt, point.ut};
  }

  Tensor loss(const weir::Field& field, const weir::Params& params,
              const weir::Sample& sample) const override {
    const Tensor v = field.velocity(params, sample.xt, sample.t, sample.batch.context);
    const Tensor loss = (sample.ut - v).square().flatten(1).sum(1);
    return sample.batch.weight.defined() ? loss * sample.batch.weight : loss;
  }
};

}  // namespace

WEIR_PLUGIN(FlowMatching, "Conditional flow matching with the velocity as target")

// plugins/objective/variational.cpp -- variational flow matching: a velocity that is told a code z of the pair, so that paths may cross.
//
//   (m, s) = encoder(inputs)     z = m + exp(s / 2) eps,  eps ~ N(0, I_k)
//   rec = loss of `objective` with v(x_t, t, z),  || u_t - v(x_t, t, z) ||^2 of objective/flow_matching
//   kl  = KL(N(m, diag exp s) || N(0, I)) = 1/2 sum of m^2 + exp s - 1 - s
//   l   = rec + beta kl
//
// Of u_t ~ N(v(x_t, t, z), beta / 2 I), z ~ N(0, I), it is beta times the bound of - log p(u_t | x_t) from above, but for a constant:
// beta = 2 is unit variance. A flow is told one z ~ N(0, I) for each path and keeps it from start to end; the encoder has no part in it.
// In a batch the context "z" is eps, which has the law that a flow is told.
//
// Marginals    A field that is told z takes the law of x_0 given z to that of x_1 given z. A flow starts where x_0 and z are independent
//              and z does not depend on t: inputs: x1 has both on independent pairs, and with a law of z that is near N(0, I) the ends
//              have the law of x_1. A code of x_0, or of t, is frozen where the training turns it, and the ends have another law.
// inputs       all: x_0, x_1, x_t and t; ends: x_0 and x_1; x1: x_1 alone
//
// Source   Guo, Schwing, arXiv 2502.09616 (the objective and the sampling; its constants are not stated anywhere that could be read);
//          the bound: Kingma, Welling, arXiv 1312.6114.
// Oracle   -log p(u | x) of a linear field at the posterior, and the KL divergence above it elsewhere; KL by quadrature; beta (1 + log(pi
//          / (2 beta))) for the best code of x1.
// Peers    none
// Shapes   x_0, x_1, x_t [B, item...]; t, rec, kl, l [B]; m, s, eps, z [B, k]
// Limits   One z for each row; a diagonal covariance. The encoder is not told what else belongs to a pair (labels), the field is. The
//          pair's weight, where a coupling has one, is that of l. Guidance leaves z out with the labels: z = 0 in the velocity without.
#include <fmt/format.h>

#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Params;
using weir::Tensor;

constexpr const char* code = "z";  // what the field is told
const std::string prefix = "encoder.";

class Variational final : public weir::Objective {
  weir::Port<weir::Objective> objective_{
      this, "objective", "flow matching, whose pairs, times and loss are taken; its field is told z as well"};
  weir::Port<weir::Network> encoder_{this, "encoder",
                                     "what gives m and s, 2 x latent numbers, from the inputs"};
  weir::Param<std::int64_t> latent_{this, "latent", 1, weir::between(1, 65536), "numbers k of a code z"};
  weir::Param<double> beta_{this, "beta", 1, weir::non_negative, "weight of kl"};
  weir::Param<std::string> inputs_{this, "inputs", "all", weir::one_of({"all", "ends", "x1"}),
                                   "what the encoder is given of a pair"};

  Own encoder() const {
    const weir::Domain::Entry point{.shape = objective_->shape()};
    weir::Network::Signature signature{{{"x1", point}}, {2 * latent_()}};
    if (inputs_() != "x1") signature.inputs["x0"] = point;
    if (inputs_() == "all") {
      signature.inputs["xt"] = point;
      signature.inputs["t"] = {};
    }
    return {&*encoder_, std::move(signature), prefix};
  }

  weir::Context given_to_encoder(const weir::Sample& sample) const {
    weir::Context inputs{{"x1", sample.batch.x1()}};
    if (inputs_() != "x1") inputs["x0"] = sample.batch.x0();
    if (inputs_() == "all") {
      inputs["xt"] = sample["xt"];
      inputs["t"] = sample["t"];
    }
    return inputs;
  }

 public:
  void plan(weir::Plan& plan) override {
    weir::Rng rng = objective_->rng().at("init");
    if (!objective_->takes_field())
      return plan.fault(
          "objective",
          fmt::format("'{}' asks no field: there is no velocity to tell a code", objective_->path()),
          "take objective/flow_matching");
    if (!objective_->init(rng).empty() || objective_->domain().context.contains(code))
      return plan.fault("objective",
                        fmt::format("'{}' has networks of its own, or tells its field a '{}' already",
                                    objective_->path(), code),
                        "take objective/flow_matching");
    const Own own = encoder();
    own.network->plan_for(own.signature, plan);
  }

  weir::Shape shape() const override { return objective_->shape(); }
  weir::Domain domain() const override {
    weir::Domain domain = objective_->domain();
    domain.context[code] = {.shape = {latent_()}};
    return domain;
  }
  bool sorted_time() const override { return objective_->sorted_time(); }
  bool dependent_rows() const override { return objective_->dependent_rows(); }
  std::optional<std::int64_t> most_rows() const override { return objective_->most_rows(); }
  bool taped() const override { return objective_->taped() && encoder_->taped(); }
  std::optional<Own> network() const override { return encoder(); }
  Params init(weir::Rng& rng) const override {
    const Own own = encoder();
    return own.network->init(own.signature, rng).prefixed(prefix);
  }

  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng noise = rng.at("eps");
    weir::Sample sample = objective_->sample(n, rng);
    sample.batch.context[code] = noise.normal({n, latent_()});
    return sample;
  }

  std::vector<std::string> terms() const override { return {"rec", "kl"}; }
  weir::Loss loss(const weir::Field& field, const Params& params, const weir::Sample& sample) const override {
    const auto told = encoder_->forward(params.under(prefix), given_to_encoder(sample)).chunk(2, 1);
    const Tensor &m = told[0], &s = told[1];
    weir::Sample coded = sample;
    Tensor& z = coded.batch.context.at(code);
    z = m + (s / 2).exp() * z;
    const Tensor rec = objective_->loss(field, params, coded).rows;
    Tensor kl = (m.square() + s.expm1() - s).sum(1) / 2;
    if (sample.batch.weight.defined()) kl = kl * sample.batch.weight;
    return {rec + beta_() * kl, {{"rec", rec}, {"kl", kl}}};
  }
};

}  // namespace

WEIR_PLUGIN(Variational, "Flow matching with a velocity that is told a code of the pair, and its encoder")

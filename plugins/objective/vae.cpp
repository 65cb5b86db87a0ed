// plugins/objective/vae.cpp -- a variational autoencoder: two networks, one to a code z of a point and one back.
//
//   (m, s) = encoder(x)      z = m + exp(s / 2) eps,  eps ~ N(0, I_k)      y = decoder(z)
//   rec = -log p(x | z)      gaussian:   || x - y ||^2 / (2 sigma^2) + D / 2 log(2 pi sigma^2)
//                            bernoulli:  - sum of x log p + (1 - x) log(1 - p),  p = 1 / (1 + exp(-y))
//   kl  = KL(N(m, diag exp s) || N(0, I)) = 1/2 sum of m^2 + exp s - 1 - s
//   l   = rec + beta kl,  whose mean over eps is for beta = 1 the bound of -log p(x) from above
//
// Source   Kingma, Welling, arXiv 1312.6114, sections 2.3, 2.4 and appendix B, C; beta: Higgins et al., ICLR 2017.
// Oracle   -log p(x) of linear networks at the posterior, and the KL divergence above it elsewhere; KL by quadrature; a training ends at
//          the entropy of its points.
// Peers    none among libraries of flows
// Shapes   x [B, item...] of D numbers; m, s, eps, z [B, k]; y [B, D]; rec, kl, l [B]
// Limits   one z for each x; a diagonal covariance; a fixed sigma. A trainer gives one of the networks as its `network`: `gives`.
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/kinds/learn/objective.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Params;
using weir::Tensor;

class Vae final : public weir::Objective {
  weir::Port<weir::Source> data_{this, "data", "points x"};
  weir::Port<weir::Network> encoder_{this, "encoder",
                                     "what gives m and s, 2 x latent numbers, from an input x"};
  weir::Port<weir::Network> decoder_{this, "decoder", "what gives y, a number for each of x's, from z"};
  weir::Param<std::int64_t> latent_{this, "latent", 2, weir::between(1, 65536), "numbers k of a code z"};
  weir::Param<std::string> likelihood_{this, "likelihood", "gaussian",
                                       weir::one_of({"gaussian", "bernoulli"}),
                                       "law of x about y; bernoulli: of numbers from 0 to 1"};
  weir::Param<double> sigma_{this, "sigma", 1, weir::positive,
                             "spread of x about y, where likelihood is gaussian"};
  weir::Param<double> beta_{this, "beta", 1, weir::non_negative, "weight of kl"};
  weir::Param<std::string> gives_{this, "gives", "decoder", weir::one_of({"decoder", "encoder"}),
                                  "which network a trainer gives"};

  Own encoder() const {
    return {&*encoder_, {{{"x", {.shape = data_->shape()}}}, {2 * latent_()}}, "encoder."};
  }
  Own decoder() const {
    std::int64_t numbers = 1;
    for (const std::int64_t size : data_->shape()) numbers *= size;
    return {&*decoder_, {{{"z", {.shape = {latent_()}}}}, {numbers}}, "decoder."};
  }

  void refuse_outside(const Tensor& x) const {
    constexpr double round_off = 1e-6;  // of grey values that were scaled
    const Tensor outside = x.masked_select((x < -round_off) | (x > 1 + round_off));
    if (outside.numel() > 0)
      throw std::invalid_argument(
          fmt::format("likelihood: bernoulli is of numbers from 0 to 1, and '{}' has {:g}; draw x from that "
                      "range, or write likelihood: gaussian",
                      data_->path(), outside[0].item<double>()));
  }

  Tensor surprise(const Tensor& x, const Tensor& y) const {
    if (likelihood_() == "bernoulli") return -(x * at::log_sigmoid(y) + (1 - x) * at::log_sigmoid(-y)).sum(1);
    const double constant = std::log(2 * std::numbers::pi) + 2 * std::log(sigma_());
    return (((x - y) / sigma_()).square() + constant).sum(1) / 2;
  }

 public:
  void plan(weir::Plan& plan) override {
    for (const Own& own : {encoder(), decoder()}) own.network->plan_for(own.signature, plan);
  }

  weir::Shape shape() const override { return data_->shape(); }
  bool takes_field() const override { return false; }
  bool taped() const override { return encoder_->taped() && decoder_->taped(); }
  std::optional<Own> network() const override { return gives_() == "decoder" ? decoder() : encoder(); }
  Params init(weir::Rng& rng) const override {
    Params all;
    for (const Own& own : {encoder(), decoder()}) {
      weir::Rng stream = rng.at(own.prefix);
      all = all.joined(own.network->init(own.signature, stream).prefixed(own.prefix));
    }
    return all;
  }

  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng rows = rng.at("rows"), noise = rng.at("eps");
    weir::Batch batch = weir::drawn_from(*data_, n, rows);
    batch.context.clear();  // neither network is told a class
    if (likelihood_() == "bernoulli") refuse_outside(batch.x0());
    return {std::move(batch), {{"eps", noise.normal({n, latent_()})}}};
  }

  std::vector<std::string> terms() const override { return {"rec", "kl"}; }
  weir::Loss loss(const weir::Field&, const Params& params, const weir::Sample& sample) const override {
    const Tensor& x = sample.batch.x0();
    const auto code = encoder_->forward(params.under("encoder."), {{"x", x}}).chunk(2, 1);
    const Tensor &m = code[0], &s = code[1];
    const Tensor z = m + (s / 2).exp() * sample["eps"];
    const Tensor rec = surprise(x.flatten(1), decoder_->forward(params.under("decoder."), {{"z", z}}));
    const Tensor kl = (m.square() + s.expm1() - s).sum(1) / 2;
    return {rec + beta_() * kl, {{"rec", rec}, {"kl", kl}}};
  }
};

}  // namespace

WEIR_PLUGIN(Vae, "Variational autoencoder: minus the evidence's lower bound, of two networks")

// tools/check/laws/noise.cpp -- laws of every noise schedule.
#include <fmt/format.h>

#include <weir/kinds/facets/infinite_action.hpp>
#include <weir/kinds/flow/noise.hpp>
#include <weir/math/variance/infinite_moments.hpp>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

std::shared_ptr<Noise> made(const Subject& subject, const at::TensorOptions& options = f64) {
  return World::of(subject, {2}, options)->run<Noise>(subject);
}

Tensor times() { return at::linspace(0.02, 0.98, 97, f64); }

void keeps_its_shape(const Subject& subject) {
  for (const at::TensorOptions& options : {f32, f64}) {
    const auto noise = made(subject, options);
    const Tensor t = times().to(options);
    for (const Tensor& value : {noise->gamma(t), noise->dgamma(t)}) {
      const bool kept = value.sizes() == t.sizes() && value.scalar_type() == t.scalar_type();
      require(kept, "gamma and dgamma have the shape and the precision of t",
              fmt::format("{} {} at t {} {}", text_of(value.scalar_type()), text_of(value.sizes()),
                          text_of(t.scalar_type()), text_of(t.sizes())),
              "compute them from t itself, as sigma * at::ones_like(t)");
    }
  }
}

void is_not_negative(const Subject& subject) {
  const Tensor gamma = made(subject)->gamma(times());
  require((gamma >= 0).all().item<bool>(), "gamma(t) >= 0 for t in (0, 1)",
          fmt::format("{:.6g}", number(gamma.min())), "a spread has no sign: correct gamma");
}

void says_whether_it_is_zero(const Subject& subject) {
  const auto noise = made(subject);
  const bool zero = (noise->gamma(times()) == 0).all().item<bool>();
  require(noise->zero() == zero, "zero() says whether gamma is zero everywhere",
          fmt::format("zero() is {} and gamma is {}", noise->zero(), zero ? "zero everywhere" : "not zero"),
          "correct zero(): exact fields and probes rely on it");
}

void says_whether_its_action_is_finite(const Subject& subject) {
  const auto world = World::of(subject);
  const auto noise = made(subject);
  const auto path = world->run<TwoPoint>(
      subject.other("interpolant/linear"),
      {.params = {{"noise_in_target", true}}, .given = {{.port = "noise", .node = noise}}});
  const auto& time = world->time;
  const auto ends = divergent_ends(*path, *time, /*power=*/2);
  const bool infinite = facet<InfiniteAction>(*noise).has_value();
  require(infinite != ends.empty(),
          "the facet InfiniteAction is there where dgamma^2 cannot be integrated from 0 to 1, and only there",
          fmt::format("it is {} and {}", infinite ? "there" : "not there",
                      ends.empty() ? "dgamma^2 can be" : ends.front().reason),
          infinite ? "remove the Facet<InfiniteAction>, or give it only with the parameters that need it"
                   : "declare a Facet<InfiniteAction>: with noise_in_target the loss is infinite");
}

void has_its_derivative(const Subject& subject) {
  const auto noise = made(subject);
  const double h = 1e-5;
  const Tensor t = times();
  require_close(noise->dgamma(t), (noise->gamma(t + h) - noise->gamma(t - h)) / (2 * h), 1e-6, 1e-8,
                "dgamma is the derivative of gamma (central differences)",
                "correct dgamma: it enters the target velocity with noise_in_target");
}

void is_the_same_in_float32(const Subject& subject) {
  const Tensor t = times().to(at::kFloat);
  const auto one = made(subject, f32), other = made(subject);
  const std::string rule = "float32 gives what float64 gives, to float32's accuracy";
  const std::string remedy = "take device and dtype from t, and keep constants in double";
  const auto compare = [&](const Tensor& a, const Tensor& b) {
    require_close(a, b, float32_round_off, float32_round_off * number(b.abs().max()), rule, remedy);
  };
  compare(one->gamma(t), other->gamma(t.to(at::kDouble)));
  compare(one->dgamma(t), other->dgamma(t.to(at::kDouble)));
}

}  // namespace

std::vector<Law> noise_laws() {
  return {{"shape", keeps_its_shape},         {"sign", is_not_negative},
          {"zero", says_whether_it_is_zero},  {"action", says_whether_its_action_is_finite},
          {"derivative", has_its_derivative}, {"float32", is_the_same_in_float32}};
}

}  // namespace weir::conformance

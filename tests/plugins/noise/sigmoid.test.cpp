// tests/plugins/noise/sigmoid.test.cpp -- noise that is switched on and off beside its definition in many digits.
#include <weir/kinds/flow/noise.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Noise;
using weir::Tensor;

namespace {

// mpmath 1.3 with 40 digits: S = lambda x: 1 / (1 + exp(-x));
// g = lambda t, f: S(f (t - 1/2) + 1) - S(f (t - 1/2) - 1) - S(-f/2 + 1) + S(-f/2 - 1), and mpmath.diff of it
const std::vector<double> times{0.05, 0.25, 0.9};
struct Known {
  double steepness;
  std::vector<double> gamma, dgamma;
};
const Known known[] = {{10,
                        {0.0097285062300034078, 0.13759970624954324, 0.025219435447825142},
                        {0.24399452184865793, 1.206934281905973, -0.38528603060121978}},
                       {4,
                        {0.031185794781090471, 0.1592815297854541, 0.063689725238429389},
                        {0.63948632705564049, 0.58002565838597393, -0.65770376512353518}}};

}  // namespace

TEST_CASE("Sigmoid noise is the difference of sigmoids that defines it", "[noise][sigmoid]") {
  for (const Known& of : known) {
    const auto noise = make<Noise>("noise/sigmoid", {{"sigma", 2.0}, {"steepness", of.steepness}});
    const Tensor t = at::tensor(times, f64);
    CHECK(at::allclose(noise->gamma(t), 2 * at::tensor(of.gamma, f64), 1e-14, 0));
    CHECK(at::allclose(noise->dgamma(t), 2 * at::tensor(of.dgamma, f64), 1e-14, 0));
  }
}

TEST_CASE("Sigmoid noise is symmetric, zero at both ends to the bit, and finite at every steepness",
          "[noise][sigmoid]") {
  for (const double steepness : {1e-3, 10.0, 100.0}) {
    const auto noise = make<Noise>("noise/sigmoid", {{"sigma", 1.0}, {"steepness", steepness}});
    for (const at::TensorOptions& options : {f32, f64}) {
      const Tensor t = at::linspace(0, 1, 129, options);  // exact, and so is 1 - t
      const Tensor gamma = noise->gamma(t);
      CHECK(at::isfinite(gamma).all().item<bool>());
      CHECK(at::isfinite(noise->dgamma(t)).all().item<bool>());
      CHECK(at::allclose(gamma, gamma.flip(0), options.dtype() == at::kFloat ? 1e-5 : 1e-13, 0));
      CHECK(number(gamma[0]) == 0);
      CHECK(number(gamma[128]) == 0);
    }
  }
}

TEST_CASE("A steepness of zero or too large for float32 is outside the limits of sigmoid noise",
          "[noise][sigmoid]") {
  const weir::ParamSchema& steepness = *built_plugin("noise/sigmoid").param("steepness");
  CHECK(steepness.minimum_excluded);
  CHECK(steepness.maximum == std::optional(100.0));
}

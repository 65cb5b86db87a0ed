// tests/laws/interpolant.test.cpp -- laws of every registered interpolant.
#include <weir/kinds/interpolant.hpp>

#include "../plugins/values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Interpolant;
using weir::Tensor;

struct Made {
  Made(const std::string& id, const std::string& noise_id, bool noise_in_target)
      : noise(make<weir::Noise>(noise_id)),
        path(make<Interpolant>(id, {{"noise_in_target", noise_in_target}})) {
    bind(*path, "noise", *noise);
    weir::Rng rng(8, "pairs", f64);
    batch.points = {rng.at("x0").normal({9, 3}), rng.at("x1").normal({9, 3})};
    z = rng.at("z").normal({9, 3});
    t = at::linspace(0.1, 0.9, 9, f64);
  }
  std::unique_ptr<weir::Noise> noise;
  std::unique_ptr<Interpolant> path;
  weir::Batch batch;
  Tensor z, t;
};

}  // namespace

TEST_CASE("Every interpolant starts at x0 and ends at x1", "[laws][interpolant]") {
  for (const std::string& id : plugins_of("interpolant")) {
    INFO(id);
    const Made made(id, "noise/zero", false);
    CHECK(at::allclose(made.path->at(made.batch, at::zeros({9}, f64), made.z).xt, made.batch.x0(), 1e-12,
                       1e-12));
    CHECK(at::allclose(made.path->at(made.batch, at::ones({9}, f64), made.z).xt, made.batch.x1(), 1e-12,
                       1e-12));
  }
}

TEST_CASE("Every interpolant's target is the velocity of its path, with its noise if that is asked for",
          "[laws][interpolant]") {
  const double h = 1e-5;
  for (const std::string& id : plugins_of("interpolant")) {
    for (const std::string& noise : plugins_of("noise")) {
      INFO(id << " with " << noise);
      const auto difference = [&](const Made& made, const Tensor& z) {
        return (made.path->at(made.batch, made.t + h, z).xt - made.path->at(made.batch, made.t - h, z).xt) /
               (2 * h);
      };
      const Made whole(id, noise, true), plain(id, noise, false);
      CHECK(at::allclose(whole.path->at(whole.batch, whole.t, whole.z).ut, difference(whole, whole.z), 1e-6,
                         1e-7));
      // Without noise_in_target it is the velocity of the path whose z is 0, whatever z was drawn.
      CHECK(at::allclose(plain.path->at(plain.batch, plain.t, plain.z).ut,
                         difference(plain, at::zeros_like(plain.z)), 1e-6, 1e-7));
    }
  }
}

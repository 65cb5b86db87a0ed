// tests/kinds/space.test.cpp -- predictions of a path and its velocity, each from the other, beside normal laws that are known.
#include <weir/kinds/flow/space.hpp>

#include "../plugins/field/given.hpp"
#include "../plugins/values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Space;
using weir::Tensor;

constexpr Space others[] = {Space::data, Space::noise, Space::score};

// What is expected at x of X0, Z ~ N(0, 1) and X1 ~ N(m, s^2), independent, on the linear path: by regression on x_t, of which all
// are linear functions plus something independent.
struct Normal {
  static constexpr double m = 1.5, s = 0.4;
  Normal(const Path& of, const Tensor& times) : t(times.unsqueeze(1)) {
    const weir::Noise& noise = of.interpolant->noise();
    gamma = noise.gamma(times).unsqueeze(1);
    if (of.interpolant->noise_in_target()) slope = slope + gamma * noise.dgamma(times).unsqueeze(1);
    sigma = ((1 - t).square() + gamma.square()).sqrt();
    variance = (sigma.square() + t.square() * s * s);
  }
  Tensor operator()(Space space, const Tensor& x) const {
    const Tensor off = (x - t * m) / variance;
    if (space == Space::data) return m + t * s * s * off;
    if (space == Space::noise) return sigma * off;
    if (space == Space::score) return -off;
    return m + (slope - (1 - t) + t * s * s) * off;  // covariance of u_t with x_t
  }
  Tensor t, gamma, slope = at::zeros({1}, f64), sigma, variance;
};

Path path_with(const std::string& noise, bool in_target) {
  return Path(noise, noise == "noise/zero" ? nlohmann::json::object() : nlohmann::json{{"sigma", 0.5}},
              in_target);
}

// Times from `distance` to 1 - `distance`, and points.
Tensor times(double distance) { return at::linspace(distance, 1 - distance, 41, f64); }
Tensor points() { return 1 + 2 * weir::Rng(3, "space", f64).normal({41, 2}); }

}  // namespace

TEST_CASE("On the line from 1 to 5, at a quarter of the way, data, noise and score give the velocity 4",
          "[kinds][space]") {
  const Path path;
  const Tensor t = row_of({0.25}), x = row_of({2}).view({1, 1});
  for (const auto& [space, predicted] :
       {std::pair(Space::data, 5.0), std::pair(Space::noise, 1.0), std::pair(Space::score, -1 / 0.75),
        std::pair(Space::velocity, 4.0)}) {
    const Tensor given = at::full({1, 1}, predicted, f64), v = at::full({1, 1}, 4.0, f64);
    CHECK(number(weir::to_velocity(space, *path.interpolant, t)(x, given)) == Approx(4));
    CHECK(number(weir::from_velocity(space, *path.interpolant, t)(x, v)) == Approx(predicted));
  }
}

TEST_CASE("Exact posterior means and scores of normal laws give the exact velocity, and it gives them",
          "[kinds][space]") {
  const std::string noise = GENERATE("noise/zero", "noise/constant", "noise/brownian");
  const bool in_target = GENERATE(false, true);
  INFO(noise << (in_target ? " in the target" : ""));
  const Path path = path_with(noise, in_target);
  const Tensor t = times(0.05), x = points();
  const Normal exact(path, t);
  const Tensor v = exact(Space::velocity, x);
  for (const Space space : others) {
    INFO(static_cast<int>(space));
    // Divided by at most 0.05 twice (the score), so that 1e-16 becomes 1e-13.
    CHECK(at::allclose(weir::to_velocity(space, *path.interpolant, t)(x, exact(space, x)), v, 1e-12, 1e-12));
    CHECK(
        at::allclose(weir::from_velocity(space, *path.interpolant, t)(x, v), exact(space, x), 1e-12, 1e-12));
  }
}

TEST_CASE("Whatever is predicted comes back through the velocity, a thousandth from the ends too",
          "[kinds][space]") {
  const std::string noise = GENERATE("noise/zero", "noise/constant", "noise/brownian");
  const bool in_target = GENERATE(false, true);
  INFO(noise << (in_target ? " in the target" : ""));
  const Path path = path_with(noise, in_target);
  const Tensor t = times(1e-3), x = points(), given = weir::Rng(4, "given", f64).normal({41, 2});
  for (const Space space : others) {
    const Tensor v = weir::to_velocity(space, *path.interpolant, t)(x, given);
    CHECK(at::allclose(weir::from_velocity(space, *path.interpolant, t)(x, v), given, 1e-6, 1e-6));
  }
  // In float32 away from the ends: factors of at most 20, and 400 of the score.
  const Tensor mid = times(0.05), narrow = x.to(at::kFloat);
  for (const Space space : {Space::data, Space::noise}) {
    const Tensor v = weir::to_velocity(space, *path.interpolant, mid)(narrow, given.to(at::kFloat));
    REQUIRE(v.scalar_type() == at::kFloat);
    const Tensor back = weir::from_velocity(space, *path.interpolant, mid)(narrow, v);
    CHECK(at::allclose(back.to(at::kDouble), given, 0, 1e-4));
  }
}

TEST_CASE("A conversion to the velocity is infinite at the ends where it is said to be, and elsewhere finite",
          "[kinds][space]") {
  const auto whole = [](const Path& path, Space space) {
    const auto [of_x, of_given] = weir::to_velocity(space, *path.interpolant, row_of({0, 1}));
    const Tensor finite = at::isfinite(of_x) & at::isfinite(of_given);
    return std::pair(finite[0].item<bool>(), finite[1].item<bool>());
  };
  CHECK(whole(path_with("noise/zero", false), Space::data) == std::pair(true, false));
  CHECK(whole(path_with("noise/zero", false), Space::noise) == std::pair(false, true));
  CHECK(whole(path_with("noise/zero", false), Space::score) == std::pair(false, true));
  CHECK(whole(path_with("noise/constant", false), Space::data) == std::pair(true, true));
  CHECK(whole(path_with("noise/constant", false), Space::noise) == std::pair(false, true));
  CHECK(whole(path_with("noise/brownian", true), Space::data) == std::pair(true, false));
  CHECK(whole(path_with("noise/brownian", true), Space::noise) == std::pair(false, false));
}

TEST_CASE("A space has one of four names", "[kinds][space]") {
  CHECK(weir::space_named("score") == Space::score);
  CHECK_THROWS_WITH(weir::space_named("logits"), "'logits' is none of velocity, data, noise and score");
}

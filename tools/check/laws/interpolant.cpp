// tools/check/laws/interpolant.cpp -- laws of every interpolant.
#include <fmt/format.h>

#include <weir/kinds/facets/inexact_ends.hpp>
#include <weir/kinds/flow/interpolant.hpp>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

std::shared_ptr<Interpolant> interpolant(const World& world, const Subject& subject,
                                         const std::string& noise_id, bool noise_in_target) {
  return world.run<Interpolant>(subject, {.params = {{"noise_in_target", noise_in_target}},
                                          .given = {{"noise", world.run<Noise>(subject.other(noise_id))}}});
}

// A path with this noise, between nine pairs in space, or through more points of each, at times that no law asks by chance.
struct Made {
  Made(const Subject& subject, const std::string& noise_id, bool noise_in_target,
       const at::TensorOptions& options = f64, std::int64_t marginals = 2)
      : path(interpolant(*World::of(subject, {3}, options), subject, noise_id, noise_in_target)) {
    const Rng rng(8, "pairs", f64);
    batch.points = {rng.at("x0").normal({9, 3}).to(options), rng.at("x1").normal({9, 3}).to(options)};
    for (std::int64_t k = 1; k + 1 < marginals; ++k)
      batch.points.insert(batch.points.end() - 1, rng.at("between", k).normal({9, 3}).to(options));
    if (marginals > 2) batch.times = at::linspace(0, 1, marginals, f64).pow(1.3);
    z = rng.at("z").normal({9, 3}).to(options);
    t = at::linspace(0.1, 0.9, 9, f64).to(options);
  }
  // Its coefficients. Skipped where it has none.
  const TwoPoint& two_point() const {
    const auto* known = dynamic_cast<const TwoPoint*>(path.get());
    if (!known) throw Skipped("its path is not one of two points with coefficients");
    return *known;
  }

  std::shared_ptr<Interpolant> path;
  Batch batch;
  Tensor z, t;
};

// The numbers of points, up to five, that a path takes.
std::vector<std::int64_t> numbers_taken(const Subject& subject) {
  const Made made(subject, "noise/zero", false);
  std::vector<std::int64_t> taken;
  for (std::int64_t n = 2; n <= 5; ++n)
    if (made.path->takes(n)) taken.push_back(n);
  if (taken.empty()) throw Skipped("it takes neither two points nor up to five");
  return taken;
}

// Where the path begins, or ends: at x0 and x1 unless it says otherwise.
Tensor end_of(const Made& made, bool last) {
  const auto says = facet<InexactEnds>(*made.path);
  if (!says) return last ? made.batch.x1() : made.batch.x0();
  return last ? says->alpha1 * made.batch.x0() + says->beta1 * made.batch.x1()
              : says->alpha0 * made.batch.x0() + says->beta0 * made.batch.x1();
}

void joins_its_ends(const Subject& subject) {
  const Made made(subject, "noise/zero", false);
  made.two_point();
  const bool inexact = facet<InexactEnds>(*made.path).has_value();
  const auto hold = [&](double t, const std::string& rule, const std::string& remedy) {
    require_close(made.path->at(made.batch, at::full({9}, t, f64), made.z).xt, end_of(made, t == 1), 1e-12,
                  1e-12, inexact ? fmt::format("the path is where InexactEnds says when t = {}", t) : rule,
                  inexact ? "give the numbers that alpha and beta have at the ends" : remedy);
  };
  hold(0, "the path is at x0 when t = 0",
       "alpha(0) = 1 and beta(0) = 0: correct them, or declare a Facet<InexactEnds>");
  hold(1, "the path is at x1 when t = 1",
       "alpha(1) = 0 and beta(1) = 1: correct them, or declare a Facet<InexactEnds>");
}

void gives_a_number_for_each_time(const Subject& subject) {
  const Made made(subject, "noise/zero", false);
  const TwoPoint& path = made.two_point();
  const Tensor functions[] = {path.alpha(made.t), path.beta(made.t), path.dalpha(made.t), path.dbeta(made.t)};
  for (const Tensor& value : functions)
    require(value.sizes() == made.t.sizes(), "alpha, beta and their derivatives are [N] at t [N]",
            fmt::format("{} at t {}", text_of(value.sizes()), text_of(made.t.sizes())),
            "return one number for each time, also where it is the same: at::ones_like(t)");
}

void passes_its_points(const Subject& subject) {
  for (const std::int64_t n : numbers_taken(subject)) {
    const Made made(subject, "noise/zero", false, f64, n);
    for (std::int64_t k = 0; k < n; ++k) {
      const double t = n == 2 ? static_cast<double>(k) : made.batch.times[k].item<double>();
      const bool first = k == 0, last = k + 1 == n;
      require_close(made.path->at(made.batch, at::full({9}, t, f64), made.z).xt,
                    first || last ? end_of(made, last) : made.batch.points[static_cast<std::size_t>(k)],
                    1e-12, 1e-12, fmt::format("of {} points the path is at point {} at its time", n, k),
                    "correct the path, or say in takes() which numbers of points it goes through");
    }
  }
}

void has_its_velocity(const Subject& subject) {
  const double h = 1e-5;
  const auto difference = [&](const Made& made, const Tensor& z) {
    return (made.path->at(made.batch, made.t + h, z).xt - made.path->at(made.batch, made.t - h, z).xt) /
           (2 * h);
  };
  const std::string remedy =
      "the target is the derivative of the path, dalpha and dbeta those of alpha and beta: correct them";
  for (const std::int64_t n : numbers_taken(subject)) {
    for (const std::string& name : known_noises) {
      const Made whole(subject, name, true, f64, n), plain(subject, name, false, f64, n);
      const std::string with = n == 2 ? name : fmt::format("{}, {} points", name, n);
      require_close(
          whole.path->at(whole.batch, whole.t, whole.z).ut, difference(whole, whole.z), 1e-6, 1e-7,
          "with noise_in_target the target is the velocity of the path, noise included (with " + with + ")",
          remedy);
      require_close(
          plain.path->at(plain.batch, plain.t, plain.z).ut, difference(plain, at::zeros_like(plain.z)), 1e-6,
          1e-7,
          "without noise_in_target the target is the velocity of the path whose z is 0 (with " + with + ")",
          remedy);
    }
  }
}

void is_the_same_in_float32(const Subject& subject) {
  const std::int64_t n = numbers_taken(subject).back();
  const Made one(subject, "noise/zero", false, f32, n), other(subject, "noise/zero", false, f64, n);
  Batch batch;
  batch.times = one.batch.times;
  for (const Tensor& points : one.batch.points) batch.points.push_back(points.to(at::kDouble));
  const auto a = one.path->at(one.batch, one.t, one.z);
  const auto b = other.path->at(batch, one.t.to(at::kDouble), one.z.to(at::kDouble));
  const std::string remedy = "take device and dtype from t, and keep constants in double";
  require(a.xt.scalar_type() == at::kFloat && a.ut.scalar_type() == at::kFloat,
          "float32 points and times give float32 points and targets",
          text_of(a.xt.scalar_type()) + " and " + text_of(a.ut.scalar_type()), remedy);
  for (const auto& [x, y] : {std::pair(a.xt, b.xt), std::pair(a.ut, b.ut)})
    require_close(x, y, float32_round_off, float32_round_off * number(y.abs().max()),
                  "float32 gives the path that float64 gives, to float32's accuracy", remedy);
}

}  // namespace

std::vector<Law> interpolant_laws() {
  return {{"shape", gives_a_number_for_each_time},
          {"ends", joins_its_ends},
          {"points", passes_its_points},
          {"velocity", has_its_velocity},
          {"float32", is_the_same_in_float32}};
}

}  // namespace weir::conformance

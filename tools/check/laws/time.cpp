// tools/check/laws/time.cpp -- laws of every law of t.
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/flow/time.hpp>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

constexpr std::int64_t cells = 100000;
constexpr std::int64_t draws = 20000;

std::shared_ptr<Time> made(const Subject& subject, const at::TensorOptions& options = f64) {
  return World::of(subject, {2}, options)->run<Time>(subject);
}

Tensor middles() { return (at::arange(cells, f64) + 0.5) / double(cells); }

Tensor drawn(const Time& time, std::uint64_t seed = 3, std::int64_t n = draws) {
  Rng rng(seed, "time", f64);
  return time.sample(n, rng);
}

// Of a t that is one number there is no density to ask.
std::shared_ptr<Time> made_with_density(const Subject& subject, const at::TensorOptions& options = f64) {
  auto time = made(subject, options);
  if (time->atom()) throw Skipped("its t is one number, which has no density");
  return time;
}

void has_a_density(const Subject& subject) {
  const Tensor density = made_with_density(subject)->density(middles());
  require(density.sizes() == middles().sizes(), "density(t) has the shape of t", text_of(density.sizes()),
          "return one number for each t");
  require((density >= 0).all().item<bool>(), "density(t) >= 0", fmt::format("{:.6g}", number(density.min())),
          "correct density");
  const double total = number(density.mean());
  require(std::abs(total - 1) <= 1e-4, "density integrates to 1 over (0, 1)",
          fmt::format("{:.6g} (midpoint rule on {} cells)", total, cells), "normalise density");
}

void draws_in_the_unit_interval(const Subject& subject) {
  const auto time = made(subject);
  const Tensor t = drawn(*time);
  require(t.sizes() == at::IntArrayRef({draws}), "sample(n) gives [n] times",
          text_of(t.sizes()) + fmt::format(" for n = {}", draws), "return a vector of n times");
  require(((t >= 0) & (t <= 1)).all().item<bool>(), "every t lies in [0, 1]",
          fmt::format("from {:.6g} to {:.6g}", number(t.min()), number(t.max())), "correct sample");
  if (!time->atom())
    require((time->density(t) > 0).all().item<bool>(), "the density is positive where times are drawn",
            "a drawn t whose density is 0", "sample and density are of one law: correct one of them");
  if (time->sorted())
    require(t.equal(std::get<0>(t.sort())), "a sampler that says sorted() gives ascending times",
            "times out of order", "sort them, or leave sorted() false");
}

void follows_its_density(const Subject& subject) {
  const auto time = made(subject);
  if (const auto atom = time->atom()) {
    require(*atom >= 0 && *atom <= 1, "an atom lies in [0, 1]", fmt::format("{:.6g}", *atom), "correct atom");
    const Tensor t = drawn(*time);
    return require(
        (t == *atom).all().item<bool>(), "every t is the atom",
        fmt::format("from {:.6g} to {:.6g} where atom() is {:.6g}", number(t.min()), number(t.max()), *atom),
        "leave atom() to the base class where t varies");
  }
  const Tensor sorted = std::get<0>(drawn(*time).sort());
  const Tensor distribution = time->density(middles()).cumsum(0) / double(cells);
  const Tensor at_samples = distribution.index_select(0, (sorted * cells).to(at::kLong).clamp(0, cells - 1));
  const Tensor empirical = (at::arange(draws, f64) + 0.5) / double(draws);
  // Kolmogorov-Smirnov: above 1.95 / sqrt(n) with probability 0.001.
  const double apart = number((at_samples - empirical).abs().max()), most = 1.95 / std::sqrt(double(draws));
  require(apart < most, "samples follow the density (Kolmogorov-Smirnov at 0.001)",
          fmt::format("distribution functions {:.4f} apart, allowed {:.4f}", apart, most),
          "sample and density are of one law: correct one of them");
}

void is_addressed_by_its_seed(const Subject& subject) {
  const auto time = made(subject);
  require_same(drawn(*time, 1, 20), drawn(*time, 1, 20), "the same Rng address gives the same times",
               "draw from `rng` alone, and keep nothing between two calls");
  require(time->atom() || !drawn(*time, 1, 20).equal(drawn(*time, 2, 20)), "another seed gives other times",
          "the same times", "draw from `rng`");
}

void is_the_same_in_float32(const Subject& subject) {
  const Tensor t = at::linspace(0.02, 0.98, 97, f32);
  const Tensor one = made_with_density(subject, f32)->density(t);
  const Tensor other = made(subject)->density(t.to(at::kDouble));
  require_close(one, other, float32_round_off, float32_round_off,
                "float32 gives the density that float64 gives, to float32's accuracy",
                "take device and dtype from t, and keep constants in double");
}

}  // namespace

std::vector<Law> time_laws() {
  return {{"density", has_a_density},
          {"range", draws_in_the_unit_interval},
          {"samples", follows_its_density},
          {"seed", is_addressed_by_its_seed},
          {"float32", is_the_same_in_float32}};
}

}  // namespace weir::conformance

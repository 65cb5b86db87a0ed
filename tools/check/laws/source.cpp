// tools/check/laws/source.cpp -- laws of every source.
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/moments.hpp>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

std::shared_ptr<Source> made(const Subject& subject, const at::TensorOptions& options = f64) {
  return World::of(subject, {2}, options, Ends::laws)->run<Source>(subject);
}

Tensor drawn(const Source& source, std::int64_t n, std::uint64_t seed,
             const at::TensorOptions& options = f64) {
  Rng rng(seed, "law", options);
  return source.sample(n, rng);
}

void keeps_its_shape(const Subject& subject) {
  for (const at::TensorOptions& options : {f32, f64}) {
    const auto source = made(subject, options);
    for (const std::int64_t n : {1, 7}) {
      const Tensor x = drawn(*source, n, 1, options);
      require(x.sizes() == rows_of(n, source->shape()), "sample(n) gives [n, shape()...]",
              fmt::format("{} for n = {} and shape() {}", text_of(x.sizes()), n, text_of(source->shape())),
              "correct shape(), or reshape what sample gives");
      const auto dtype = options.dtype().toScalarType();
      require(x.scalar_type() == dtype, "samples have the run's dtype",
              fmt::format("{} in a run of {}", text_of(x.scalar_type()), text_of(dtype)),
              "draw from `rng`, and make other tensors with options()");
      require(at::isfinite(x).all().item<bool>(), "samples are finite", "NaN or infinity among the samples",
              "correct sample");
    }
  }
}

void is_addressed_by_its_seed(const Subject& subject) {
  const auto source = made(subject);
  require_same(drawn(*source, 20, 1), drawn(*source, 20, 1), "the same Rng address gives the same samples",
               "draw from `rng` alone, and keep nothing between two calls");
  require(!drawn(*source, 20, 1).equal(drawn(*source, 20, 2)), "another seed gives other samples",
          "the same 20 samples from two seeds", "draw from `rng`, the argument of sample");
}

// Sample mean and covariance within five standard errors of the ones that are promised.
void has_its_moments(const Subject& subject) {
  const auto source = made(subject);
  const auto moments = facet<Moments>(*source);
  if (source->size() || !moments) throw Skipped("it promises no moments");
  const std::int64_t n = 20000;
  const Tensor x = drawn(*source, n, 2).reshape({n, -1});
  const auto& [mean, covariance] = *moments;
  const Tensor centred = x - mean;
  const double root_n = std::sqrt(static_cast<double>(n));
  const std::string remedy = "samples and Moments are of one law: correct one of them";
  require((centred.mean(0).abs() <= 5 * covariance.diagonal().sqrt() / root_n).all().item<bool>(),
          "the mean of 20000 samples lies within 5 standard errors of Moments::mean",
          fmt::format("{:.3g} away", number(centred.mean(0).abs().max())), remedy);
  const Tensor products = centred.unsqueeze(2) * centred.unsqueeze(1);
  const Tensor apart = (products.mean(0) - covariance).abs();
  require((apart <= 5 * products.std(0) / root_n).all().item<bool>(),
          "the covariance of 20000 samples lies within 5 standard errors of Moments::covariance",
          fmt::format("{:.3g} away", number(apart.max())), remedy);
}

// Midpoint rule over eight spreads on either side, in one or two dimensions. A density with jumps errs by their number of
// cells: side 1600 cells over 8 spreads leaves below 1 percent.
void has_a_normalised_density(const Subject& subject) {
  const auto source = made(subject);
  const auto density = facet<LogDensity>(*source);
  const auto moments = facet<Moments>(*source);
  if (!density || !moments) throw Skipped("it promises no log density with moments");
  if (source->shape().size() != 1 || source->shape()[0] > 2)
    throw Skipped("its density is integrated in one or two dimensions only");
  const auto& [mean, covariance] = *moments;
  const std::int64_t d = mean.size(0), cells = d == 1 ? 20000 : 1600;
  const Tensor middle = (at::arange(cells, f64) + 0.5) / static_cast<double>(cells) * 16 - 8;
  const Tensor spread = covariance.diagonal().sqrt();
  const std::vector<Tensor> axes =
      d == 1 ? std::vector<Tensor>{middle} : at::meshgrid({middle, middle}, "ij");
  std::vector<Tensor> coordinates;
  for (std::int64_t i = 0; i < d; ++i)
    coordinates.push_back(axes[static_cast<std::size_t>(i)].reshape({-1}) * spread[i] + mean[i]);
  const double cell =
      number(spread.prod()) * std::pow(16.0 / static_cast<double>(cells), static_cast<double>(d));
  const double total = number(density->at(at::stack(coordinates, 1)).exp().sum()) * cell;
  require(std::abs(total - 1) <= 0.01, "the density integrates to 1, to 1 percent",
          fmt::format("{:.4f} (midpoint rule over 8 spreads on either side)", total),
          "normalise LogDensity, or correct Moments");
}

// Samples are items of the set; distinct draws of all are the set in another order, and of too many are refused.
void is_a_set(const Subject& subject) {
  const auto source = made(subject);
  if (!source->size()) throw Skipped("it is a distribution");
  const std::int64_t size = std::min<std::int64_t>(*source->size(), 2000);
  const auto flat = [](const Tensor& x) { return x.reshape({x.size(0), -1}); };
  const Tensor set = flat(source->items(at::arange(size, at::kLong)));
  if (size < *source->size()) throw Skipped("a set of more than 2000 items takes too long");
  const auto place_in_set = [&](const Tensor& x) { return (x.unsqueeze(1) == set).all(2); };  // [n, size]
  Rng rng(3, "set", f64);
  require(place_in_set(flat(source->sample(30, rng))).any(1).all().item<bool>(),
          "samples of a finite set are items of it", "a sample that is no item",
          "sample by number: items(rng.integers(size, {n}))");
  const Tensor places = place_in_set(flat(source->distinct(size, rng)));
  require(places.any(0).all().item<bool>() && places.any(1).all().item<bool>(),
          "as many distinct items as there are, are the set", "an item that is missing or strange",
          "give in items(index) the items of those numbers");
  try {
    source->distinct(size + 1, rng);
  } catch (const std::invalid_argument&) {
    return;
  }
  throw Broken("more distinct items than there are, are refused", "no error", "correct size()");
}

void is_a_distribution(const Subject& subject) {
  const auto source = made(subject);
  if (source->size()) throw Skipped("it is a finite set");
  std::string text = "no error";
  try {
    source->items(at::zeros({1}, at::kLong));
  } catch (const std::exception& error) {
    text = error.what();
  }
  require(text == "source 'node' is a distribution: it has no items to take by number",
          "items() of a source without size() says that it is a distribution", text,
          "give size() as well, or leave items() to the base class");
}

void has_labels_of_its_classes(const Subject& subject) {
  const auto source = made(subject);
  Rng rng(3, "law", f64);
  const Source::Drawn drawn = source->draw(50, rng);
  const Tensor labels = source->size() ? source->labels() : drawn.label;
  require(labels.defined() == source->classes().has_value(),
          "there are labels where classes() has a number, and there alone",
          labels.defined()    ? "labels without a number of classes"
          : source->classes() ? "classes without labels"
                              : "",
          "give classes(), known after plan, and labels() of a finite set, or draw() of a distribution");
  if (!labels.defined()) return;
  const std::int64_t count = source->size() ? *source->size() : 50;
  require(labels.sizes() == at::IntArrayRef({count}) && labels.scalar_type() == at::kLong,
          "labels are int64, one for each point", text_of(labels.sizes()), "give one class for each point");
  require(((labels >= 0) & (labels < *source->classes())).all().item<bool>(),
          "every label is from 0 to classes() - 1",
          fmt::format("{} to {} of {}", labels.min().item<std::int64_t>(), labels.max().item<std::int64_t>(),
                      *source->classes()),
          "correct classes(), or the labels");
}

}  // namespace

std::vector<Law> source_laws() {
  return {{"shape", keeps_its_shape},
          {"seed", is_addressed_by_its_seed},
          {"moments", has_its_moments},
          {"density", has_a_normalised_density},
          {"set", is_a_set},
          {"distribution", is_a_distribution},
          {"classes", has_labels_of_its_classes}};
}

}  // namespace weir::conformance

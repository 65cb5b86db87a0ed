// tests/plugins/source/mislabelled.test.cpp -- how many classes are wrong, and which ones they become.
#include <cmath>

#include <weir/kinds/facets/log_density.hpp>
#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/facets/mixture_law.hpp>
#include <weir/kinds/facets/moments.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Source;
using weir::Tensor;

namespace {

constexpr std::int64_t items = 6000, classes = 4;

std::unique_ptr<Source> noisy(Source& of, double share, std::uint64_t seed = 0) {
  auto made = make<Source>("source/mislabelled", {{"share", share}}, f64, seed);
  bind(*made, "of", of);
  run(*made);
  return made;
}

// Numbers of pairs (right, found), [classes, classes].
Tensor table(const Tensor& right, const Tensor& found) {
  return at::bincount(right * classes + found, {}, classes * classes)
      .view({classes, classes})
      .to(at::kDouble);
}

// All wrong classes of all right ones as often as each other: within 4.5 standard errors of a binomial number.
void check_even(const Tensor& counts, double share) {
  const double n = number(counts.sum()) / classes;
  for (std::int64_t right = 0; right < classes; ++right)
    for (std::int64_t found = 0; found < classes; ++found) {
      const double p = right == found ? 1 - share : share / (classes - 1);
      CHECK(std::abs(number(counts[right][found]) - n * p) < 4.5 * std::sqrt(n * p * (1 - p)) + 0.2 * n * p);
    }
}

}  // namespace

TEST_CASE("So many classes of a set are wrong, each of the others as often", "[source][mislabelled]") {
  const Tensor labels = at::arange(items, at::kLong).remainder(classes);
  ItemSet set(at::arange(items, f64).view({items, 1}), labels, classes);
  const auto some = noisy(set, 0.4), again = noisy(set, 0.4), other = noisy(set, 0.4, 1),
             none = noisy(set, 0), all = noisy(set, 1);
  check_even(table(labels, some->labels()), 0.4);
  CHECK(value_of(*some, "wrong").equal((some->labels() != labels).to(at::kLong)));
  CHECK(some->labels().equal(again->labels()));
  CHECK_FALSE(some->labels().equal(other->labels()));
  CHECK(none->labels().equal(labels));
  CHECK_FALSE((all->labels() == labels).any().item<bool>());
  CHECK(some->items(at::tensor({3, 5}, at::kLong)).equal(set.items(at::tensor({3, 5}, at::kLong))));
  CHECK(*some->size() == items);
  CHECK(*some->classes() == classes);
}

TEST_CASE("Classes of a distribution are wrong anew at every draw", "[source][mislabelled]") {
  // Four places on the line, far apart, so that the point says which class is right.
  const auto law = make<Source>("source/mixture",
                                {{"means", {{0}, {10}, {20}, {30}}}, {"scale", 0.1}, {"labelled", true}});
  run(*law);
  const auto some = noisy(*law, 0.3);
  CHECK_FALSE(some->output("wrong")->given());
  weir::Rng rng(2, "draw", f64);
  const Source::Drawn drawn = some->draw(items, rng);
  check_even(table((drawn.x.flatten() / 10).round().to(at::kLong), drawn.label), 0.3);
}

TEST_CASE("Wrong classes of wrong classes are drawn on their own", "[source][mislabelled]") {
  // Of two classes each is right again where both flip it.
  const auto law =
      make<Source>("source/mixture", {{"means", {{0}, {10}}}, {"scale", 0.1}, {"labelled", true}});
  run(*law);
  const auto noise = [](Source& of, const std::string& path) {
    auto made = make<Source>("source/mislabelled", {{"share", 0.5}}, f64, 0, path);
    bind(*made, "of", of);
    run(*made);
    return made;
  };
  const auto once = noise(*law, "once"), twice = noise(*once, "twice");
  weir::Rng rng(2, "draw", f64);
  const Source::Drawn drawn = twice->draw(items, rng);
  const Tensor wrong = drawn.label != (drawn.x.flatten() / 10).round().to(at::kLong);
  // With one stream for both it would be none; a half, within 4.5 standard errors.
  CHECK(std::abs(number(wrong.to(at::kDouble).mean()) - 0.5) < 4.5 * 0.5 / std::sqrt(double(items)));
}

TEST_CASE("The law of the points is known as that of the points with right classes",
          "[source][mislabelled]") {
  const auto law = make<Source>("source/mixture",
                                {{"means", {{0}, {10}, {20}, {30}}}, {"scale", 0.1}, {"labelled", true}});
  run(*law);
  const auto some = noisy(*law, 0.3);
  const Tensor x = row_of({0.1, 9, 31}).unsqueeze(1);
  REQUIRE(weir::facet<weir::LogDensity>(*some));
  CHECK(weir::facet<weir::LogDensity>(*some)->at(x).equal(weir::facet<weir::LogDensity>(*law)->at(x)));
  REQUIRE(weir::facet<weir::Moments>(*some));
  CHECK(weir::facet<weir::Moments>(*some)->mean.equal(weir::facet<weir::Moments>(*law)->mean));
  REQUIRE(weir::facet<weir::MixtureLaw>(*some));
  CHECK(weir::facet<weir::MixtureLaw>(*some)->mean.equal(weir::facet<weir::MixtureLaw>(*law)->mean));
  CHECK_FALSE(weir::facet<weir::Measurement>(*some));
}

TEST_CASE("Points without a wrong class are refused", "[source][mislabelled]") {
  ItemSet plain(at::zeros({4, 1}, f64)), one(at::zeros({4, 1}, f64), at::zeros({4}, at::kLong), 1);
  const auto message = [](Source& of) {
    auto made = make<Source>("source/mislabelled", {{"share", 0.5}});
    bind(*made, "of", of);
    return plan(*made).at(0).message;
  };
  CHECK(message(plain) == "'set' does not say of which class its points are");
  CHECK(message(one) == "the points of 'set' are all of one class: there is no wrong one");
}

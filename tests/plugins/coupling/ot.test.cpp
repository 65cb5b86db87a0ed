// tests/plugins/coupling/ot.test.cpp -- exact optimal transport pairs.
#include <algorithm>

#include <weir/kinds/facets/independent_context.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/math/numeric/distance.hpp>

#include "../measured.hpp"
#include "../values.hpp"
#include "six_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Coupling;
using weir::Tensor;

namespace {

// Two Gaussians in the plane, paired by `plugin` under one name and seed, so that the points drawn are the same.
struct Made {
  explicit Made(const std::string& plugin, const json& draw, std::int64_t dim = 2)
      : source(make<weir::Source>("source/gaussian", {{"dim", dim}})),
        target(make<weir::Source>("source/gaussian", {{"dim", dim}, {"mean", {3}}, {"scale", 2}}, f64, 0,
                                  "target")),
        pairs(make<Coupling>(plugin, {{"draw", draw}}, f64, 5, "pairs")) {
    run(*source);
    run(*target);
    bind(*pairs, "source", *source);
    bind(*pairs, "target", *target);
  }
  std::unique_ptr<weir::Source> source, target;
  std::unique_ptr<Coupling> pairs;
};

// From a normal law to another of which something is measured, under one name and seed.
struct Measured {
  explicit Measured(const json& params, std::int64_t dim, const std::string& plugin = "coupling/ot",
                    double sigma = 0.7)
      : source(make<weir::Source>("source/gaussian", {{"dim", dim}})),
        target({{"dim", dim}}, {{"sigma", sigma}}),
        pairs(make<Coupling>(plugin, params, f64, 5, "pairs")) {
    run(*source);
    bind(*pairs, "source", *source);
    bind(*pairs, "target", *target.source);
    run(*pairs);
  }
  std::unique_ptr<weir::Source> source;
  Seen target;
  std::unique_ptr<Coupling> pairs;
};

double cost(const Tensor& x0, const Tensor& x1) {
  return number(weir::paired_squared_distances(x0, x1).mean());
}

}  // namespace

TEST_CASE("Optimal transport re-pairs the points and leaves none out", "[coupling][ot]") {
  const Made ot("coupling/ot", {{"fixed", 150}}), independent("coupling/independent", {{"fixed", 150}});
  run(*ot.pairs);
  run(*independent.pairs);
  const weir::Batch found = ot.pairs->all(), drawn = independent.pairs->all();

  CHECK(found.x0().equal(drawn.x0()));
  const Tensor same = weir::SquaredDistances(drawn.x1()).from(found.x1()) == 0;
  CHECK(same.sum(0).equal(at::ones({150}, at::kLong)));
  CHECK(same.sum(1).equal(at::ones({150}, at::kLong)));
  weir::Rng rng(1, "random", f64);
  for (int i = 0; i < 50; ++i)
    CHECK(cost(found.x0(), found.x1()) < cost(found.x0(), found.x1().index_select(0, rng.permutation(150))));
  CHECK(number(value_of(*ot.pairs, "cost")) == Approx(cost(found.x0(), found.x1())).epsilon(1e-12));
  CHECK(number(value_of(*ot.pairs, "gap")) == Approx(0).margin(1e-12));
}

TEST_CASE("Optimal transport on a line keeps the order, in whole sets and within batches", "[coupling][ot]") {
  const json draw = GENERATE(json({{"fixed", 64}}), json("fresh"));
  const Made ot("coupling/ot", draw, 1);
  run(*ot.pairs);
  weir::Rng rng(2, "batch", f64);
  const weir::Batch batch = draw == "fresh" ? ot.pairs->draw(64, rng) : ot.pairs->all();
  CHECK(batch.x0().argsort(std::int64_t{0}).equal(batch.x1().argsort(std::int64_t{0})));
}

TEST_CASE("Rows of a minibatch plan are one unit, rows of a fixed plan are not", "[coupling][ot]") {
  const Made fresh("coupling/ot", "fresh"), fixed("coupling/ot", {{"fixed", 20}});
  run(*fresh.pairs);
  run(*fixed.pairs);
  weir::Rng rng(3, "batch", f64);
  CHECK(fresh.pairs->dependent_rows());
  CHECK_FALSE(fixed.pairs->dependent_rows());
  CHECK(fresh.pairs->draw(9, rng).unit.equal(at::zeros({9}, at::kLong)));
  CHECK(fixed.pairs->draw(9, rng).unit.equal(at::arange(9, at::kLong)));
}

TEST_CASE("An optimal transport plan goes on from its state to the same bits", "[coupling][ot]") {
  const Made first("coupling/ot", {{"fixed", 80}}), second("coupling/ot", {{"fixed", 80}});
  run(*first.pairs);
  REQUIRE(plan(*second.pairs).empty());
  second.pairs->load(first.pairs->save());

  QuietRun quiet;
  second.pairs->run(quiet);

  CHECK(first.pairs->stateful());
  CHECK(second.pairs->all().x0().equal(first.pairs->all().x0()));
  CHECK(second.pairs->all().x1().equal(first.pairs->all().x1()));
  CHECK(value_of(*second.pairs, "cost").equal(value_of(*first.pairs, "cost")));
}

TEST_CASE("Labels follow their targets through optimal transport", "[coupling][ot]") {
  ItemSet source(at::arange(6, f64).view({6, 1})),
      target(at::arange(6, f64).view({6, 1}), at::arange(6, at::kLong) * 10);
  const auto pairs = make<Coupling>("coupling/ot", {{"draw", {{"fixed", 6}}}});
  bind(*pairs, "source", source);
  bind(*pairs, "target", target);
  run(*pairs);
  CHECK(pairs->all().context.at("label").to(at::kDouble).equal(pairs->all().x1().view({6}) * 10));
}

TEST_CASE("With a condition weight the pairing is the cheapest of points and measurements, by trying all",
          "[coupling][ot]") {
  const double beta = GENERATE(0.5, 3.0);
  const Measured made({{"draw", {{"fixed", 6}}}, {"condition_weight", beta}}, 2);
  const weir::Batch batch = made.pairs->all();
  const Tensor y = value_of(*made.pairs, "y");
  // The same points and measurements, as they were before they were paired.
  const weir::Batch drawn = Measured({{"draw", {{"fixed", 6}}}}, 2, "coupling/independent").pairs->all();
  CHECK(batch.x0().equal(drawn.x0()));
  CHECK(y.equal(drawn.context.at("y")));

  std::vector<std::int64_t> order{0, 1, 2, 3, 4, 5};
  double least = 1e9;
  Tensor best;
  do {
    const Tensor p = at::tensor(order, at::kLong);
    const double price =
        6 * cost(drawn.x0(), drawn.x1().index_select(0, p)) + beta * beta * 6 * cost(y, y.index_select(0, p));
    if (price < least) least = price, best = p;
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(batch.x1().equal(drawn.x1().index_select(0, best)));
  CHECK(number(value_of(*made.pairs, "cost")) == Approx(least / 6).epsilon(1e-12));
  CHECK(batch.context.at("y").equal(y));
}

TEST_CASE("A large condition weight leaves every measurement where it is", "[coupling][ot]") {
  const Measured made({{"draw", "fresh"}, {"condition_weight", 1e6}}, 1);
  const Measured apart({{"draw", "fresh"}}, 1, "coupling/independent");
  weir::Rng one(2, "batch", f64), other(2, "batch", f64);
  const weir::Batch batch = made.pairs->draw(64, one), drawn = apart.pairs->draw(64, other);
  CHECK(batch.x1().equal(drawn.x1()));
  CHECK(batch.context.at("y").equal(drawn.context.at("y")));
  CHECK(made.pairs->context().at("y").shape == weir::Shape{1});
}

TEST_CASE("Without a condition weight the measurement goes with its point", "[coupling][ot]") {
  const Measured made({{"draw", "fresh"}}, 1, "coupling/ot", 1e-9);
  weir::Rng rng(2, "batch", f64);
  const weir::Batch batch = made.pairs->draw(64, rng);
  CHECK(at::allclose(batch.context.at("y"), batch.x1(), 0, 1e-7));
  CHECK(batch.x0().argsort(std::int64_t{0}).equal(batch.x1().argsort(std::int64_t{0})));
}

TEST_CASE("The relaxed cost of two points that change places is min(1, beta^2 e^2)", "[coupling][ot]") {
  // x1 = 0 or 1, y = e x1, and x0 the same two points: paired as they were drawn they are 0 or 1 apart, paired anew their y moves by e.
  const auto [beta, e] = GENERATE(table<double, double>({{1, 0.5}, {4, 0.5}, {20, 0.01}, {20, 0.1}}));
  ItemSet source(at::tensor({0.0, 1.0}, f64).view({2, 1})), target(at::tensor({0.0, 1.0}, f64).view({2, 1}));
  int apart = 0, together = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const auto measured = make<weir::Source>("source/measured", {{"gain", {e}}, {"sigma", 1e-9}});
    bind(*measured, "of", target);
    run(*measured);
    const auto pairs = make<Coupling>("coupling/ot", {{"draw", {{"fixed", 2}}}, {"condition_weight", beta}},
                                      f64, seed, "pairs");
    bind(*pairs, "source", source);
    bind(*pairs, "target", *measured);
    run(*pairs);
    const double found = number(value_of(*pairs, "cost"));
    const bool swapped =
        std::abs(number(pairs->all().x0()[0][0]) - number(value_of(*pairs, "y")[0][0]) / e) > 0.5;
    ++(swapped ? apart : together);
    CHECK(found == Approx(swapped ? std::min(1.0, beta * beta * e * e) : 0).margin(1e-6));
  }
  CHECK(apart > 0);
  CHECK(together > 0);
}

TEST_CASE("A condition weight needs something that is measured", "[coupling][ot]") {
  const auto source = make<weir::Source>("source/gaussian", {{"dim", 1}}),
             target = make<weir::Source>("source/gaussian", {{"dim", 1}}, f64, 0, "target");
  run(*source);
  run(*target);
  const auto pairs = make<Coupling>("coupling/ot", {{"draw", "fresh"}, {"condition_weight", 2}});
  bind(*pairs, "source", *source);
  bind(*pairs, "target", *target);
  const weir::Faults faults = plan(*pairs);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "a condition weight is of what is measured of the target, and nothing is measured of 'target'");
}

TEST_CASE("Within classes the pairing is the cheapest that leaves each class as it is, by trying all",
          "[coupling][ot]") {
  weir::Rng rng(GENERATE(1, 2, 3), "points", f64);
  const Tensor x0 = rng.normal({6, 2}), x1 = rng.normal({6, 2}),
               labels = at::tensor({2, 0, 0, 2, 0, 2}, at::kLong);
  const OfSets made("coupling/ot", {{"within_classes", true}}, x0, x1, 5, labels,
                    4);  // of the classes 1 and 3 there is no point
  run(*made.pairs);
  // The same points before they were paired: x0_i has the class of x1_i.
  const OfSets apart("coupling/independent", json::object(), x0, x1, 5, labels, 4);
  run(*apart.pairs);
  const weir::Batch drawn = apart.pairs->all(), found = made.pairs->all();
  const Tensor told = drawn.context.at("label");
  CHECK(found.x0().equal(drawn.x0()));
  CHECK(found.context.at("label").equal(told));
  CHECK(value_of(*made.pairs, "label").equal(labels.index_select(0, value_of(*made.pairs, "x1_item"))));
  std::vector<std::int64_t> order{0, 1, 2, 3, 4, 5};
  double least = 1e9;
  do {
    const Tensor p = at::tensor(order, at::kLong);
    if (told.index_select(0, p).equal(told))
      least = std::min(least, cost(drawn.x0(), drawn.x1().index_select(0, p)));
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(cost(found.x0(), found.x1()) == Approx(least).epsilon(1e-12));
  CHECK(made.value("cost") == Approx(least).epsilon(1e-12));
  CHECK(made.value("gap") == Approx(0).margin(1e-12));
}

TEST_CASE("Of a class x0 has the law of the source within classes, and is skewed without", "[coupling][ot]") {
  // Two classes at -3 and 3: without more those of the left take the left half of the source, of mean -sqrt(2 / pi).
  const bool within = GENERATE(true, false);
  const auto source = make<weir::Source>("source/gaussian", {{"dim", 1}}),
             target = make<weir::Source>("source/mixture",
                                         {{"means", {{-3}, {3}}}, {"scale", 0.1}, {"labelled", true}}, f64, 0,
                                         "target");
  run(*source);
  run(*target);
  const auto pairs = make<Coupling>("coupling/ot", {{"draw", "fresh"}, {"within_classes", within}});
  bind(*pairs, "source", *source);
  bind(*pairs, "target", *target);
  run(*pairs);
  weir::Rng rng(GENERATE(1, 2, 3), "batch", f64);
  const weir::Batch batch = pairs->draw(1000, rng);
  const Tensor left = batch.x0().index({batch.context.at("label") == 0});
  const double mean = number(left.mean()), error = 1 / std::sqrt(double(left.size(0)));
  CHECK(std::abs(mean - (within ? 0 : -std::sqrt(2 / M_PI))) < 4.5 * error);
  const auto independent = weir::facet<weir::IndependentContext>(*pairs);
  CHECK(independent.has_value() == within);
  if (independent) CHECK(independent->names == std::vector<std::string>{"label"});
}

TEST_CASE("Without classes nothing is paired within them", "[coupling][ot]") {
  const OfSets plain("coupling/ot", {{"within_classes", true}});
  const weir::Faults faults = plan(*plain.pairs);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "'set' has no classes to pair points within");
}

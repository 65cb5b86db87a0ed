// tests/plugins/coupling/ot.test.cpp -- exact optimal transport pairs.
#include <weir/kinds/flow/coupling.hpp>
#include <weir/math/numeric/distance.hpp>

#include "../values.hpp"

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

// tests/plugins/coupling/chain.test.cpp -- points of several sources, one after another.
#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/math/numeric/distance.hpp>

#include "../snapshot_set.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Coupling;
using weir::Tensor;

namespace {

// Three Gaussians of spread 0.1 about 0, 10 and 1, in the order of time.
struct Made {
  Made(json params, std::int64_t dim) {
    if (!params.contains("draw")) params["draw"] = {{"fixed", 40}};
    pairs = make<Coupling>("coupling/chain", params, f64, 5, "pairs");
    for (const auto& [name, mean] : {std::pair("start", 0), std::pair("middle", 10), std::pair("end", 1)}) {
      sources.push_back(make<weir::Source>("source/gaussian",
                                           {{"dim", dim}, {"mean", {mean}}, {"scale", 0.1}}, f64, 0, name));
      run(*sources.back());
      pairs->port("sources")->bind(name, *sources.back(), nullptr);
    }
  }
  weir::Batch drawn(std::int64_t n) const {
    weir::Rng rng(3, "batch", f64);
    return pairs->draw(n, rng);
  }

  std::vector<std::unique_ptr<weir::Source>> sources;
  std::unique_ptr<Coupling> pairs;
};

// Flow matching on such chains along this path, at times near 1/2.
struct Task {
  explicit Task(const std::string& interpolant, const json& params = json::object())
      : made({{"draw", "fresh"}}, 2),
        noise(make<weir::Noise>("noise/zero")),
        time(make<weir::Time>("time/uniform", {{"eps", 0.49}})),
        path(make<weir::Interpolant>(interpolant, json::object(), f64, 0, "task.interpolant")),
        objective(make<weir::Objective>("objective/flow_matching", params)) {
    run(*made.pairs);
    bind(*path, "noise", *noise);
    bind(*objective, "coupling", *made.pairs);
    bind(*objective, "interpolant", *path);
    bind(*objective, "time", *time);
  }

  Made made;
  std::unique_ptr<weir::Noise> noise;
  std::unique_ptr<weir::Time> time;
  std::unique_ptr<weir::Interpolant> path;
  std::unique_ptr<weir::Objective> objective;
};

Tensor order(const Tensor& points) { return points.argsort(std::int64_t{0}); }

std::string fault_of(Coupling& pairs) {
  const weir::Faults faults = plan(pairs);
  REQUIRE(faults.size() == 1);
  return faults[0].message;
}

}  // namespace

TEST_CASE("A fixed chain has all its points and their times", "[coupling][chain]") {
  const Made made(json::object(), 2);
  run(*made.pairs);
  const weir::Batch all = made.pairs->all(), rows = made.drawn(15);
  const Tensor points = value_of(*made.pairs, "points");

  CHECK(made.pairs->marginals() == 3);
  CHECK(points.sizes() == at::IntArrayRef({3, 40, 2}));
  for (const int k : {0, 1, 2}) {
    CHECK(points[k].equal(all.points[static_cast<std::size_t>(k)]));
    CHECK(points[k].mean().item<double>() == Approx(k == 1 ? 10 : k / 2.0).margin(0.1));
    CHECK(rows.points[static_cast<std::size_t>(k)].equal(points[k].index_select(0, rows.id)));
  }
  CHECK(value_of(*made.pairs, "x0").equal(points[0]));
  CHECK(value_of(*made.pairs, "x1").equal(points[2]));
  CHECK(value_of(*made.pairs, "times").equal(row_of({0, 0.5, 1})));
  CHECK(rows.times.equal(row_of({0, 0.5, 1})));

  const Made uneven({{"times", {0, 0.2, 1}}}, 2);
  run(*uneven.pairs);
  CHECK(value_of(*uneven.pairs, "times").equal(row_of({0, 0.2, 1})));
}

TEST_CASE("Links by optimal transport keep the order on a line, from each point to the next",
          "[coupling][chain]") {
  const json draw = GENERATE(json({{"fixed", 40}}), json("fresh"));
  const Made made({{"draw", draw}, {"pairing", "ot"}}, 1), apart({{"draw", draw}}, 1);
  run(*made.pairs);
  run(*apart.pairs);
  const bool fresh = draw == "fresh";
  const weir::Batch matched = fresh ? made.drawn(40) : made.pairs->all();
  const weir::Batch drawn = fresh ? apart.drawn(40) : apart.pairs->all();
  for (const std::size_t k : {0, 1, 2}) {
    CHECK(order(matched.points[k]).equal(order(matched.x0())));
    // The points are those that are drawn without matching, in another order.
    CHECK(std::get<0>(matched.points[k].sort(0)).equal(std::get<0>(drawn.points[k].sort(0))));
  }
  CHECK_FALSE(order(drawn.x1()).equal(order(drawn.x0())));
  CHECK(made.pairs->dependent_rows() == fresh);
  CHECK_FALSE(apart.pairs->dependent_rows());
  CHECK(matched.unit.equal(fresh ? at::zeros({40}, at::kLong) : at::arange(40, at::kLong)));
}

TEST_CASE("The items and labels of a chain are those of its ends", "[coupling][chain]") {
  ItemSet first(at::arange(6, f64).view({6, 1})), middle(at::arange(9, f64).view({9, 1})),
      last(at::arange(6, f64).view({6, 1}) * 3, at::arange(6, at::kLong), 6);
  const auto pairs = make<Coupling>("coupling/chain", {{"draw", {{"fixed", 6}}}});
  for (const auto& [name, set] : {std::pair("a", &first), std::pair("b", &middle), std::pair("c", &last)})
    pairs->port("sources")->bind(name, *set, nullptr);
  run(*pairs);
  const weir::Batch all = pairs->all();
  CHECK(pairs->set_of(0) == &first);
  CHECK(pairs->set_of(1) == &last);
  CHECK(first.items(value_of(*pairs, "x0_item")).equal(all.x0()));
  CHECK(last.items(value_of(*pairs, "x1_item")).equal(all.x1()));
  CHECK((value_of(*pairs, "label").to(at::kDouble) * 3).equal(all.x1().view({6})));
}

TEST_CASE("A chain of one source, of other shapes or with times out of order is refused",
          "[coupling][chain]") {
  CHECK(fault_of(*make<Coupling>("coupling/chain", {{"draw", "fresh"}})) ==
        "a chain needs at least two sources, and none is given");
  CHECK(fault_of(*Made({{"times", {0, 1}}}, 2).pairs) ==
        "each source has a time: there are 2 times and 3 sources");
  CHECK(fault_of(*Made({{"times", {0, 0.5, 0.5}}}, 2).pairs) ==
        "times ascend from 0 to 1, and these are [0, 0.5, 0.5]");

  ItemSet few(at::zeros({4, 2}, f64)), flat(at::zeros({9, 1}, f64));
  const auto pairs = make<Coupling>("coupling/chain", {{"draw", {{"fixed", 5}}}});
  pairs->port("sources")->bind("few", few, nullptr);
  pairs->port("sources")->bind("flat", flat, nullptr);
  const weir::Faults faults = plan(*pairs);
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].message ==
        "all points of a chain need one shape: those of few are [2], those of flat are [1]");
  CHECK(faults[1].message == "5 fixed pairs need as many distinct items, but few 'set' holds 4");
  CHECK(faults[1].remedy.starts_with("at most {fixed: 4}"));
}

TEST_CASE("A chain of one source's snapshots has a point of each, at its time", "[coupling][chain]") {
  const json draw = GENERATE(json({{"fixed", 4}}), json("fresh"));
  SnapshotSet clouds({at::arange(4, f64).view({4, 1}), 10 + at::arange(6, f64).view({6, 1}),
                      20 + at::arange(4, f64).view({4, 1})},
                     {0, 0.2, 1});
  const auto pairs = make<Coupling>("coupling/chain", {{"draw", draw}, {"pairing", "ot"}});
  bind(*pairs, "snapshots", clouds);
  run(*pairs);
  weir::Rng rng(3, "batch", f64);
  const weir::Batch batch = draw == "fresh" ? pairs->draw(50, rng) : pairs->all();
  CHECK(pairs->marginals() == 3);
  CHECK(batch.times.equal(row_of({0, 0.2, 1})));
  for (const int k : {0, 1, 2}) {
    const Tensor of = (batch.points[static_cast<std::size_t>(k)] / 10).floor();
    CHECK(of.equal(at::full_like(of, k)));
  }
  if (draw != "fresh") CHECK(order(batch.x1()).equal(order(batch.x0())));
}

TEST_CASE(
    "A chain of snapshots is not one of sources too, and has no more pairs than each snapshot has points",
    "[coupling][chain]") {
  SnapshotSet clouds({at::zeros({4, 2}, f64), at::zeros({3, 2}, f64)});
  const auto of = [&](const json& params) {
    auto pairs = make<Coupling>("coupling/chain", params);
    bind(*pairs, "snapshots", clouds);
    return pairs;
  };
  CHECK(fault_of(*of({{"draw", {{"fixed", 4}}}})) ==
        "4 fixed pairs need as many distinct items, but the snapshot of 'clouds' at 1 holds 3");
  CHECK(fault_of(*of({{"draw", "fresh"}, {"times", {0, 1}}})) ==
        "the snapshots of 'clouds' have their times");
  SnapshotSet late({at::zeros({4, 2}, f64), at::zeros({3, 2}, f64)}, {0.5, 1});
  const auto pairs = make<Coupling>("coupling/chain", {{"draw", "fresh"}});
  bind(*pairs, "snapshots", late);
  CHECK(fault_of(*pairs) == "the times of a chain go from 0 to 1, and those of 'clouds' are [0.5, 1]");
  pairs->port("sources")->bind("late", late, nullptr);
  CHECK(fault_of(*pairs) == "a chain is of several sources, or of the snapshots of one");
}

TEST_CASE("Flow matching along a spline passes the middle of a chain", "[coupling][chain][objective]") {
  const Task task("interpolant/spline");
  run(*task.objective);
  weir::Rng rng(9, "sample", f64);
  const weir::Sample sample = task.objective->sample(500, rng);
  // t is within 0.01 of 1/2, the slope there 1: a hundredth, and three standard errors of a mean of 1000 numbers of spread 0.1.
  CHECK(sample["xt"].mean().item<double>() == Approx(10).margin(0.02));
  CHECK_FALSE(weir::facet<weir::FlowMatchingParts>(*task.objective));
}

TEST_CASE("Three points under a path of two are a fault, which names the path that takes them",
          "[coupling][chain][objective]") {
  const Task task("interpolant/linear");
  const weir::Faults faults = plan(*task.objective);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "the path of 'task.interpolant' does not go through the 3 points that 'pairs' gives of each pair");
  CHECK(faults[0].remedy == "use interpolant/spline, which goes through any number of them");
  CHECK(faults[0].place.file == "interpolant");
}

TEST_CASE("A loss of data is refused on a path without coefficients", "[coupling][chain][objective]") {
  const Task task("interpolant/spline", {{"loss", "data"}});
  const weir::Faults faults = plan(*task.objective);
  REQUIRE(faults.size() == 1);
  CHECK(
      faults[0].message ==
      "loss: data follows from the velocity on a path of two points, and 'task.interpolant' is another path");
  CHECK(faults[0].remedy == "write loss: velocity, or use interpolant/linear");
}

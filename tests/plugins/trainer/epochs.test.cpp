// tests/plugins/trainer/epochs.test.cpp -- trainings whose batches are parts of one draw: each item once, and stopped within one.
#include <set>

#include "training.hpp"

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// Keeps which pairs each step saw.
struct Seen final : weir::Probe {
  void plan_for(const weir::Training&, weir::Plan&) override {}
  void observe(const weir::TrainingStep& step) const override { ids.push_back(step.sample.batch.id.clone()); }
  mutable std::vector<Tensor> ids;
};

// Twelve points on the line, of two classes.
struct Classes {
  explicit Classes(bool distinct)
      : set(at::arange(12, f64).view({12, 1}) - 5.5, (at::arange(12, at::kLong) > 5).to(at::kLong), 2),
        network(make<weir::Network>("network/mlp", {{"depth", 0}})),
        objective(make<weir::Objective>("objective/classification", {{"distinct", distinct}})),
        optimiser(make<weir::Optimiser>("optimiser/sgd")),
        schedule(make<weir::Schedule>("schedule/constant")) {
    bind(*objective, "data", set);
    bind(*objective, "network", *network);
    run(*objective);
  }
  std::unique_ptr<weir::Trainer> trainer(const json& params) {
    auto made = make<weir::Trainer>("trainer/gradient", params, f64, 3, "train");
    bind(*made, "objective", *objective);
    bind(*made, "optimiser", *optimiser);
    bind(*made, "schedule", *schedule);
    return made;
  }
  ItemSet set;
  std::unique_ptr<weir::Network> network;
  std::unique_ptr<weir::Objective> objective;
  std::unique_ptr<weir::Optimiser> optimiser;
  std::unique_ptr<weir::Schedule> schedule;
};

}  // namespace

TEST_CASE("An epoch of distinct rows sees each item once, and each epoch in another order", "[trainer]") {
  Classes of(true);
  const auto trainer = of.trainer({{"steps", 9}, {"batch", 4}, {"epoch", 3}});
  Seen seen;
  trainer->port("probes")->bind("seen", seen, nullptr);
  run(*trainer);
  REQUIRE(seen.ids.size() == 9);
  std::set<std::string> orders;
  for (std::size_t e = 0; e < 3; ++e) {
    const Tensor all = at::cat({seen.ids[3 * e], seen.ids[3 * e + 1], seen.ids[3 * e + 2]});
    CHECK(std::get<0>(all.sort()).equal(at::arange(12, at::kLong)));
    weir::Rng rng = weir::Rng(3, "train", f64).at("step", 3 * std::int64_t(e) + 1);
    CHECK(all.equal(of.objective->sample(12, rng).batch.id));
    std::string order;
    for (std::int64_t i = 0; i < 12; ++i) order += std::to_string(all[i].item<std::int64_t>()) + " ";
    orders.insert(order);
  }
  CHECK(orders.size() == 3);
}

TEST_CASE("A training that is stopped within an epoch goes on to the same bytes", "[trainer]") {
  const json params{{"steps", 9}, {"batch", 8}, {"epoch", 4}};
  Training whole(params);
  run(*whole.trainer);
  for (std::int64_t after = 1; after < 9; ++after) {
    Training first(params), second(params);
    go_on(first, second, after);
    CHECK(same(second.params("field"), whole.params("field")));
    CHECK(same(second.params("ema"), whole.params("ema")));
  }
}

TEST_CASE("More distinct rows than there are items, and parts of rows that belong together, are refused",
          "[trainer]") {
  Classes of(true);
  const auto fault_of = [&](const json& params) {
    const weir::Faults faults = plan(*of.trainer(params));
    return faults.size() == 1 ? faults[0].place.file + ": " + faults[0].message : "none, or several";
  };
  CHECK(fault_of({{"steps", 8}, {"batch", 4}, {"epoch", 4}}) ==
        "epoch: an epoch of 4 steps takes 16 rows in one draw, and 'node' gives 12 at most");
  CHECK(fault_of({{"steps", 8}, {"batch", 13}}) ==
        "batch: a step takes 13 rows in one draw, and 'node' gives 12 at most");
  CHECK(fault_of({{"steps", 3}, {"batch", 3}, {"epoch", 4}}) ==
        "epoch: an epoch of 4 steps does not end in a training of 3");
  const std::int64_t large = std::int64_t{1} << 62;
  CHECK(fault_of({{"steps", large}, {"batch", 3}, {"epoch", large}}) ==
        "epoch: an epoch of 4611686018427387904 steps with a batch of 3 has more rows than one draw can");
  const auto stop = make<weir::Probe>("probe/early_stopping", json::object(), f64, 3, "train.probes.stop");
  const auto stopped = of.trainer({{"steps", 8}, {"batch", 4}});
  stopped->port("probes")->bind("stop", *stop, nullptr);
  const weir::Faults of_probe = plan(*stopped);
  REQUIRE(of_probe.size() == 1);
  CHECK(of_probe[0].message ==
        "probe 'train.probes.stop' takes 1024 rows in one draw, and 'node' gives 12 at most");
  // One that goes on from another may end that one's epoch.
  const auto first = of.trainer({{"steps", 2}, {"batch", 4}, {"epoch", 2}}),
             more = of.trainer({{"steps", 1}, {"batch", 4}, {"epoch", 3}});
  bind(*more, "from", *first);
  run(*first);
  run(*more);
  Training sorted(json{{"steps", 4}, {"batch", 8}, {"epoch", 2}});
  const auto time = make<weir::Time>("time/sorted");
  bind(*sorted.problem.objective, "time", *time);
  const weir::Faults faults = plan(*sorted.trainer);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "rows of one draw that are sorted by t or depend on each other are no batches in parts");
}

// tests/laws/optimiser.test.cpp -- laws of every registered optimiser.
#include <weir/kinds/optimiser.hpp>

#include "../plugins/values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Optimiser;
using weir::Params;
using weir::State;
using weir::Tensor;

// f = 1/2 sum c_i theta_i^2
struct Bowl {
  Tensor c = row_of({1, 4, 0.5});
  Params params{{{"a", row_of({1, -2, 3})}, {"b", row_of({-1})}}};

  std::vector<Tensor> gradients() const { return {c * params["a"], params["b"].clone()}; }
  double value() const { return number((c * params["a"].square()).sum() + params["b"].square().sum()) / 2; }
  // Steps first..last; returns the memory.
  void descend(const Optimiser& optimiser, State& memory, int first, int last, double scale = 1) {
    for (int k = first; k <= last; ++k) optimiser.step(params, gradients(), memory, k, scale);
  }
};

State copy_of(const State& state) {
  State copy;
  for (const auto& [name, value] : state) copy[name] = value.clone();
  return copy;
}

}  // namespace

TEST_CASE("Every optimiser goes down a bowl", "[laws][optimiser]") {
  for (const std::string& id : plugins_of("optimiser")) {
    INFO(id);
    const auto optimiser = make<Optimiser>(id, {{"lr", 0.05}});
    Bowl bowl;
    const double before = bowl.value();
    State memory = optimiser->init(bowl.params);
    bowl.descend(*optimiser, memory, 1, 400);
    CHECK(bowl.value() < 1e-3 * before);
  }
}

TEST_CASE("Every optimiser stands still when the schedule's scale is 0", "[laws][optimiser]") {
  for (const std::string& id : plugins_of("optimiser")) {
    INFO(id);
    const auto optimiser = make<Optimiser>(id);
    Bowl bowl;
    const Params before = bowl.params.clone();
    State memory = optimiser->init(bowl.params);
    bowl.descend(*optimiser, memory, 1, 3, 0);
    for (const auto& [name, value] : before.tensors()) CHECK(value.equal(bowl.params[name]));
  }
}

TEST_CASE(
    "Every optimiser keeps all that it knows in its memory: a resumed descent is the same to the last bit",
    "[laws][optimiser]") {
  for (const std::string& id : plugins_of("optimiser")) {
    INFO(id);
    const auto optimiser = make<Optimiser>(id);
    Bowl whole;
    State memory = optimiser->init(whole.params);
    whole.descend(*optimiser, memory, 1, 7);
    Bowl resumed{.params = whole.params.clone()};
    State kept = copy_of(memory);
    whole.descend(*optimiser, memory, 8, 12);
    const auto fresh = make<Optimiser>(id);
    resumed.descend(*fresh, kept, 8, 12);
    for (const auto& [name, value] : whole.params.tensors()) CHECK(value.equal(resumed.params[name]));
  }
}

// tests/kinds/fit.test.cpp -- parameters under training: saved and loaded at every step, averaged by hand, stopped by a run.
#include <cmath>

#include <weir/kinds/learn/fit.hpp>
#include <weir/kinds/learn/fitted_model.hpp>

#include "../plugins/values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::EmaRule;
using weir::Fit;
using weir::Optimiser;
using weir::Params;
using weir::State;
using weir::Tensor;

Params two() { return Params({{"a", row_of({1, -2, 3})}, {"b", row_of({-1})}}); }

// The gradients of 1/2 (a^2 + 4 b^2).
std::vector<Tensor> gradients(const Fit& fit) { return {fit.params()["a"].clone(), 4 * fit.params()["b"]}; }

void go(Fit& fit, int first, int last) {
  for (int k = first; k <= last; ++k) fit.step(gradients(fit), 1.0 / k);
}

bool same(const Params& a, const Params& b) {
  for (const auto& [name, value] : a.tensors())
    if (!value.equal(b[name])) return false;
  return true;
}

bool same(const State& a, const State& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a)
    if (!b.contains(key) || !value.equal(b.at(key))) return false;
  return true;
}

// Asks to stop after so many steps, and counts what it is offered.
class StoppingRun final : public QuietRun {
 public:
  explicit StoppingRun(int after) : left_(after) {}
  bool stop_requested() const override { return --left_ < 0; }
  void checkpoint(const std::function<State()>& save, bool now) override {
    ++offered;
    if (now) states.push_back(save());
  }
  int offered = 0;
  std::vector<State> states;

 private:
  mutable int left_;
};

}  // namespace

TEST_CASE("A fit that is saved and loaded at any step goes on to the same bytes", "[fit]") {
  const std::string id = GENERATE("optimiser/adam", "optimiser/sgd");
  const auto rule = make<Optimiser>(id, id == "optimiser/sgd" ? json{{"momentum", 0.9}} : json::object());
  const EmaRule ema = GENERATE(EmaRule(0.9), EmaRule(0.99, true, 3));
  const std::string prefix = GENERATE("", "critic/");
  Fit whole(two(), *rule, ema, 2.0);
  go(whole, 1, 20);
  for (int stop = 0; stop <= 20; ++stop) {
    INFO(stop);
    Fit first(two(), *rule, ema, 2.0), second(two(), *rule, ema, 2.0);
    go(first, 1, stop);
    const State saved = first.save(prefix);
    go(first, stop + 1, 20);  // what was saved is a copy
    second.load(saved, prefix);
    CHECK(second.steps() == stop);
    go(second, stop + 1, 20);
    CHECK(same(second.params(), whole.params()));
    CHECK(same(second.average(), whole.average()));
    CHECK(same(second.save(), whole.save()));
  }
}

TEST_CASE("A fit is saved under the keys of checkpoints, and owns its tensors", "[fit]") {
  const auto rule = make<Optimiser>("optimiser/sgd", {{"momentum", 0.5}});
  const Params initial = two();
  Fit fit(initial, *rule, 0.5);
  go(fit, 1, 2);
  CHECK(initial["b"].equal(row_of({-1})));
  const State saved = fit.save();
  std::vector<std::string> keys;
  for (const auto& [key, value] : saved) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"ema/a", "ema/b", "memory/b/a", "memory/b/b", "params/a", "params/b",
                                         "step"});
  CHECK(saved.at("step").scalar_type() == at::kLong);
  CHECK(saved.at("step").item<std::int64_t>() == 2);
  State torn = saved;
  torn.erase("ema/b");
  CHECK_THROWS_AS(fit.load(torn), std::out_of_range);
}

TEST_CASE("The average is the one written in the header", "[fit]") {
  const auto rule = make<Optimiser>("optimiser/sgd", {{"lr", 0.1}});
  const EmaRule ema =
      GENERATE(EmaRule(0.9), EmaRule(0.3, true), EmaRule(0.9, false, 4), EmaRule(0.9, true, 2));
  Fit fit(two(), *rule, ema);
  double b = -1, average = -1;
  for (int k = 1; k <= 12; ++k) {
    fit.step(gradients(fit), 1);
    b -= 0.1 * 4 * b;
    const double d = ema.warm_up ? std::min(ema.decay, (1.0 + k) / (10.0 + k)) : ema.decay;
    if (k % ema.every == 0) average = d * average + (1 - d) * b;
    CHECK(number(fit.params()["b"]) == Approx(b).epsilon(1e-13));
    CHECK(number(fit.average()["b"]) == Approx(average).epsilon(1e-13));
  }
}

TEST_CASE("A gradient that is too long is scaled to the largest norm, and a shorter one is left", "[fit]") {
  const auto rule = make<Optimiser>("optimiser/sgd", {{"lr", 1.0}});
  const auto moved = [&](double clip) {
    Fit fit(two(), *rule, 0.5, clip);
    fit.step({row_of({2, 1, 2}), row_of({4})}, 1);  // of norm 5
    return row_of({1, -2, 3}) - fit.params()["a"];
  };
  CHECK(at::allclose(moved(2.5), row_of({1, 0.5, 1}), 1e-14, 0));
  CHECK(moved(5).equal(row_of({2, 1, 2})));
}

TEST_CASE("Parameters are found in a state by their names, all or none", "[fit]") {
  State state{{"params/a", row_of({7, 8, 9})}};
  CHECK_FALSE(weir::params_in(state, "params/", two()));
  state["params/b"] = row_of({5}).to(at::kFloat);
  const auto found = weir::params_in(state, "params/", two());
  REQUIRE(found);
  CHECK((*found)["a"].equal(row_of({7, 8, 9})));
  CHECK((*found)["b"].equal(row_of({5})));
  (*found)["a"].zero_();
  CHECK(state.at("params/a").equal(row_of({7, 8, 9})));
}

TEST_CASE("A training takes each step once, offers a checkpoint after it, and stops when it is asked to",
          "[fit]") {
  std::vector<std::int64_t> taken;
  const auto body = [&](std::int64_t k) { taken.push_back(k); };
  const auto state = [&] {
    return State{{"last", at::scalar_tensor(taken.empty() ? 0 : taken.back(), at::kLong)}};
  };
  const auto last = [](const State& of) { return of.at("last").item<std::int64_t>(); };

  StoppingRun patient(1000);
  CHECK(last(weir::train(patient, 3, 6, state, body)) == 6);
  CHECK(taken == std::vector<std::int64_t>{4, 5, 6});
  CHECK(patient.offered == 4);
  REQUIRE(patient.states.size() == 1);
  CHECK(last(patient.states[0]) == 6);

  taken.clear();
  StoppingRun stopping(1);
  CHECK_THROWS_AS(weir::train(stopping, 0, 6, state, body), weir::Stopped);
  CHECK(taken == std::vector<std::int64_t>{1, 2});
  REQUIRE(stopping.states.size() == 1);
  CHECK(last(stopping.states[0]) == 2);

  taken.clear();
  StoppingRun late(2);
  CHECK_NOTHROW(weir::train(late, 0, 3, state, body));  // asked after the last step: it is done
  StoppingRun none(0);
  CHECK_NOTHROW(weir::train(none, 3, 3, state, body));

  taken.clear();
  const auto enough = [&] { return !taken.empty() && taken.back() >= 2; };
  CHECK(last(weir::train(patient, 0, 6, state, body, enough)) == 2);
  CHECK(taken == std::vector<std::int64_t>{1, 2});
  taken.clear();
  StoppingRun both(1);
  CHECK_NOTHROW(
      weir::train(both, 0, 6, state, body, enough));  // asked to stop after step 2, which was the last
  CHECK(last(weir::train(patient, 2, 6, state, body, enough)) == 2);  // it has ended: no step is taken
  CHECK(taken == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("What is left of the start in an average is what an average of zeros keeps of a one", "[fit]") {
  const EmaRule rule = GENERATE(EmaRule(0.9), EmaRule(0.999), EmaRule(0.99, true), EmaRule(0.95, false, 7),
                                EmaRule(0.9, true, 3));
  double average = 1;
  for (std::int64_t k = 1; k <= 200; ++k) {
    if (k % rule.every == 0) average *= rule.at(k);
    CHECK(weir::start_left(rule, k) == Approx(average).margin(1e-6));
  }
}

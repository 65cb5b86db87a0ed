// tools/check/laws/optimiser.cpp -- laws of every optimiser.
#include <algorithm>

#include <fmt/format.h>

#include <weir/kinds/learn/optimiser.hpp>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

std::shared_ptr<Optimiser> made(const Subject& subject, const at::TensorOptions& options = f64,
                                const nlohmann::json& params = nlohmann::json::object()) {
  return World::of(subject, {2}, options)->run<Optimiser>(subject, {params});
}

// f = 1/2 sum c_i theta_i^2
struct Bowl {
  explicit Bowl(const at::TensorOptions& options = f64)
      : c(row_of({1, 4, 0.5}).to(options)),
        params({{"a", row_of({1, -2, 3}).to(options)}, {"b", row_of({-1}).to(options)}}) {}
  Tensor c;
  Params params;

  std::vector<Tensor> gradients() const { return {c * params["a"], params["b"].clone()}; }
  double value() const { return number((c * params["a"].square()).sum() + params["b"].square().sum()) / 2; }
  void descend(const Optimiser& optimiser, State& memory, int first, int last, double scale = 1) {
    for (int k = first; k <= last; ++k) optimiser.step(params, gradients(), memory, k, scale);
  }
};

State copy_of(const State& state) {
  State copy;
  for (const auto& [name, value] : state) copy[name] = value.clone();
  return copy;
}

// A rate at which a bowl of curvature 1 takes some hundred steps: most defaults are lower. The subject's own may be larger.
nlohmann::json brisk(const Subject& subject) {
  const ParamSchema* lr = subject.schema.param("lr");
  if (!lr) return nlohmann::json::object();
  double rate = lr->fallback.is_number() ? std::max(0.05, lr->fallback.get<double>()) : 0.05;
  if (subject.params.contains("lr") && subject.params["lr"].is_number())
    rate = std::max(rate, subject.params["lr"].get<double>());
  return {{"lr", rate}};
}

void goes_down(const Subject& subject) {
  const auto optimiser = made(subject, f64, brisk(subject));
  Bowl bowl;
  const double before = bowl.value();
  State memory = optimiser->init(bowl.params);
  bowl.descend(*optimiser, memory, 1, 400);
  require(bowl.value() < 1e-3 * before,
          "400 steps (at lr 0.05 or a larger default, if there is one) go down a bowl to a thousandth",
          fmt::format("from {:.4g} to {:.4g}", before, bowl.value()),
          "check the sign and the size of the step");
}

void stands_still_at_scale_0(const Subject& subject) {
  const auto optimiser = made(subject);
  Bowl bowl;
  const Params before = bowl.params.clone();
  State memory = optimiser->init(bowl.params);
  bowl.descend(*optimiser, memory, 1, 3, 0);
  for (const auto& [name, value] : before.tensors())
    require_same(bowl.params[name], value, "a schedule's scale of 0 leaves the parameters where they are",
                 "multiply the whole step, decay included, by `scale`");
}

void keeps_all_in_its_memory(const Subject& subject) {
  const auto optimiser = made(subject);
  Bowl whole;
  State memory = optimiser->init(whole.params);
  whole.descend(*optimiser, memory, 1, 7);
  Bowl resumed;
  resumed.params = whole.params.clone();
  State kept = copy_of(memory);
  whole.descend(*optimiser, memory, 8, 12);
  resumed.descend(*made(subject), kept, 8, 12);
  for (const auto& [name, value] : whole.params.tensors())
    require_same(resumed.params[name], value,
                 "a descent that another instance takes up from the memory goes on to the same bytes",
                 "keep what is remembered between steps in `memory`, nothing in the class");
}

void uses_its_memory(const Subject& subject) {
  const auto optimiser = made(subject);
  Bowl bowl;
  State memory = optimiser->init(bowl.params);
  if (memory.empty()) throw Skipped("it has no memory");
  const State before = copy_of(memory);
  bowl.descend(*optimiser, memory, 1, 3);
  for (const auto& [name, value] : memory)
    require(!value.equal(before.at(name)), "what it remembers changes as it goes down a bowl",
            fmt::format("memory '{}' is what init made it, after three steps", name),
            "update it in place, memory.at(name).copy_(...), or leave it out of init");
}

void steps_at_its_rate(const Subject& subject) {
  constexpr double scale = 0.5;
  const auto optimiser = made(subject);
  Bowl bowl;
  State memory = optimiser->init(bowl.params);
  if (!optimiser->rate(memory, scale)) throw Skipped("its steps are not along the gradient");
  for (int k = 1; k <= 3; ++k) {
    const Params before = bowl.params.clone();
    const std::vector<Tensor> gradients = bowl.gradients();
    optimiser->step(bowl.params, gradients, memory, k, scale);
    const std::optional<double> rate = optimiser->rate(memory, scale);
    require(rate.has_value(), "an optimiser with a rate has one after every step",
            fmt::format("none after step {}", k), "give rate() in every case or in none");
    for (std::size_t i = 0; i < gradients.size(); ++i)
      require_close(bowl.params.values()[i], before.values()[i] - *rate * gradients[i], 1e-12, 1e-12,
                    "a step is by minus the rate of the memory that it leaves, times the gradient",
                    "correct rate(), or leave it to the base class");
  }
}

void is_the_same_in_float32(const Subject& subject) {
  Bowl one(f32), other(f64);
  for (Bowl* bowl : {&one, &other}) {
    const auto optimiser = made(subject, bowl->c.options());
    State memory = optimiser->init(bowl->params);
    bowl->descend(*optimiser, memory, 1, 20);
  }
  for (const auto& [name, value] : other.params.tensors()) {
    const std::string remedy = "make buffers as at::zeros_like(parameter), and keep constants in double";
    require(one.params[name].scalar_type() == at::kFloat, "float32 parameters stay float32",
            text_of(one.params[name].scalar_type()), remedy);
    // Twenty steps, each of which rounds.
    require_close(one.params[name], value, 20 * float32_round_off, 20 * float32_round_off,
                  "20 steps in float32 end where they do in float64, to float32's accuracy", remedy);
  }
}

}  // namespace

std::vector<Law> optimiser_laws() {
  return {
      {"descent", goes_down},      {"scale", stands_still_at_scale_0}, {"memory", keeps_all_in_its_memory},
      {"change", uses_its_memory}, {"rate", steps_at_its_rate},        {"float32", is_the_same_in_float32}};
}

}  // namespace weir::conformance

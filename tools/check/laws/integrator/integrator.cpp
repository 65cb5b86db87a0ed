// tools/check/laws/integrator/integrator.cpp -- laws of every integrator, whatever its steps.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <weir/kinds/facets/jumps.hpp>
#include <weir/kinds/flow/stochastic.hpp>

#include <check/bench/broken.hpp>
#include <check/laws/laws.hpp>
#include "flows.hpp"

namespace weir::conformance {
namespace {

constexpr double near = 0.02;  // to the truth, of an integrator that is told of no accuracy

// The integrator after it has followed `field`; of its own parameters it is given those that it has.
std::shared_ptr<Integrator> followed(const Subject& subject, std::shared_ptr<Field> field,
                                     std::shared_ptr<Node> start, const nlohmann::json& params,
                                     const at::TensorOptions& options = f64) {
  return on_the_line(subject, options)
      ->run<Integrator>(subject, along(std::move(field), std::move(start), on_its_grid(subject, params)));
}

void skip_where_stochastic(const std::shared_ptr<Integrator>& integrator) {
  if (std::dynamic_pointer_cast<Driven>(integrator)) throw Skipped("its points are random");
}

void gives_its_outputs(const Subject& subject) {
  const auto start = points({1, -2, 0.5});
  const auto growth = field_of([](const Tensor& x, const Tensor& t) { return x * t.unsqueeze(1); });
  const auto with = [&](nlohmann::json params) {
    params.update({{"steps", 6}});
    return followed(subject, growth, start, params);
  };
  const auto integrator = with({{"save", 3}});
  const Tensor end = value_of(*integrator, "end"), trajectory = value_of(*integrator, "trajectory");
  const std::string remedy = "leave plan and run to the base class, and give in follow() what it asks for";
  const Tensor nfe = value_of(*integrator, "nfe");
  require((nfe.dim() == 0 || nfe.sizes() == at::IntArrayRef({3})) && nfe.min().item<std::int64_t>() > 0,
          "nfe is one number, or one for each row, and none is 0", text_of(nfe.sizes()), remedy);
  require_close(value_of(*integrator, "time"), row_of({0, 0.5, 1}), 1e-12, 0, "saved times are evenly spread",
                remedy);
  require(trajectory.sizes() == at::IntArrayRef({3, 3, 1}), "the trajectory is [time, pair, item...]",
          text_of(trajectory.sizes()), remedy);
  require_same(trajectory[0], value_of(*start, "value"), "the trajectory starts at the start", remedy);
  require_close(trajectory[2], end, 1e-12, 1e-14, "the trajectory ends at the end", remedy);
  const auto one = with({{"save_at", {0.5}}});
  require_close(value_of(*one, "time"), row_of({0.5}), 1e-12, 0, "save_at: [0.5] keeps that time", remedy);
  require_close(value_of(*one, "trajectory")[0], trajectory[1], 1e-12, 1e-14,
                "which times are kept does not change the way", remedy);
}

void follows_each_row_alone(const Subject& subject) {
  const auto start = points({1, -2, 0.5});
  const auto with = [&](int chunk) {
    return value_of(
        *followed(subject, field_of([](const Tensor& x, const Tensor& t) { return x * t.unsqueeze(1); }),
                  start, {{"steps", 6}, {"chunk", chunk}}),
        "end");
  };
  require_same(
      with(2), with(1024), "points integrated two by two end where they do together",
      "rows do not know of each other: no statistics over the batch, and noise by the number of a row in "
      "the start, rows.first");
}

// Takes no points at all.
class Choosy final : public Field {
 public:
  Tensor velocity(const Params&, const Tensor& x, const Tensor&, const Context&) const override { return x; }
  Params init(const Domain&, Rng&) const override { return {}; }
  void plan_for(const Domain&, Plan& plan) const override { plan.fault("", "not for such points"); }
};

void asks_its_field_at_plan(const Subject& subject) {
  const auto integrator = on_the_line(subject)->bound<Integrator>(
      subject, along(std::make_shared<Choosy>(), points({1, -2, 0.5}), on_its_grid(subject, {{"steps", 6}})));
  const Faults faults = plan(*integrator);
  require(faults.size() == 1 && faults[0].message == "not for such points",
          "what a field finds wrong with its points is told at plan", fmt::format("{} faults", faults.size()),
          "leave plan to the base class, or call it");
}

void comes_near_the_truth(const Subject& subject) {
  const auto start = points({1, -2, 0.5});
  const auto integrator = followed(subject, field_of(slope), start, {{"steps", 200}});
  skip_where_stochastic(integrator);
  require_close(value_of(*integrator, "end"), solution(value_of(*start, "value"), 0, 1), near, 0,
                "x' = x^2 cos 3t ends within 2 % of x0 / (1 - x0 sin(3) / 3)", "correct the steps");
  const auto even =
      followed(subject, field_of([](const Tensor& x, const Tensor&) { return at::full_like(x, 2); }), start,
               {{"steps", 6}});
  require_close(value_of(*even, "end"), value_of(*start, "value") + 2, 1e-12, 1e-12,
                "a constant velocity is followed without error",
                "the weights of a step add up to one: correct them");
}

void finds_its_way_back(const Subject& subject) {
  const Tensor there = row_of({1, -2, 0.5}).unsqueeze(1);
  const std::vector<double> times{0.75, 0.25};
  const auto integrator = followed(subject, field_of(slope), std::make_shared<Values>(solution(there, 0, 1)),
                                   {{"steps", 200}, {"from", 1}, {"until", 0}, {"save_at", times}});
  skip_where_stochastic(integrator);
  const std::string remedy = "h is negative on the way back: see to the signs and to the order of the times";
  require_close(value_of(*integrator, "end"), there, near, 0,
                "from 1 to 0 the points of x' = x^2 cos 3t return to within 2 % of where they came from",
                remedy);
  for (std::size_t i = 0; i < times.size(); ++i)
    require_close(
        value_of(*integrator, "trajectory")[static_cast<std::int64_t>(i)], solution(there, 0, times[i]), near,
        0, fmt::format("on the way back x' = x^2 cos 3t is within 2 % of the truth at t = {}", times[i]),
        remedy);
}

void is_the_same_in_float32(const Subject& subject) {
  const auto ends = [&](const at::TensorOptions& options) {
    const auto integrator =
        followed(subject, field_of(slope), points({0.5, -1}, options), {{"steps", 10}}, options);
    skip_where_stochastic(integrator);
    return value_of(*integrator, "end");
  };
  const Tensor one = ends(f32), exact = ends(f64);
  const std::string remedy = "take device and dtype from x, and keep constants in double";
  require(one.scalar_type() == at::kFloat, "float32 points stay float32", text_of(one.scalar_type()), remedy);
  require_close(one, exact, 10 * float32_round_off, 10 * float32_round_off,
                "in float32 the points end where they do in float64, to float32's accuracy", remedy);
}

}  // namespace

std::vector<Law> integrator_laws() {
  std::vector<Law> laws{{"outputs", gives_its_outputs},   {"rows", follows_each_row_alone},
                        {"plan", asks_its_field_at_plan}, {"accuracy", comes_near_the_truth},
                        {"backward", finds_its_way_back}, {"float32", is_the_same_in_float32}};
  for (const auto& more : {stepped_laws(), one_step_laws(), embedded_laws(), stochastic_laws()})
    laws.insert(laws.end(), more.begin(), more.end());
  for (Law& law : laws)
    law.hold = [hold = law.hold](const Subject& subject) {
      if (std::ranges::count(subject.schema.facets, Jumps::facet))
        throw Skipped("its points are tokens, which jump");
      hold(subject);
    };
  return laws;
}

}  // namespace weir::conformance

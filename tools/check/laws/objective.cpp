// tools/check/laws/objective.cpp -- laws of every objective.
#include <cmath>

#include <fmt/format.h>

#include <weir/math/autograd/tape.hpp>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

constexpr std::int64_t rows = 12;

Sample rows_of_sample(const Sample& sample, const Tensor& index) {
  const auto pick = [&](const Tensor& x) { return x.defined() ? x.index_select(0, index) : x; };
  return {sample.batch.rows(index), pick(sample.t), pick(sample.z), pick(sample.xt), pick(sample.ut)};
}

// The objective on pairs in the plane, a model, and one draw.
struct Made {
  explicit Made(const Subject& subject)
      : world(World::of(subject)), objective(world->run<Objective>(subject)) {
    Rng init = Rng(2, "law", f64).at("init");
    params = world->model->init(objective->shape(), init);
    sample = drawn(9);
  }
  Sample drawn(std::uint64_t seed) const {
    Rng rng(seed, "law", f64);
    return objective->sample(rows, rng);
  }
  Tensor loss(const Params& p) const { return objective->loss(*world->model, p, sample); }

  std::shared_ptr<const World> world;
  std::shared_ptr<Objective> objective;
  Params params;
  Sample sample;
};

void draws_whole_rows(const Subject& subject) {
  const Made made(subject);
  const Shape points = rows_of(rows, made.objective->shape());
  const std::string remedy = "make every member of the sample for the n rows that are asked for";
  require(made.sample.batch.size() == rows, "sample(n) has n pairs",
          fmt::format("{} for n = {}", made.sample.batch.size(), rows), remedy);
  require(made.sample.t.sizes() == at::IntArrayRef({rows}), "t is [n]", text_of(made.sample.t.sizes()),
          remedy);
  for (const Tensor* x : {&made.sample.xt, &made.sample.ut})
    require(x->sizes() == points, "xt and ut are [n, item...]", text_of(x->sizes()), remedy);
  require(((made.sample.t >= 0) & (made.sample.t <= 1)).all().item<bool>(), "t lies in [0, 1]", "a t outside",
          "take t from the port of kind time");
  if (made.objective->sorted_time())
    require(made.sample.t.equal(std::get<0>(made.sample.t.sort())), "sorted_time() says that t ascends",
            "times out of order", "return the time's sorted()");
}

void is_addressed_by_its_seed(const Subject& subject) {
  const Made made(subject);
  const Sample again = made.drawn(9), other = made.drawn(10);
  const std::string remedy = "draw from `rng` alone, each part from a stream of its own: rng.at(\"noise\")";
  require_same(made.sample.xt, again.xt, "the same Rng address gives the same sample", remedy);
  require_same(made.sample.ut, again.ut, "the same Rng address gives the same sample", remedy);
  require(!made.sample.xt.equal(other.xt), "another seed gives another sample", "the same points", remedy);
}

void gives_a_loss_for_each_row(const Subject& subject) {
  const Made made(subject);
  const Tensor loss = made.loss(made.params);
  require(loss.sizes() == at::IntArrayRef({rows}), "loss is [B]: one number for each row, not averaged",
          text_of(loss.sizes()) + fmt::format(" for B = {}", rows), "sum over coordinates, not over rows");
  require(loss.scalar_type() == at::kDouble, "the loss has the dtype of its sample",
          text_of(loss.scalar_type()), "keep the dtype of xt");
  require(at::isfinite(loss).all().item<bool>(), "losses are finite", "NaN or infinity", "correct loss");
}

void sees_each_row_alone(const Subject& subject) {
  const Made made(subject);
  if (made.objective->coupling().dependent_rows())
    throw Skipped("the rows of its coupling depend on each other");
  const Tensor loss = made.loss(made.params);
  for (std::int64_t i = 0; i < rows; ++i) {
    const Sample alone = rows_of_sample(made.sample, at::tensor({i}, at::kLong));
    require_close(made.objective->loss(*made.world->model, made.params, alone), loss.slice(0, i, i + 1),
                  1e-10, 1e-11, "the loss of a row does not depend on the other rows of the batch",
                  "no statistics over the batch in loss: per-sample gradients would be of something else");
  }
}

void is_differentiable(const Subject& subject) {
  const Made made(subject);
  const Params live = made.params.requiring_grad();
  const std::vector<Tensor> gradient = gradients(made.loss(live), live, nullptr).mean;
  const Rng rng(6, "law", f64);
  const double h = 1e-6;
  std::vector<Tensor> forward, backward;
  double slope = 0;
  bool finite = true;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const auto& [name, value] = made.params.tensors()[i];
    const Tensor direction = rng.at(name).normal(value.sizes());
    forward.push_back(value + h * direction);
    backward.push_back(value - h * direction);
    slope += number((gradient[i] * direction).sum());
    finite = finite && at::isfinite(gradient[i]).all().item<bool>();
  }
  require(finite, "the gradient of the mean loss is finite", "NaN or infinity", "correct loss");
  const double difference =
      number(made.loss(made.params.with(forward)).mean() - made.loss(made.params.with(backward)).mean()) /
      (2 * h);
  require(std::abs(slope - difference) <= 1e-4 * std::abs(difference) + 1e-8,
          "the gradient is that of the loss (central differences along one direction)",
          fmt::format("slope {:.8g} by autograd, {:.8g} by differences", slope, difference),
          "let autograd see every operation between the parameters and the loss: no detach, no item()");
}

void changes_nothing(const Subject& subject) {
  const Made made(subject);
  const Tensor xt = made.sample.xt.clone(), ut = made.sample.ut.clone(), t = made.sample.t.clone();
  const Params before = made.params.clone();
  made.loss(made.params);
  const std::string rule = "loss changes neither its sample nor the parameters";
  const std::string remedy = "no operations in place on what loss is given";
  require_same(made.sample.xt, xt, rule, remedy);
  require_same(made.sample.ut, ut, rule, remedy);
  require_same(made.sample.t, t, rule, remedy);
  for (const auto& [name, value] : made.params.tensors()) require_same(value, before[name], rule, remedy);
}

void says_what_its_parts_are(const Subject& subject) {
  const Made made(subject);
  if (!made.objective->flow_matching()) throw Skipped("it names no flow_matching() parts");
  const Tensor v = made.world->model->velocity(made.params, made.sample.xt, made.sample.t);
  require_close(made.loss(made.params), (made.sample.ut - v).square().flatten(1).sum(1), 1e-12, 1e-12,
                "an objective with flow_matching() parts has the loss ||ut - v(xt, t)||^2 and nothing else",
                "leave flow_matching() to the base class: closed forms are taken from it");
}

void is_the_same_in_float32(const Subject& subject) {
  const Made made(subject);
  const auto single = [](const Tensor& x) { return x.defined() ? x.to(at::kFloat) : x; };
  Sample sample = made.sample;
  for (Tensor& points : sample.batch.points) points = single(points);
  sample.batch.weight = single(sample.batch.weight);
  sample = {sample.batch, single(sample.t), single(sample.z), single(sample.xt), single(sample.ut)};
  std::vector<Tensor> values;
  for (const Tensor& value : made.params.values()) values.push_back(single(value));
  const auto objective = World::of(subject, {2}, f32)->run<Objective>(subject);
  const Tensor loss = objective->loss(*made.world->model, made.params.with(values), sample);
  const Tensor exact = made.loss(made.params);
  require(loss.scalar_type() == at::kFloat, "a float32 sample has a float32 loss",
          text_of(loss.scalar_type()), "keep the dtype of xt, and constants in double");
  require_close(loss, exact, 10 * float32_round_off, 10 * float32_round_off * number(exact.abs().max()),
                "float32 gives the loss that float64 gives, to float32's accuracy",
                "keep constants in double, and avoid differences of large numbers");
}

}  // namespace

std::vector<Law> objective_laws() {
  return {{"sample", draws_whole_rows},        {"seed", is_addressed_by_its_seed},
          {"loss", gives_a_loss_for_each_row}, {"rows", sees_each_row_alone},
          {"gradient", is_differentiable},     {"pure", changes_nothing},
          {"parts", says_what_its_parts_are},  {"float32", is_the_same_in_float32}};
}

}  // namespace weir::conformance

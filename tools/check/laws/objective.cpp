// tools/check/laws/objective.cpp -- laws of every objective.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/front/faults/wording.hpp>
#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/kinds/learn/fitted_model.hpp>
#include <weir/math/autograd/tape.hpp>

#include <check/bench/broken.hpp>
#include <check/bench/parameters.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

constexpr std::int64_t rows = 12;

// The objective in the plane, a model where it asks one, and one draw.
struct Made {
  explicit Made(const Subject& subject)
      : world(World::of(subject)),
        objective(world->run<Objective>(subject)),
        field(objective->takes_field() ? world->model.get() : &no_field()) {
    params = initial_params(*objective, objective->takes_field() ? world->model.get() : nullptr,
                            Rng(2, "law", f64).at("init"));
    sample = drawn(9);
  }
  Sample drawn(std::uint64_t seed) const {
    Rng rng(seed, "law", f64);
    return objective->sample(rows, rng);
  }
  Tensor loss(const Params& p) const { return objective->loss(*field, p, sample).rows; }

  std::shared_ptr<const World> world;
  std::shared_ptr<Objective> objective;
  const Field* field;
  Params params;
  Sample sample;
};

// Every tensor of a sample.
std::vector<Tensor> parts_of(const Sample& sample) {
  std::vector<Tensor> parts = sample.batch.points;
  for (const auto& [name, value] : sample.batch.context) parts.push_back(value);
  for (const auto& [name, value] : sample.draws) parts.push_back(value);
  return parts;
}

void draws_whole_rows(const Subject& subject) {
  const Made made(subject);
  const Shape points = rows_of(rows, made.objective->shape());
  const std::string remedy = "make every member of the sample for the n rows that are asked for";
  require(!made.sample.batch.points.empty() && made.sample.batch.size() == rows, "sample(n) has n rows",
          made.sample.batch.points.empty() ? "no points"
                                           : fmt::format("{} for n = {}", made.sample.batch.size(), rows),
          remedy);
  for (const auto& [name, value] : made.sample.draws)
    require(value.defined() && value.dim() > 0 && value.size(0) == rows,
            "every tensor that a sample names has n rows",
            value.defined() ? fmt::format("'{}' {} for n = {}", name, text_of(value.sizes()), rows)
                            : fmt::format("'{}', which is not defined", name),
            remedy);
  if (!made.objective->takes_field()) return;
  for (const std::string name : {"t", "z", "xt", "ut"}) {
    require(made.sample.has(name), "a sample at which a field is asked draws t, z, xt and ut",
            "no '" + name + "'",
            R"(return {std::move(batch), {{"t", t}, {"z", z}, {"xt", xt}, {"ut", ut}}})");
    const at::IntArrayRef shape = made.sample[name].sizes();
    if (name != "t") require(shape == points, name + " is [n, item...]", text_of(shape), remedy);
  }
  const Tensor t = made.sample["t"];
  require(t.sizes() == at::IntArrayRef({rows}), "t is [n]", text_of(t.sizes()), remedy);
  require(((t >= 0) & (t <= 1)).all().item<bool>(), "t lies in [0, 1]", "a t outside",
          "take t from the port of kind time");
  if (made.objective->sorted_time())
    require(t.equal(std::get<0>(t.sort())), "sorted_time() says that t ascends", "times out of order",
            "return the time's sorted()");
}

void is_addressed_by_its_seed(const Subject& subject) {
  const Made made(subject);
  const Sample again = made.drawn(9), other = made.drawn(10);
  const std::string remedy = "draw from `rng` alone, each part from a stream of its own: rng.at(\"noise\")";
  const auto one = parts_of(made.sample), same = parts_of(again), another = parts_of(other);
  for (std::size_t i = 0; i < one.size(); ++i)
    require_same(one[i], same[i], "the same Rng address gives the same sample", remedy);
  require(!std::ranges::equal(one, another, same_bytes), "another seed gives another sample",
          "the same points", remedy);
  Rng first(1, "a", f64), again_first(1, "a", f64), second(2, "a", f64);
  const Params own = made.objective->init(first), own_again = made.objective->init(again_first);
  const Params others = made.objective->init(second);
  require_of_its_seed(own, own_again, others);
}

void gives_a_loss_for_each_row(const Subject& subject) {
  const Made made(subject);
  const Tensor loss = made.loss(made.params);
  require(loss.sizes() == at::IntArrayRef({rows}), "loss is [B]: one number for each row, not averaged",
          text_of(loss.sizes()) + fmt::format(" for B = {}", rows), "sum over coordinates, not over rows");
  require(loss.scalar_type() == at::kDouble, "the loss has the dtype of its sample",
          text_of(loss.scalar_type()), "keep the dtype of what is drawn");
  require(at::isfinite(loss).all().item<bool>(), "losses are finite", "NaN or infinity", "correct loss");
}

// The loss of the same sample and the same parameters, both in float32.
Loss in_float32(const Subject& subject, const Made& made) {
  const auto single = [](const Tensor& x) {
    return x.defined() && x.is_floating_point() ? x.to(at::kFloat) : x;
  };
  Sample sample = made.sample;
  for (Tensor& points : sample.batch.points) points = single(points);
  sample.batch.weight = single(sample.batch.weight);
  for (auto& [name, value] : sample.batch.context) value = single(value);
  for (auto& [name, value] : sample.draws) value = single(value);
  const auto objective = World::of(subject, {2}, f32)->run<Objective>(subject);
  return objective->loss(*made.field, in(at::kFloat, made.params), sample);
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::ranges::sort(names);
  return names;
}

void gives_the_terms_it_names(const Subject& subject) {
  const Made made(subject);
  const Loss exact = made.objective->loss(*made.field, made.params, made.sample);
  const std::vector<std::string> named = sorted(made.objective->terms());
  if (named.empty() && exact.terms.empty()) throw Skipped("its loss has no terms");
  for (const std::string& name : named)
    require(wording::is_name(name), "the name of a term is made of letters, digits and _", "'" + name + "'",
            "give it another");
  for (const Loss& loss : {exact, in_float32(subject, made)}) {
    std::vector<std::string> given;
    for (const auto& [name, term] : loss.terms) given.push_back(name);
    require(sorted(given) == named, "loss gives each term that terms() names, once, and no other",
            fmt::format("{} where terms() says {}", fmt::join(sorted(given), ", "), fmt::join(named, ", ")),
            "give each with the name that terms() has for it");
    for (const auto& [name, term] : loss.terms) {
      require(term.sizes() == at::IntArrayRef({rows}), "a term is [B]: one number for each row",
              fmt::format("'{}' {} for B = {}", name, text_of(term.sizes()), rows),
              "sum over coordinates, not over rows");
      require(term.scalar_type() == loss.rows.scalar_type(), "a term has the dtype of the loss",
              fmt::format("'{}' {}", name, text_of(term.scalar_type())), "keep the dtype of what is drawn");
      require(at::isfinite(term).all().item<bool>(), "terms are finite",
              fmt::format("NaN or infinity in '{}'", name), "correct loss");
    }
  }
}

void sees_each_row_alone(const Subject& subject) {
  const Made made(subject);
  if (made.objective->dependent_rows()) throw Skipped("its rows depend on each other");
  const Tensor loss = made.loss(made.params);
  for (std::int64_t i = 0; i < rows; ++i) {
    const Sample alone = made.sample.rows(at::tensor({i}, at::kLong));
    require_close(made.objective->loss(*made.field, made.params, alone).rows, loss.slice(0, i, i + 1), 1e-10,
                  1e-11, "the loss of a row does not depend on the other rows of the batch",
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

// What a trainer gives as its network is what it says.
void names_its_networks_parameters(const Subject& subject) {
  const Made made(subject);
  const auto own = made.objective->network();
  if (!own) throw Skipped("it gives no network");
  Rng one(1, "a", f64), other(1, "b", f64);
  const auto given = made.objective->init(one).under(own->prefix).shapes();
  const auto needed = own->network->init(own->signature, other).shapes();
  if (given == needed) return;
  std::string found =
      fmt::format("{} tensors after '{}' where it makes {}", given.size(), own->prefix, needed.size());
  if (given.size() == needed.size()) {
    const auto differing = std::ranges::mismatch(given, needed);
    found = fmt::format("'{}' {} where it makes '{}' {}", differing.in1->first,
                        text_of(differing.in1->second), differing.in2->first, text_of(differing.in2->second));
  }
  throw Broken("the parameters of init after network()'s prefix are those that it makes for its signature",
               found, "in init: return network_->init(signature, rng).prefixed(prefix)");
}

void has_per_sample_gradients(const Subject& subject) {
  const Made made(subject);
  if (!made.objective->taped() || !made.field->taped()) throw Skipped("it does not say taped()");
  const std::string rule =
      "the per-sample gradients of a taped loss are those of one backward pass for each sample";
  const std::string remedy =
      "use each parameter once, in taped layers given params.under(prefix), or return false from taped()";
  const Params live = made.params.requiring_grad();
  Tape tape;
  std::unique_ptr<PerSampleGradients> taped;
  try {
    taped = gradients(made.loss(live.taped(tape)), live, &tape).per_sample;
  } catch (const std::logic_error& error) {
    throw Broken(rule, error.what(), remedy);
  }
  const PerSampleGradients looped = gradients_by_loop(made.loss(live), live);
  require_as_looped(*taped, looped, 1e-10, rule, remedy);
}

void is_the_regression_it_says(const Subject& subject) {
  const Made made(subject);
  const auto of = made.objective->regression(made.sample);
  if (!of) throw Skipped("it says no regression");
  const std::string rule =
      "an objective that says a regression has the loss w ||u - v(x, t)||^2 and no parameters";
  const std::string remedy = "leave regression() out: gradients are taken from it";
  const Tensor v = made.field->velocity(made.params, of->x, of->t, of->context);
  const Tensor squares = (of->u - v).square().flatten(1).sum(1);
  require_close(made.loss(made.params), of->w.defined() ? of->w * squares : squares, 1e-12, 1e-12, rule,
                remedy);
  Rng start(1, "a", f64);
  require(made.objective->init(start).empty(), rule, "parameters of its own", remedy);
  require(made.objective->terms().empty(), rule, "terms, which a regression has not", remedy);
}

void changes_nothing(const Subject& subject) {
  const Made made(subject);
  std::vector<Tensor> copies;
  for (const Tensor& part : parts_of(made.sample)) copies.push_back(part.clone());
  const Params before = made.params.clone();
  made.loss(made.params);
  const std::string rule = "loss changes neither its sample nor the parameters";
  const std::string remedy = "no operations in place on what loss is given";
  const std::vector<Tensor> after = parts_of(made.sample);
  for (std::size_t i = 0; i < copies.size(); ++i) require_same(after[i], copies[i], rule, remedy);
  for (const auto& [name, value] : made.params.tensors()) require_same(value, before[name], rule, remedy);
}

void says_what_its_parts_are(const Subject& subject) {
  const Made made(subject);
  if (!facet<FlowMatchingParts>(*made.objective)) throw Skipped("it names no parts of flow matching");
  const Tensor v = made.world->model->velocity(made.params, made.sample["xt"], made.sample["t"]);
  require_close(
      made.loss(made.params), (made.sample["ut"] - v).square().flatten(1).sum(1), 1e-12, 1e-12,
      "an objective with the facet FlowMatchingParts has the loss ||ut - v(xt, t)||^2 and nothing else",
      "remove the facet: closed forms are taken from it");
}

void is_the_same_in_float32(const Subject& subject) {
  const Made made(subject);
  const Tensor loss = in_float32(subject, made).rows;
  const Tensor exact = made.loss(made.params);
  require(loss.scalar_type() == at::kFloat, "a float32 sample has a float32 loss",
          text_of(loss.scalar_type()), "keep the dtype of what is drawn, and constants in double");
  require_close(loss, exact, 10 * float32_round_off, 10 * float32_round_off * number(exact.abs().max()),
                "float32 gives the loss that float64 gives, to float32's accuracy",
                "keep constants in double, and avoid differences of large numbers");
}

}  // namespace

std::vector<Law> objective_laws() {
  return {{"sample", draws_whole_rows},
          {"seed", is_addressed_by_its_seed},
          {"domain", says_what_its_field_is_told},
          {"loss", gives_a_loss_for_each_row},
          {"terms", gives_the_terms_it_names},
          {"rows", sees_each_row_alone},
          {"gradient", is_differentiable},
          {"networks", names_its_networks_parameters},
          {"per_sample", has_per_sample_gradients},
          {"regression", is_the_regression_it_says},
          {"pure", changes_nothing},
          {"parts", says_what_its_parts_are},
          {"float32", is_the_same_in_float32}};
}

}  // namespace weir::conformance

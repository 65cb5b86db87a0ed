// tools/check/laws/field.cpp -- laws of every field: networks with parameters and closed forms without.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <weir/math/autograd/tape.hpp>
#include <weir/math/variance/gradient_variance.hpp>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

// A field away from special initial values (zeros), and where it is asked.
struct Made {
  Made(const Subject& subject, const World& world, const Shape& item) : field(world.run<Field>(subject)) {
    const Rng rng(4, "law", world.options);
    Rng start = rng.at("init");
    const Params initial = field->init(item, start);
    std::vector<Tensor> moved;
    for (const auto& [name, tensor] : initial.tensors())
      moved.push_back(tensor + 0.1 * rng.at("move " + name).normal(tensor.sizes()));
    params = initial.with(moved);
    x = rng.at("x").normal(rows_of(7, item));
    t = rng.at("t").uniform({7});
    u = rng.at("u").normal(x.sizes());
  }
  Tensor velocity() const { return field->velocity(params, x, t); }
  Tensor losses(const Params& p) const { return (field->velocity(p, x, t) - u).square().flatten(1).sum(1); }

  std::shared_ptr<Field> field;
  Params params;
  Tensor x, t, u;
};

// On points, small images and larger ones, as far as it takes them.
void everywhere(const Subject& subject, const at::TensorOptions& options,
                const std::function<void(const Made&, const Shape&)>& hold, const PathOf& path = {}) {
  std::string refused;
  bool held = false;
  for (const Shape& item : {Shape{2}, Shape{3}, Shape{1, 2, 3}, Shape{2, 5, 6}}) {
    try {
      const auto world = World::of(subject, item, options, Ends::law_and_set, path);
      const auto field = world->run<Field>(subject);
      Faults faults;
      Plan plan([](const std::string& key) { return Place{.file = key}; }, faults);
      field->plan_for(item, plan);
      if (!faults.empty()) throw Skipped(faults.front().message);
      hold(Made(subject, *world, item), item);
      held = true;
    } catch (const Skipped& skipped) {
      refused = skipped.what();
    }
  }
  if (!held) throw Skipped(refused);
}

void keeps_its_shape(const Subject& subject) {
  for (const at::TensorOptions& options : {f32, f64}) {
    everywhere(subject, options, [](const Made& made, const Shape&) {
      const Tensor v = made.velocity();
      require(v.sizes() == made.x.sizes(), "a velocity has the shape of its point",
              fmt::format("{} at points {}", text_of(v.sizes()), text_of(made.x.sizes())),
              "end with reshape_as(x)");
      require(v.scalar_type() == made.x.scalar_type() && v.device() == made.x.device(),
              "a velocity has the dtype and device of its point",
              fmt::format("{} at points of {}", text_of(v.scalar_type()), text_of(made.x.scalar_type())),
              "make tensors with x.options(), and end with to(x.scalar_type())");
      require(at::isfinite(v).all().item<bool>(), "velocities are finite", "NaN or infinity",
              "correct velocity");
    });
  }
}

void sees_each_row_alone(const Subject& subject) {
  everywhere(subject, f64, [](const Made& made, const Shape&) {
    const Tensor v = made.velocity();
    for (std::int64_t i = 0; i < 7; ++i) {
      const Tensor alone =
          made.field->velocity(made.params, made.x.slice(0, i, i + 1), made.t.slice(0, i, i + 1));
      require_close(alone.squeeze(0), v[i], 1e-10, 1e-11,
                    "each row of a velocity depends on its own point and time alone",
                    "no statistics over the batch: per-sample gradients and integration by chunks need that");
    }
  });
}

// Parameters may come from there, whatever the seed.
bool reads_a_file(const Subject& subject) {
  return std::ranges::any_of(subject.schema.params, [&](const ParamSchema& param) {
    return param.type == ParamType::path && subject.params.contains(param.name);
  });
}

void is_addressed_by_its_seed(const Subject& subject) {
  everywhere(subject, f32, [&](const Made& made, const Shape& item) {
    Rng one(1, "a", f32), same(1, "a", f32), another(2, "a", f32);
    const Params first = made.field->init(item, one), second = made.field->init(item, same);
    const Params third = made.field->init(item, another);
    if (first.empty()) throw Skipped("it has no parameters");
    bool random = false, differs = false;
    for (const auto& [name, tensor] : first.tensors()) {
      require_same(tensor, second[name], "the same seed gives the same initial parameters",
                   "draw from `rng`, the argument of init, alone");
      random = random || (tensor.numel() > 1 && number(tensor.max() - tensor.min()) != 0);
      differs = differs || !tensor.equal(third[name]);
    }
    require(!random || differs || reads_a_file(subject),
            "another seed gives other initial parameters, unless they are constant",
            "the same parameters from two seeds", "draw from `rng`, the argument of init");
    require_same(made.field->velocity(first, made.x, made.t), made.field->velocity(second, made.x, made.t),
                 "equal parameters give equal velocities", "velocity is a pure function: draw nothing in it");
  });
}

void is_the_same_with_a_tape(const Subject& subject) {
  everywhere(subject, f64, [](const Made& made, const Shape&) {
    if (made.params.empty()) throw Skipped("it has no parameters");
    Tape tape;
    const Params leaves = made.params.requiring_grad();
    require_close(made.field->velocity(leaves.taped(tape), made.x, made.t), made.velocity(), 1e-13, 1e-13,
                  "called with a tape it returns the velocity that it returns without",
                  "use the layers of weir/math/autograd/layers.hpp for every parameter");
  });
}

void has_per_sample_gradients(const Subject& subject) {
  for (const auto& [options, tolerance] : {std::pair(f64, 1e-10), std::pair(f32, 1e-4)}) {
    everywhere(subject, options, [tolerance = tolerance](const Made& made, const Shape&) {
      if (!made.field->taped() || made.params.empty()) throw Skipped("it does not say taped()");
      const Params leaves = made.params.requiring_grad();
      Tape tape;
      const Gradients taped = gradients(made.losses(leaves.taped(tape)), leaves, &tape);
      const PerSampleGradients looped = gradients_by_loop(made.losses(leaves), leaves);
      const std::string rule =
          "a taped field's per-sample gradients are those of one backward pass for each sample";
      const std::string remedy =
          "use every parameter through the layers of weir/math/autograd/layers.hpp, or leave taped() false";
      const auto count = taped.per_sample->layers.size();
      require(count == looped.layers.size(), rule,
              fmt::format("{} layers on the tape, {} in the parameters", count, looped.layers.size()),
              remedy);
      for (std::size_t l = 0; l < looped.layers.size(); ++l) {
        const std::string& layer = looped.layers[l].first;
        require(taped.per_sample->layers[l].first == layer, rule,
                fmt::format("layer {} where {} was expected", taped.per_sample->layers[l].first, layer),
                remedy);
        const Tensor norms = looped.layers[l].second->norms();
        require_close(taped.per_sample->layers[l].second->norms(), norms, tolerance,
                      tolerance * number(norms.max()), rule + " (norms of layer " + layer + ")", remedy);
      }
      const double total = gradient_variance(looped).total.trace_cov;
      const double measured = gradient_variance(*taped.per_sample).total.trace_cov;
      require(std::abs(measured - total) <= 10 * tolerance * std::abs(total), rule,
              fmt::format("tr Cov(g) of {:.10g} by the tape, {:.10g} by loop", measured, total), remedy);
    });
  }
}

// The same points at one time.
Tensor velocity_at(const Made& made, double t) {
  return made.field->velocity(made.params, made.x, at::full({7}, t, made.x.options()));
}

// At t = 0 or t = 1, beside its values 2^-16 and 2^-18 inside. Where those two agree there is a limit, of which the one further in is
// three times as far from it as from the other, or further.
void is_whole_at(double end, const Made& made, const std::string& where) {
  const auto beside = [&](double distance) { return velocity_at(made, end == 0 ? distance : 1 - distance); };
  const Tensor farther = beside(0x1p-16), near = beside(0x1p-18);
  require(at::isfinite(near).all().item<bool>(), "next to the ends of time a velocity is finite", where,
          "see what velocity divides by there");
  const double size = number(near.abs().max()), apart = number((near - farther).abs().max());
  Tensor v;
  try {
    v = velocity_at(made, end);
  } catch (const std::exception& error) {
    require(size > 2 * number(farther.abs().max()),
            "a field refuses an end of time only where it is infinite there",
            fmt::format("{}: '{}', and {:.3g} next to it", where, error.what(), size),
            "give the limit: take the factors that are 0 / 0 or 0 times infinity together");
    return;
  }
  require(at::isfinite(v).all().item<bool>(),
          "a velocity at an end of time is finite, or an exception says why it is not",
          fmt::format("NaN or infinity {}", where),
          "give the limit where there is one: take the factors that are 0 / 0 or 0 times infinity together");
  if (apart > 0.01 * size) return;
  require_close(v, near, 0, apart + 1e-4 * size, "a velocity at an end of time is the limit " + where,
                "give the limit: take the factors that are 0 / 0 or 0 times infinity together");
}

// Every path that is known, for a field that asks for one.
std::vector<PathOf> paths_for(const Subject& subject) {
  if (std::ranges::find(subject.schema.ports, "interpolant", &PortSchema::kind) == subject.schema.ports.end())
    return {PathOf{}};
  std::vector<PathOf> paths;
  for (const std::string& interpolant : known_interpolants)
    for (const std::string& noise : known_noises)
      for (const bool in_target : {false, true}) paths.push_back({interpolant, noise, in_target});
  return paths;
}

void is_whole_at_the_ends(const Subject& subject) {
  std::string refused;
  bool held = false;
  for (const PathOf& path : paths_for(subject)) {
    for (const at::TensorOptions& options : {f32, f64}) {
      try {
        everywhere(
            subject, options,
            [&](const Made& made, const Shape&) {
              for (const double end : {0.0, 1.0})
                is_whole_at(end, made,
                            fmt::format("at t = {} with {}, {}{}, in {}", end, path.interpolant, path.noise,
                                        path.noise_in_target ? " in the target" : "",
                                        text_of(options.dtype().toScalarType())));
            },
            path);
        held = true;
      } catch (const Skipped& skipped) {
        refused = skipped.what();
      }
    }
  }
  if (!held) throw Skipped(refused);
}

Params in(at::ScalarType dtype, const Params& params) {
  std::vector<Tensor> values;
  for (const Tensor& value : params.values()) values.push_back(value.to(dtype));
  return params.with(values);
}

void is_the_same_in_float32(const Subject& subject) {
  everywhere(subject, f32, [&](const Made& made, const Shape&) {
    if (made.params.empty()) throw Skipped("it has no parameters: its data differ with the dtype");
    const auto exact = World::of(subject, made.x.sizes().slice(1).vec())->run<Field>(subject);
    const Tensor v =
        exact->velocity(in(at::kDouble, made.params), made.x.to(at::kDouble), made.t.to(at::kDouble));
    // Sums over some hundred products.
    require_close(made.velocity(), v, 10 * float32_round_off, 10 * float32_round_off * number(v.abs().max()),
                  "float32 gives the velocity that float64 gives, to float32's accuracy",
                  "keep constants in double, and avoid differences of large numbers");
  });
}

// Two rows of three have another label than before.
void takes_what_it_is_told(const Subject& subject) {
  std::string refused = "it takes no items that the check knows";
  for (const Shape& item : {Shape{2}, Shape{1, 4, 4}}) {
    const auto field = World::of(subject, item)->run<Field>(subject);
    Faults faults;
    Plan plan([](const std::string& key) { return Place{.file = key}; }, faults);
    field->plan_for(item, plan);
    if (!faults.empty()) continue;
    Domain domain(item, {{"label", {.shape = {}, .classes = 3}}});
    domain.left_out = true;
    field->plan_for(domain, plan);
    if (!faults.empty()) {
      refused = "it takes no context, and says so at plan: " + faults.front().message;
      continue;
    }
    const Rng rng(4, "law", f64);
    Rng start = rng.at("init");
    const Params initial = field->init(domain, start);
    std::vector<Tensor> moved;
    for (const auto& [name, tensor] : initial.tensors())
      moved.push_back(tensor + 0.1 * rng.at("move " + name).normal(tensor.sizes()));
    const Params params = initial.with(moved);
    const Tensor x = rng.at("x").normal(rows_of(3, item)), t = rng.at("t").uniform({3});
    const auto told = [&](const std::vector<std::int64_t>& labels) {
      return field->velocity(params, x, t, {{"label", at::tensor(labels, at::kLong)}});
    };
    const Tensor v = told({0, 1, 2}), other = told({0, 2, 1});
    const std::string remedy = "take the context by nn::context_features, or refuse it in plan_for";
    require_close(v[0], other[0], 1e-10, 1e-11, "a row's velocity depends on the label of that row alone",
                  remedy);
    for (const std::int64_t i : {1, 2})
      require(!v[i].equal(other[i]), "a field that does not refuse a label at plan depends on it",
              "the same velocity", remedy);
    require(at::isfinite(told({-1, -1, -1})).all().item<bool>(),
            "velocities are finite where the label is left out (-1)", "NaN or infinity", remedy);
    try {
      field->velocity(params, x, t, {});
    } catch (const std::exception&) {
      return;
    }
    throw Broken("a field whose init was told of a label says so where it is missing", "a velocity",
                 "throw std::invalid_argument");
  }
  throw Skipped(refused);
}

}  // namespace

std::vector<Law> field_laws() {
  return {{"shape", keeps_its_shape},
          {"ends", is_whole_at_the_ends},
          {"rows", sees_each_row_alone},
          {"seed", is_addressed_by_its_seed},
          {"context", takes_what_it_is_told},
          {"tape", is_the_same_with_a_tape},
          {"per_sample", has_per_sample_gradients},
          {"float32", is_the_same_in_float32}};
}

}  // namespace weir::conformance

// tools/check/laws/field.cpp -- laws of every field: networks with parameters and closed forms without.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <weir/math/autograd/pass.hpp>
#include <weir/math/autograd/tape.hpp>
#include <weir/math/variance/gradient_variance.hpp>

#include <check/bench/parameters.hpp>
#include "fields.hpp"

namespace weir::conformance {
namespace {

void keeps_its_shape(const Subject& subject) {
  for (const at::TensorOptions& options : {f32, f64}) {
    everywhere(subject, options, [](const MadeField& made, const Shape&) {
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
  everywhere(subject, f64, [](const MadeField& made, const Shape&) {
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
  everywhere(subject, f32, [&](const MadeField& made, const Shape& item) {
    Rng one(1, "a", f32), same(1, "a", f32), another(2, "a", f32);
    const Params first = made.field->init(item, one), second = made.field->init(item, same);
    const Params third = made.field->init(item, another);
    if (first.empty()) throw Skipped("it has no parameters");
    require_of_its_seed(first, second, third, reads_a_file(subject));
    require_same(made.field->velocity(first, made.x, made.t), made.field->velocity(second, made.x, made.t),
                 "equal parameters give equal velocities", "velocity is a pure function: draw nothing in it");
  });
}

void is_the_same_with_a_tape(const Subject& subject) {
  everywhere(subject, f64, [](const MadeField& made, const Shape&) {
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
    everywhere(subject, options, [tolerance = tolerance](const MadeField& made, const Shape&) {
      if (!made.field->taped() || made.params.empty()) throw Skipped("it does not say taped()");
      const Params leaves = made.params.requiring_grad();
      Tape tape;
      const Gradients taped = gradients(made.losses(leaves.taped(tape)), leaves, &tape);
      const PerSampleGradients looped = gradients_by_loop(made.losses(leaves), leaves);
      const std::string rule =
          "a taped field's per-sample gradients are those of one backward pass for each sample";
      const std::string remedy =
          "use every parameter through the layers of weir/math/autograd/layers.hpp, or leave taped() false";
      require_as_looped(*taped.per_sample, looped, tolerance, rule, remedy);
      const double total = gradient_variance(looped).total.trace_cov;
      const double measured = gradient_variance(*taped.per_sample).total.trace_cov;
      require(std::abs(measured - total) <= 10 * tolerance * std::abs(total), rule,
              fmt::format("tr Cov(g) of {:.10g} by the tape, {:.10g} by loop", measured, total), remedy);
    });
  }
}

void has_a_way_back(const Subject& subject) {
  for (const auto& [options, tolerance] : {std::pair(f64, 1e-10), std::pair(f32, 1e-4)}) {
    everywhere(subject, options, [tolerance = tolerance](const MadeField& made, const Shape&) {
      const auto pass = made.field->pass(made.params, made.x, made.t, {});
      if (!pass) throw Skipped("it has no pass of its own: autograd finds the way back");
      const std::string rule =
          "a pass gives the velocity, and on its way back the gradients that autograd gives";
      const std::string remedy = "correct pass, or leave it out";
      require_close(pass->output(), made.velocity().flatten(1), tolerance, tolerance, rule, remedy);
      const Params leaves = made.params.requiring_grad();
      const std::vector<Tensor> wanted = gradients(made.losses(leaves), leaves, nullptr).mean;
      const double rows = static_cast<double>(made.x.size(0));
      const Gradients found =
          pass->backward(2 * (pass->output() - made.u.flatten(1)) / rows, /*per_sample=*/true);
      require(found.mean.size() == wanted.size(), rule,
              fmt::format("{} gradients of {} parameters", found.mean.size(), wanted.size()), remedy);
      for (std::size_t i = 0; i < wanted.size(); ++i)
        require_close(found.mean[i], wanted[i], tolerance, tolerance * number(wanted[i].abs().max()), rule,
                      remedy);
      require_as_looped(*found.per_sample, gradients_by_loop(made.losses(leaves), leaves), tolerance, rule,
                        remedy);
    });
  }
}

void is_the_same_in_float32(const Subject& subject) {
  everywhere(subject, f32, [&](const MadeField& made, const Shape&) {
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
    if (!plan_for(*field, Domain(item)).empty()) continue;
    Domain domain(item, {{"label", {.shape = {}, .classes = 3}}});
    domain.left_out = true;
    if (const Faults faults = plan_for(*field, domain); !faults.empty()) {
      refused = "it takes no context, and says so at plan: " + faults.front().message;
      continue;
    }
    const Rng rng(4, "law", f64);
    Rng start = rng.at("init");
    const Params params = moved(field->init(domain, start), rng);
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
          {"pass", has_a_way_back},
          {"float32", is_the_same_in_float32}};
}

}  // namespace weir::conformance

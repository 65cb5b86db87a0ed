// tools/check/laws/network.cpp -- laws of every network.
#include <algorithm>

#include <fmt/format.h>

#include <weir/kinds/learn/network.hpp>
#include <weir/math/autograd/tape.hpp>

#include <check/bench/anywhere.hpp>
#include <check/bench/parameters.hpp>
#include "laws.hpp"
#include "world.hpp"

namespace weir::conformance {
namespace {

using Signature = Network::Signature;

constexpr std::int64_t rows = 7, classes = 3;

// A network for a signature, away from special initial values (zeros), and what it is asked with.
struct Made {
  Made(std::shared_ptr<Network> of, const Signature& between, const at::TensorOptions& options)
      : network(std::move(of)), signature(between) {
    const Rng rng(4, "law", options);
    Rng start = rng.at("init");
    params = moved(network->init(signature, start), rng);
    for (const auto& [name, entry] : signature.inputs)
      inputs[name] = entry.classes > 0 ? at::arange(rows, at::kLong).remainder(entry.classes)
                                       : rng.at(name).normal(rows_of(rows, entry.shape));
    wanted = rng.at("wanted").normal(rows_of(rows, signature.output));
  }
  Tensor forward(const Params& p) const { return network->forward(p, inputs); }
  Tensor losses(const Params& p) const { return (forward(p) - wanted).square().reshape({rows, -1}).sum(1); }

  std::shared_ptr<Network> network;
  Signature signature;
  Params params;
  Context inputs;
  Tensor wanted;
};

Context rows_of_inputs(const Context& inputs, const Tensor& index) {
  Context some;
  for (const auto& [name, value] : inputs) some[name] = value.index_select(0, index);
  return some;
}

Context inputs_in(at::ScalarType dtype, const Context& inputs) {
  Context other;
  for (const auto& [name, value] : inputs) other[name] = value.is_floating_point() ? value.to(dtype) : value;
  return other;
}

// From points, points and a label, small images and larger ones, to four numbers or one, as far as it does not refuse them.
void everywhere(const Subject& subject, const at::TensorOptions& options,
                const std::function<void(const Made&)>& hold) {
  const Domain::Entry label{.shape = {}, .classes = classes};
  const std::vector<std::map<std::string, Domain::Entry>> inputs = {
      {{"x", {.shape = {3}}}},
      {{"x", {.shape = {2}}}, {"label", label}},
      {{"x", {.shape = {2}}}, {"y", {.shape = {2, 2}}}},
      {{"x", {.shape = {1, 4, 5}}}},
      {{"x", {.shape = {2, 7, 6}}}}};
  Anywhere anywhere;
  for (const auto& of : inputs) {
    for (const Shape& output : {Shape{4}, Shape{1}, Shape{}}) {
      const bool held = anywhere.in_one([&] {
        const auto network = World::of(subject, {2}, options)->run<Network>(subject);
        const Signature signature{of, output};
        if (const Faults faults = plan_for(*network, signature); !faults.empty())
          throw Skipped(faults.front().message);
        hold(Made(network, signature, options));
      });
      if (held) break;
    }
  }
  anywhere.require_one();
}

void keeps_its_shape(const Subject& subject) {
  for (const at::TensorOptions& options : {f32, f64}) {
    everywhere(subject, options, [&](const Made& made) {
      const Tensor y = made.forward(made.params);
      require(y.sizes() == made.wanted.sizes(), "forward gives [B, output...]",
              fmt::format("{} where {} is wanted", text_of(y.sizes()), text_of(made.wanted.sizes())),
              "refuse in plan_for the outputs that it cannot give");
      require(y.scalar_type() == made.wanted.scalar_type() && y.device() == made.wanted.device(),
              "an output has the dtype and device of the inputs", text_of(y.scalar_type()),
              "make tensors with options of an input or a parameter");
      require(at::isfinite(y).all().item<bool>(), "outputs are finite", "NaN or infinity", "correct forward");
      Tensor features;
      try {
        features = made.network->features(made.params, made.inputs);
      } catch (const std::logic_error&) {
        return;  // it has none, and says so
      }
      require(features.dim() == 2 && features.size(0) == rows, "features are [B, k]",
              text_of(features.sizes()),
              "flatten what the last layer is given, or leave features to the base class");
      require(at::isfinite(features).all().item<bool>(), "features are finite", "NaN or infinity",
              "correct features");
    });
  }
}

void sees_each_row_alone(const Subject& subject) {
  everywhere(subject, f64, [](const Made& made) {
    const Tensor y = made.forward(made.params);
    for (std::int64_t i = 0; i < rows; ++i) {
      const Tensor index = at::tensor({i}, at::kLong);
      const Tensor alone = made.network->forward(made.params, rows_of_inputs(made.inputs, index));
      require_close(alone.squeeze(0), y[i], 1e-10, 1e-11,
                    "each row of an output depends on its own inputs alone",
                    "no statistics over the batch: per-sample gradients need that");
    }
  });
}

void is_addressed_by_its_seed(const Subject& subject) {
  everywhere(subject, f32, [](const Made& made) {
    Rng one(1, "a", f32), same(1, "a", f32), another(2, "a", f32);
    const Params first = made.network->init(made.signature, one),
                 second = made.network->init(made.signature, same);
    const Params third = made.network->init(made.signature, another);
    if (first.empty()) throw Skipped("it has no parameters");
    require_of_its_seed(first, second, third);
    require_same(made.forward(first), made.forward(second), "equal parameters give equal outputs",
                 "forward is a pure function: draw nothing in it");
  });
}

void takes_its_inputs(const Subject& subject) {
  everywhere(subject, f64, [](const Made& made) {
    const Tensor y = made.forward(made.params);
    const std::string remedy = "use every input that init is told of, or refuse it in plan_for";
    for (const auto& [name, entry] : made.signature.inputs) {
      Context other = made.inputs;
      other[name] =
          entry.classes > 0 ? (other[name] + 1).remainder(entry.classes) : other[name].flip(0) + 0.5;
      const Tensor changed = made.network->forward(made.params, other);
      require(!changed.equal(y), "an input that is not refused at plan changes the output",
              fmt::format("the same output for another '{}'", name), remedy);
      other.erase(name);
      bool says = false;
      try {
        made.network->forward(made.params, other);
      } catch (const std::exception&) {
        says = true;
      }
      require(says, "asked without an input that init was told of, a network says so",
              fmt::format("an output without '{}'", name),
              "throw std::invalid_argument where an input is missing");
    }
  });
}

void is_the_same_with_a_tape(const Subject& subject) {
  everywhere(subject, f64, [](const Made& made) {
    if (made.params.empty()) throw Skipped("it has no parameters");
    Tape tape;
    const Params leaves = made.params.requiring_grad();
    require_close(made.forward(leaves.taped(tape)), made.forward(made.params), 1e-13, 1e-13,
                  "called with a tape it returns what it returns without",
                  "use the layers of weir/math/autograd/layers.hpp for every parameter");
  });
}

// Under a prefix, as an objective asks it.
void has_per_sample_gradients(const Subject& subject) {
  for (const auto& [options, tolerance] : {std::pair(f64, 1e-10), std::pair(f32, 1e-4)}) {
    everywhere(subject, options, [tolerance = tolerance](const Made& made) {
      if (!made.network->taped() || made.params.empty()) throw Skipped("it does not say taped()");
      const std::string rule =
          "a taped network's per-sample gradients are those of one backward pass for each sample";
      const std::string remedy =
          "use every parameter through the layers of weir/math/autograd/layers.hpp, once, or leave taped() "
          "false";
      const Params leaves = made.params.prefixed("own.").requiring_grad();
      Tape tape;
      std::unique_ptr<PerSampleGradients> taped;
      try {
        taped = gradients(made.losses(leaves.taped(tape).under("own.")), leaves, &tape).per_sample;
      } catch (const std::logic_error& error) {
        throw Broken(rule, error.what(), remedy);
      }
      const PerSampleGradients looped = gradients_by_loop(made.losses(leaves.under("own.")), leaves);
      require_as_looped(*taped, looped, tolerance, rule, remedy);
    });
  }
}

void is_the_same_in_float32(const Subject& subject) {
  everywhere(subject, f32, [&](const Made& made) {
    const auto exact = World::of(subject)->run<Network>(subject);
    const Tensor y = exact->forward(in(at::kDouble, made.params), inputs_in(at::kDouble, made.inputs));
    // Sums over some hundred products.
    require_close(made.forward(made.params), y, 10 * float32_round_off,
                  10 * float32_round_off * number(y.abs().max()),
                  "float32 gives what float64 gives, to float32's accuracy",
                  "keep constants in double, and avoid differences of large numbers");
  });
}

}  // namespace

std::vector<Law> network_laws() {
  return {{"shape", keeps_its_shape},         {"rows", sees_each_row_alone},
          {"seed", is_addressed_by_its_seed}, {"inputs", takes_its_inputs},
          {"tape", is_the_same_with_a_tape},  {"per_sample", has_per_sample_gradients},
          {"float32", is_the_same_in_float32}};
}

}  // namespace weir::conformance

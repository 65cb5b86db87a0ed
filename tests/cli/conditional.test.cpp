// tests/cli/conditional.test.cpp -- pipelines of a field that is told classes: followed, guided, measured, and taken from a record.
#include <catch2/catch.hpp>

#include <weir/record/reader.hpp>

#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;

namespace {

const std::string problem = R"(seed: 3
dtype: float64
nodes:
  base:   {plugin: source/gaussian, dim: 2}
  target: {plugin: source/mixture, set: eight_gaussians, labelled: true}
  asked:  {plugin: coupling/independent, source: base, target: target, draw: {fixed: 24}}
)";
const std::string model = "{plugin: field/mlp, width: 8, depth: 2}";
const std::string training =
    R"(  pairs:  {plugin: coupling/independent, source: base, target: target, draw: fresh}
  task:   {plugin: objective/flow_matching, coupling: pairs, leave_out: 0.2}
  train:  {plugin: trainer/gradient, objective: task, model: )" +
    model + R"(, steps: 30, batch: 16}
)";

std::string flow(const std::string& field) {
  return "  flow:   {plugin: integrator/dopri5, field: " + field +
         ", start: asked.x0, context: {label: asked.label}, guidance: 2}\n";
}

Answer run(const ScratchFolder& scratch, const std::string& name, const std::string& nodes) {
  scratch.write(name + ".yaml", "name: " + name + "\n" + problem + nodes);
  return weir_program(scratch.path(), "run " + name + ".yaml -o " + name + ".h5 --progress none");
}

std::vector<double> ends(const std::filesystem::path& record) {
  const weir::Array end = weir::Reader(record).read("/nodes/flow/end");
  const auto* values = end.data<double>();
  return {values, values + 48};
}

}  // namespace

TEST_CASE("A field that is told classes is guided and measured with them, at the defaults of each metric") {
  const ScratchFolder scratch;
  const Answer answer = run(scratch, "told", training + flow("train.ema") + R"(
  paths:  {plugin: metric/straightness, field: train.ema, start: asked.x0, context: {label: asked.label}, steps: 5}
  dense:  {plugin: metric/log_likelihood, field: train.ema, start: base, points: asked.x1, context: {label: asked.label}}
  apart:  {plugin: metric/field_error, field: train.field, reference: train.ema, objective: task, samples: 64}
  spread: {plugin: metric/gradient_variance, field: train.field, objective: task, batch: 16, replicates: 2}
)");
  INFO(answer.err);
  CHECK(answer.exit == 0);
}

TEST_CASE("A record gives a field that is told classes to another pipeline, with the same ends") {
  const ScratchFolder scratch;
  REQUIRE(run(scratch, "first", training + flow("train.ema")).exit == 0);
  const Answer later =
      run(scratch, "later",
          "  kept:   {plugin: field/recorded, file: first.h5, node: train, which: ema, model: " + model +
              "}\n" + flow("kept"));
  INFO(later.err);
  REQUIRE(later.exit == 0);
  CHECK(ends(scratch.path() / "later.h5") == ends(scratch.path() / "first.h5"));
}

TEST_CASE("What a conditional pipeline leaves out is a fault before anything runs") {
  const ScratchFolder scratch;
  const Answer missing =
      run(scratch, "missing",
          training + "  flow: {plugin: integrator/euler, field: train.ema, start: asked.x0, steps: 4}\n");
  CHECK(missing.exit == 2);
  CHECK_THAT(missing.err,
             Contains("this field was trained with 'label' beside x and t, and is asked here without it") &&
                 Contains("missing.yaml:11:3"));
}

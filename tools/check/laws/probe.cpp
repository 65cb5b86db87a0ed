// tools/check/laws/probe.cpp -- laws of every probe.
#include <fmt/format.h>

#include <weir/kinds/learn/probe.hpp>

#include <check/bench/broken.hpp>
#include <check/bench/missing.hpp>
#include "laws.hpp"
#include "training.hpp"

namespace weir::conformance {
namespace {

const nlohmann::json short_training = {{"steps", 6}, {"batch", 8}};

// A training that the probe observes.
struct Observed {
  Observed(const World& world, const Subject& subject, const nlohmann::json& more = nlohmann::json::object())
      : probe(world.run<Probe>(subject, {.params = more, .path = "train.probes.probe"})),
        training(world, subject.other("trainer/gradient"), short_training, {{"probes", probe, "", "probe"}}) {
    rows.watch(*probe);
    training.trainer->run(training.quiet);
  }
  std::shared_ptr<Probe> probe;
  Training training;
  Rows rows;
};

void leaves_the_training_alone(const Subject& subject) {
  const auto world = World::of(subject);
  const Observed observed(*world, subject);
  Training alone(*world, subject.other("trainer/gradient"), short_training);
  alone.trainer->run(alone.quiet);
  const std::string rule = "a training is the same to the last bit whether the probe looks on or not";
  const std::string remedy =
      "change nothing that observe is given: no operations in place, no random numbers";
  const auto a = observed.training.results(), b = alone.results();
  // With a probe that keeps the best parameters, the trainer's best field follows after those that it gives alone.
  for (std::size_t i = 0; i < b.size(); ++i) require_same(a.at(i), b[i], rule, remedy);
  for (const auto& [path, rows] : alone.rows.rows)
    require_same(at::stack(observed.training.rows.rows.at(path)), at::stack(rows), rule, remedy);
}

void observes_the_steps_that_it_is_asked_to(const Subject& subject) {
  const auto world = World::of(subject);
  const Observed observed(*world, subject, {{"every", 2}});
  require(!observed.rows.steps.empty(), "a probe writes rows", "none in 6 steps",
          "append to its traces in observe, and plan them in plan_for");
  for (const auto& [path, steps] : observed.rows.steps)
    for (const std::int64_t step : steps)
      require(step % 2 == 0 && step <= 6, "with every: 2 it writes at steps 2, 4 and 6 alone",
              fmt::format("a row of {} at step {}", path, step), "append at step.step");
}

void writes_the_same_again(const Subject& subject) {
  const auto world = World::of(subject);
  const Observed one(*world, subject), other(*world, subject);
  for (const auto& [path, rows] : one.rows.rows)
    require_same(at::stack(other.rows.rows.at(path)), at::stack(rows),
                 "the same training gives the same rows",
                 "keep nothing between two steps outside the node, and draw no random numbers");
}

void writes_numbers(const Subject& subject) {
  const auto world = World::of(subject);
  const Observed observed(*world, subject);
  for (const AnyOutput* output : observed.probe->outputs()) {
    const auto rows = observed.rows.rows.find(output->path());
    if (rows != observed.rows.rows.end())
      for (const Tensor& row : rows->second) require_no_missing(row, output->path(), output->schema());
  }
}

}  // namespace

std::vector<Law> probe_laws() {
  return {{"neutral", leaves_the_training_alone},
          {"steps", observes_the_steps_that_it_is_asked_to},
          {"repeats", writes_the_same_again},
          {"numbers", writes_numbers}};
}

}  // namespace weir::conformance

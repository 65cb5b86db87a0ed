// tools/check/laws/trainer.cpp -- laws of every trainer.
#include <algorithm>

#include <fmt/format.h>

#include <check/bench/broken.hpp>
#include "laws.hpp"
#include "training.hpp"

namespace weir::conformance {
namespace {

const nlohmann::json short_training = {{"steps", 12}, {"batch", 8}};

void gives_fields(const Subject& subject) {
  const auto world = World::of(subject);
  Training training(*world, subject, short_training);
  const bool declared = std::ranges::any_of(training.trainer->outputs(), [](const AnyOutput* output) {
    return dynamic_cast<const Output<Field>*>(output) || dynamic_cast<const Output<Interpolant>*>(output);
  });
  const bool goes_on = !training.trainer->fitted().empty();
  require(declared || goes_on, "a trainer has an output that is a field", "none",
          "declare weir::Output<weir::Field>, or say in fitted() what a training goes on from");
  require(!declared || !training.fields().empty() || !training.paths().empty(),
          "a field of it is there after plan, so that those after it can plan", "none",
          "set the output in plan, to a weir::Fitted whose parameters come in run");
  training.trainer->run(training.quiet);
  const Rng rng(4, "law", f64);
  const Tensor x = rng.at("x").normal({5, 2}), t = rng.at("t").uniform({5});
  for (const Field* field : training.fields()) {
    Rng unused(0, "", f64);
    const Tensor v = field->velocity(field->init({2}, unused), x, t);
    require(v.sizes() == x.sizes() && at::isfinite(v).all().item<bool>(),
            "a trained field has finite velocities of its points' shape", text_of(v.sizes()),
            "set the fitted parameters at the end of run");
  }
  for (const Interpolant* path : training.paths()) {
    const auto [xt, ut] = Training::on(*path);
    require(xt.sizes() == x.sizes() && ut.sizes() == x.sizes() &&
                at::isfinite(at::cat({xt, ut})).all().item<bool>(),
            "a learned path has finite places and velocities of its points' shape", text_of(ut.sizes()),
            "set the fitted parameters at the end of run");
  }
}

void is_repeated_by_its_seed(const Subject& subject) {
  const auto world = World::of(subject);
  Training one(*world, subject, short_training), other(*world, subject, short_training);
  one.trainer->run(one.quiet);
  other.trainer->run(other.quiet);
  const auto a = one.results(), b = other.results();
  for (std::size_t i = 0; i < a.size(); ++i)
    require_same(a[i], b[i], "the same seed trains to the same bytes",
                 "draw from rng().at(\"step\", k) alone, and keep nothing outside the node");
  Training seeded(*world, subject, short_training, {}, 4);
  seeded.trainer->run(seeded.quiet);
  const auto c = seeded.results();
  require(a.empty() || !std::ranges::equal(a, c, same_bytes), "another seed trains to other parameters",
          "the same parameters from two seeds",
          "take initial parameters and samples from rng(), which has the seed");
}

void goes_on_after_a_stop(const Subject& subject) {
  const auto world = World::of(subject);
  Training whole(*world, subject, short_training), stopped(*world, subject, short_training),
      resumed(*world, subject, short_training);
  if (!whole.trainer->stateful()) throw Skipped("it does not say stateful()");
  whole.trainer->run(whole.quiet);
  StoppingRun run(4);
  bool stops = false;
  try {
    stopped.trainer->run(run);
  } catch (const Stopped&) {
    stops = true;
  }
  require(
      stops, "a training that is asked to stop throws weir::Stopped",
      run.asked() ? "it went on to its end" : "it never asked run.stop_requested()",
      "in the loop: if (run.stop_requested()) { run.checkpoint(snapshot, true); throw weir::Stopped(); }");
  require(!run.state.empty(), "it writes a checkpoint before it stops", "no state",
          "call run.checkpoint(snapshot, true) before throwing weir::Stopped");
  resumed.trainer->load(run.state);
  resumed.trainer->run(resumed.quiet);
  const std::string rule = "a training that was stopped and resumed ends with the bytes of one that was not";
  const std::string remedy =
      "save and load all that a step depends on: parameters, the optimiser's memory, averages, the step";
  const auto a = resumed.results(), b = whole.results();
  for (std::size_t i = 0; i < a.size(); ++i) require_same(a[i], b[i], rule, remedy);
  for (const auto& [path, steps] : whole.rows.steps) {
    std::vector<std::int64_t> both = stopped.rows.steps[path];
    const auto& rest = resumed.rows.steps[path];
    both.insert(both.end(), rest.begin(), rest.end());
    require(both == steps, "the rows of " + path + " before and after a stop are those of a whole training",
            fmt::format("{} + {} rows where there are {}", stopped.rows.steps[path].size(), rest.size(),
                        steps.size()),
            "write the rows of step k before its checkpoint, and go on at step k + 1");
  }
}

}  // namespace

std::vector<Law> trainer_laws() {
  return {{"fields", gives_fields}, {"seed", is_repeated_by_its_seed}, {"resume", goes_on_after_a_stop}};
}

}  // namespace weir::conformance

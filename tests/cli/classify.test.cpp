// tests/cli/classify.test.cpp -- a training without a field, from a set to its record.
#include <catch2/catch.hpp>

#include <weir/record/reader.hpp>

#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;

namespace {

std::string idx(const std::vector<int>& sizes, const std::vector<int>& bytes) {
  std::string text{'\0', '\0', '\x08', static_cast<char>(sizes.size())};
  for (const int size : sizes) text += std::string{'\0', '\0', '\0', static_cast<char>(size)};
  for (const int byte : bytes) text += static_cast<char>(byte);
  return text;
}

// Sixty images of 4 x 4, of which the bright row is the class, 0 to 2.
void write_images(const ScratchFolder& scratch) {
  std::vector<int> pixels, classes;
  for (int i = 0; i < 60; ++i) {
    classes.push_back(i % 3);
    for (int k = 0; k < 16; ++k)
      pixels.push_back(k / 4 == i % 3 ? 200 + (7 * i + k) % 50 : (13 * i + 29 * k) % 60);
  }
  scratch.write("images.idx", idx({60, 4, 4}, pixels));
  scratch.write("labels.idx", idx({60}, classes));
}

const std::string pipeline = R"(seed: 1
nodes:
  set:   {plugin: source/idx, images: images.idx, labels: labels.idx, classes: 3}
  known: {plugin: source/split, of: set, each: 10, part: first}
  other: {plugin: source/split, of: set, each: 10, part: rest}
  base:  {plugin: source/gaussian, shape: [1, 4, 4]}
  task:  {plugin: objective/classification, data: known, network: {plugin: network/convolutional, width: 8}}
  train:
    plugin: trainer/gradient
    objective: task
    optimiser: {plugin: adam, lr: 1.0e-2}
    steps: 150
    batch: 16
    probes: {variance: {plugin: gradient_variance, every: 50}, loss: {plugin: loss, every: 50}}
  test:  {plugin: coupling/independent, source: base, target: other, draw: {fixed: 30}}
  score: {plugin: metric/accuracy, network: train.network_ema, x: test.x1, label: test.label}
  last:  {plugin: metric/accuracy, network: train.network, x: test.x1, label: test.label}
expect:
  - {that: last.accuracy, at_least: 0.9}
)";

}  // namespace

TEST_CASE("A classifier is trained without a field, and judged on the rest of its set") {
  const ScratchFolder scratch;
  write_images(scratch);
  scratch.write("classify.yaml", pipeline);
  const Answer run = weir_program(scratch.path(), "run classify.yaml --progress none");
  INFO(run.out << run.err);
  CHECK(run.exit == 0);
  const weir::Reader record(scratch.path() / "classify.h5");
  CHECK(record.has("/nodes/train/params/network.out.weight"));
  CHECK(record.has("/nodes/last/confusion"));
  CHECK_FALSE(record.has("/nodes/train/terms"));  // this loss has none
  CHECK_THAT(weir_program(scratch.path(), "replay classify.h5 --node last").out, Contains("equal"));
}

TEST_CASE("An autoencoder is trained without a field, and the terms of its loss are beside it") {
  const ScratchFolder scratch;
  write_images(scratch);
  scratch.write("code.yaml", R"(seed: 1
nodes:
  set:  {plugin: source/idx, images: images.idx, range: [0, 1]}
  task:
    plugin: objective/vae
    data: set
    encoder: {plugin: network/convolutional, width: 8}
    decoder: {plugin: network/mlp, width: 32}
    likelihood: bernoulli
    beta: 0.5
  train: {plugin: trainer/gradient, objective: task, steps: 30, batch: 16}
report: {train.terms/kl: last}
expect:
  - {that: train.terms/kl, at_least: 0}
)");
  const Answer run = weir_program(scratch.path(), "run code.yaml --progress none");
  INFO(run.out << run.err);
  CHECK(run.exit == 0);
  const weir::Reader record(scratch.path() / "code.h5");
  const auto trace = [&](const std::string& name) { return record.read("/nodes/train/" + name + "/value"); };
  const weir::Array loss = trace("loss"), rec = trace("terms/rec"), kl = trace("terms/kl");
  REQUIRE(loss.count() == 30);
  REQUIRE(kl.count() == 30);
  for (std::int64_t k = 0; k < 30; ++k)
    CHECK(loss.data<double>()[k] ==
          Approx(rec.data<double>()[k] + 0.5 * kl.data<double>()[k]).epsilon(1e-5));  // of float32
  CHECK(record.has("/nodes/train/params/encoder.conv.0.weight"));
  CHECK(record.has("/nodes/train/params/decoder.net.0.weight"));
  CHECK_THAT(weir_program(scratch.path(), "info code.h5:/nodes/train/terms/kl").out,
             Contains("mean of each term that the objective names"));
  CHECK_THAT(run.out, Contains("train.terms/kl at least 0") && Contains("1 of 1"));

  std::string text = R"(seed: 1
nodes:
  base:  {plugin: source/gaussian, dim: 2}
  pairs: {plugin: coupling/independent, source: base, target: base, draw: fresh}
  task:  {plugin: objective/flow_matching, coupling: pairs}
  train: {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 4}, steps: 3, batch: 4}
report: {train.terms: last}
)";
  scratch.write("set.yaml", text);
  CHECK_THAT(weir_program(scratch.path(), "validate set.yaml").err,
             Contains("this names a number of the run") && Contains("train.terms/NAME"));
}

TEST_CASE("A model that an objective would not ask is refused at its line") {
  const ScratchFolder scratch;
  write_images(scratch);
  std::string text = pipeline;
  text.replace(text.find("    steps: 150"), 14, "    model: {plugin: field/mlp}\n    steps: 150");
  scratch.write("model.yaml", text);
  const Answer model = weir_program(scratch.path(), "run model.yaml --progress none");
  CHECK(model.exit != 0);
  CHECK_THAT(model.err, Contains("'task' asks no field, so that this one would not be fitted") &&
                            Contains("model.yaml:12:"));
}

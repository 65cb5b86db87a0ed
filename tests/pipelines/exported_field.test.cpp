// tests/pipelines/exported_field.test.cpp -- a trained field as a TorchScript archive: loaded anew it gives the field's velocities.
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <ATen/ATen.h>

#include <weir/record/reader.hpp>
#include <weir/tensor.hpp>

#include "../cli/program.hpp"
#include "../cli/scratch_folder.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using Catch::Contains;
using weir::Tensor;

const auto f64 = at::TensorOptions().dtype(at::kDouble);

// Trained a little; then one step of Euler's method from each x0, at t = 0.25, with what the field is told.
std::string pipeline(const std::string& model, bool labelled, const std::string& base,
                     const std::string& target) {
  return "name: trained\nseed: 3\ndtype: float64\nnodes:\n  base:   " + base + "\n  target: " + target + R"(
  pairs:  {plugin: coupling/independent, source: base, target: target, draw: {fixed: 24}}
  task:   {plugin: objective/flow_matching, coupling: pairs)" +
         (labelled ? ", leave_out: 0.2" : "") + R"(}
  train:  {plugin: trainer/gradient, objective: task, model: )" +
         model + R"(, steps: 20, batch: 16, ema_decay: 0.9, optimiser: {plugin: adam, lr: 0.01}}
  flow:   {plugin: integrator/euler, field: train.ema, start: pairs.x0, steps: 1, from: 0.25)" +
         (labelled ? ", context: {label: pairs.label}" : "") + "}\n";
}

const std::string gaussian = "{plugin: source/gaussian, dim: 2}";
const std::string mixture = "{plugin: source/mixture, set: eight_gaussians, labelled: ";
const std::string images = "{plugin: source/gaussian, shape: [2, 7, 6]}";

void require_run(const ScratchFolder& scratch, const std::string& text) {
  scratch.write("trained.yaml", text);
  const Answer run = weir_program(scratch.path(), "run trained.yaml -o trained.h5 --progress none");
  INFO(run.err);
  REQUIRE(run.exit == 0);
}

torch::jit::Module exported(const ScratchFolder& scratch, const std::string& words = "") {
  const Answer answer = weir_program(scratch.path(), "export trained.h5:train -o model.pt --force" + words);
  INFO(answer.err);
  REQUIRE(answer.exit == 0);
  CHECK(answer.out == "model.pt\n");
  return torch::jit::load((scratch.path() / "model.pt").string());
}

// The end of the recorded step against x0 + (1 - 0.25) v(x0, 0.25) by the archive.
double difference_at_ends(const ScratchFolder& scratch, torch::jit::Module& model, bool labelled) {
  const weir::Reader record(scratch.path() / "trained.h5");
  const auto read = [&](const std::string& path) {
    return weir::tensor_of(record.read("/nodes/" + path), f64);
  };
  const Tensor x0 = read("pairs/x0"), t = at::full({x0.size(0)}, 0.25, f64);
  std::vector<torch::jit::IValue> given{x0, t};
  if (labelled) given.emplace_back(read("pairs/label"));
  const Tensor v = model.forward(given).toTensor();
  CHECK(v.abs().max().item<double>() > 0.01);
  return (x0 + 0.75 * v - read("flow/end")).abs().max().item<double>();
}

}  // namespace

TEST_CASE("An exported perceptron has the trained parameters by name, and computes with them at any point") {
  const ScratchFolder scratch;
  require_run(scratch, pipeline("{plugin: field/mlp, width: 8, depth: 2, activation: gelu}", true, gaussian,
                                mixture + "true}"));
  torch::jit::Module model = exported(scratch);
  const weir::Reader record(scratch.path() / "trained.h5");
  std::map<std::string, Tensor> p;
  for (const auto& parameter : model.named_parameters()) {
    p[parameter.name] = parameter.value;
    CHECK(parameter.value.requires_grad());
    CHECK(at::equal(parameter.value,
                    weir::tensor_of(record.read("/nodes/train/params/" + parameter.name), f64)));
  }
  CHECK(p.size() == 8);

  // The perceptron by hand, at points, times and labels that nothing here was made from; -1 is no label.
  const at::NoGradGuard none;
  const Tensor x = 3 * at::sin(at::arange(22, f64)).view({11, 2}), t = at::linspace(0, 1, 11, f64),
               label = at::arange(11, at::kLong).remainder(9) - 1;
  const Tensor one_hot = (label.unsqueeze(1) == at::arange(8)).to(at::kDouble);
  Tensor h = at::linear(at::cat({x, t.unsqueeze(1)}, 1), p["net.0.weight"], p["net.0.bias"]) +
             at::linear(one_hot, p["context.label.weight"], p["context.label.bias"]);
  h = at::gelu(at::linear(at::gelu(h), p["net.2.weight"], p["net.2.bias"]));
  const Tensor wanted = at::linear(h, p["net.4.weight"], p["net.4.bias"]);
  CHECK((model.forward({x, t, label}).toTensor() - wanted).abs().max().item<double>() < 1e-12);
  CHECK((model.forward({x.slice(0, 0, 1), t.slice(0, 0, 1), label.slice(0, 0, 1)}).toTensor() -
         wanted.slice(0, 0, 1))
            .abs()
            .max()
            .item<double>() < 1e-12);

  torch::jit::Module averaged = exported(scratch, " --which ema");
  CHECK(difference_at_ends(scratch, averaged, true) < 1e-12);
  CHECK(difference_at_ends(scratch, model, true) > 1e-6);
}

TEST_CASE("Every model that is trained by name goes into an archive, with what wraps it") {
  struct Case {
    std::string model, base, target;
    bool labelled;
  };
  const std::string mlp = "{plugin: field/mlp, width: 8, depth: 2, time: fourier}";
  for (const Case& c :
       {Case{mlp, gaussian, mixture + "false}", false},
        Case{"{plugin: field/prediction, field: {plugin: field/mlp, width: 8}, of: data}", gaussian,
             mixture + "false}", false},
        Case{"{plugin: field/linear}", gaussian, mixture + "false}", false},
        Case{"{plugin: field/affine}", gaussian, mixture + "false}", false},
        Case{"{plugin: field/torchscript, file: own.pt}", gaussian, mixture + "false}", false},
        Case{"{plugin: field/unet, width: 4, multipliers: [1, 2]}", images, images, false}}) {
    INFO(c.model);
    const ScratchFolder scratch;
    std::filesystem::copy_file(WEIR_SOURCE_DIR "/tests/plugins/field/torchscript.pt",
                               scratch.path() / "own.pt");
    require_run(scratch, pipeline(c.model, c.labelled, c.base, c.target));
    torch::jit::Module model = exported(scratch, " --which ema");
    CHECK(difference_at_ends(scratch, model, c.labelled) < 1e-12);
  }
}

TEST_CASE("An exported field is a field of another pipeline") {
  const ScratchFolder scratch;
  require_run(scratch, pipeline("{plugin: field/mlp, width: 8}", false, gaussian, mixture + "false}"));
  torch::jit::Module first = exported(scratch, " --which ema");
  std::filesystem::copy_file(scratch.path() / "model.pt", scratch.path() / "own.pt");
  scratch.write("trained.yaml",
                pipeline("{plugin: field/torchscript, file: own.pt}", false, gaussian, mixture + "false}") +
                    "  as_it_was: {plugin: integrator/euler, field: train.model, start: pairs.x0, "
                    "steps: 1, from: 0.25}\n");
  const Answer again =
      weir_program(scratch.path(), "run trained.yaml -o again.h5 --progress none --set train.steps=1");
  INFO(again.err);
  REQUIRE(again.exit == 0);
  const auto end = [&](const char* file, const char* path) {
    return weir::tensor_of(weir::Reader(scratch.path() / file).read(path), f64);
  };
  CHECK((end("again.h5", "/nodes/as_it_was/end") - end("trained.h5", "/nodes/flow/end"))
            .abs()
            .max()
            .item<double>() < 1e-12);
}

TEST_CASE("What cannot be exported to an archive is said in a sentence, and nothing is written") {
  const ScratchFolder scratch;
  require_run(scratch, pipeline("{plugin: field/mlp, width: 4}", false, gaussian, mixture + "false}"));
  const auto refused = [&](const std::string& words, int exit) {
    const Answer answer = weir_program(scratch.path(), "export " + words);
    CHECK(answer.exit == exit);
    CHECK_FALSE(std::filesystem::exists(scratch.path() / "model.pt"));
    return answer.err;
  };
  CHECK_THAT(refused("trained.h5:flow -o model.pt", 2), Contains("holds no trained parameters of 'flow'"));
  CHECK_THAT(
      refused("trained.h5:train -o model.onnx", 2),
      Contains("'onnx' is no format that Weir writes; name a file that ends with .safetensors or .pt"));
  CHECK_THAT(refused("trained.h5:train -o no/where/model.pt", 4), Contains("cannot write"));
  scratch.write("there.pt", "mine");
  CHECK_THAT(refused("trained.h5:train -o there.pt", 4),
             Contains("there.pt is there; replace it with --force"));

  scratch.write("judge.yaml", "name: judge\nnodes:\n  set: " + mixture + R"(true}
  task: {plugin: objective/classification, data: set, network: {plugin: network/mlp, width: 4}}
  train: {plugin: trainer/gradient, objective: task, steps: 3, batch: 8}
)");
  REQUIRE(weir_program(scratch.path(), "run judge.yaml --progress none").exit == 0);
  CHECK_THAT(refused("judge.h5:train -o model.pt", 2),
             Contains("no TorchScript archive can be made of 'train'") &&
                 Contains("its parameters can be had: name a file that ends with .safetensors"));
}

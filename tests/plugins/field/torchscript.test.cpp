// tests/plugins/field/torchscript.test.cpp -- saved modules against PyTorch's own numbers, and what no module may do.
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/jit/api/module.h>

#include <fstream>
#include <thread>

#include <weir/kinds/flow/field.hpp>
#include <weir/math/variance/gradient_variance.hpp>
#include <weir/math/autograd/tape.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

const std::string folder = std::string(WEIR_SOURCE_DIR) + "/tests/plugins/field/";

// What torchscript.py wrote down.
const json& pytorch() {
  static const json numbers = json::parse(std::ifstream(folder + "torchscript.json"));
  return numbers;
}

Tensor tensor(const std::string& name, const at::TensorOptions& options = f64) {
  const json& rows = pytorch()[name];
  if (!rows[0].is_array()) return at::tensor(rows.get<std::vector<double>>(), at::kDouble).to(options);
  std::vector<Tensor> tensors;
  for (const json& row : rows) tensors.push_back(row_of(row.get<std::vector<double>>()));
  return at::stack(tensors).to(options);
}

std::unique_ptr<weir::Field> saved_by_python(const at::TensorOptions& options = f64) {
  auto field = make<weir::Field>("field/torchscript", {{"file", folder + "torchscript.pt"}}, options);
  REQUIRE(plan(*field).empty());
  return field;
}

weir::Params first_params(const weir::Field& field, std::uint64_t seed = 0) {
  weir::Rng rng(seed, "test", field.options());
  return field.init({2}, rng);
}

// A module of one method, with a parameter w and a buffer b of two numbers each.
class Saved {
 public:
  explicit Saved(const std::string& arguments, const std::string& result, bool gradients = true) {
    torch::jit::Module module("net");
    module.register_parameter("w", at::ones({2}).set_requires_grad(gradients), false);
    module.register_buffer("b", at::ones({2}));
    module.define("def forward(self, " + arguments + "):\n  return " + result + "\n");
    module.save(file());
  }
  std::string file() const { return scratch_ / "net.pt"; }

  // The first fault, of the file alone or of its use for points in the plane: text, then remedy.
  std::string fault(const at::TensorOptions& options = f32) const { return fault_of(file(), options); }

  static std::string fault_of(const std::string& file, const at::TensorOptions& options = f32) {
    const auto field = make<weir::Field>("field/torchscript", {{"file", file}}, options);
    weir::Faults faults = weir::tests::plan(*field);
    weir::Plan plan([](const std::string& key) { return weir::Place{.file = key}; }, faults);
    if (faults.empty()) field->plan_for({2}, plan);
    if (faults.empty()) return "";
    CHECK(faults.size() == 1);
    CHECK(faults[0].place.file == "file");
    return faults[0].message + "; " + faults[0].remedy;
  }

 private:
  Scratch scratch_;
};

const std::string still = "call model.eval() in Python before torch.jit.script(model)";
const std::string wrap = "script a module whose forward(self, x, t) calls it: x [B, item...], t [B]";
const std::string follow =
    "save it so that it follows its input: sizes from x.shape, x.dtype and x.device for what it makes, "
    "constants in "
    "register_buffer; torch.jit.trace keeps those of its example";

}  // namespace

TEST_CASE("A saved module gives the velocities that PyTorch gave", "[field][torchscript]") {
  const auto [options, tolerance] = GENERATE(table<at::TensorOptions, double>({{f64, 1e-14}, {f32, 1e-6}}));
  const auto field = saved_by_python(options);
  const Tensor v = field->velocity(first_params(*field), tensor("x", options), tensor("t", options));
  CHECK(v.scalar_type() == options.dtype());
  CHECK(at::allclose(v, tensor("v", options), tolerance, tolerance));
}

TEST_CASE("A saved module's parameters have its own names; constants and second names are none",
          "[field][torchscript]") {
  const auto field = saved_by_python();
  const weir::Params params = first_params(*field, 1), other_seed = first_params(*field, 2);
  json shapes = json::object();
  for (const auto& [name, value] : params.tensors()) {
    shapes[name] = value.sizes().vec();
    CHECK(value.scalar_type() == at::kDouble);
    CHECK(value.equal(other_seed[name]));
  }
  CHECK(shapes == pytorch()["parameters"]);
}

TEST_CASE("The variance of a saved module's per-sample gradients is PyTorch's", "[field][torchscript]") {
  const auto field = saved_by_python();
  const weir::Params params = first_params(*field).requiring_grad();
  const Tensor v = field->velocity(params, tensor("x"), tensor("t"));
  CHECK_FALSE(field->taped());
  const auto per_sample = weir::gradients_by_loop((tensor("u") - v).square().sum(1), params);
  CHECK(weir::gradient_variance(per_sample).total.trace_cov ==
        Approx(pytorch()["trace_cov"].get<double>()).epsilon(1e-12));
}

TEST_CASE("Threads may ask one module at different parameters", "[field][torchscript]") {
  const auto field = saved_by_python();
  const weir::Params first = first_params(*field);
  const Tensor x = tensor("x"), t = tensor("t");
  std::vector<weir::Params> params;
  std::vector<Tensor> alone;
  for (int i = 0; i < 4; ++i) {
    params.push_back(first.clone());
    for (const Tensor& value : params.back().values()) value.mul_(1 + 0.1 * i);
    alone.push_back(field->velocity(params.back(), x, t));
  }
  REQUIRE_FALSE(alone[0].equal(alone[3]));
  std::vector<int> different(4, 0);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int k = 0; k < 50; ++k) different[i] += !field->velocity(params[i], x, t).equal(alone[i]);
      });
    }
  }
  CHECK(different == std::vector<int>(4, 0));
  CHECK(field->velocity(first, x, t).equal(alone[0]));
}

TEST_CASE("A module gives the same bits at every call, gradients too", "[field][torchscript]") {
  const auto field = saved_by_python(f32);
  const weir::Params params = first_params(*field).requiring_grad();
  const auto ask = [&] {
    const Tensor v = field->velocity(params, tensor("x", f32), tensor("t", f32));
    return weir::grad(v.square().sum(), params.values());
  };
  const std::vector<Tensor> first = ask();
  for (int call = 0; call < 4; ++call) {
    const std::vector<Tensor> again = ask();
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(again[i].equal(first[i]));
  }
}

TEST_CASE("A module's divergence is that of central differences, and has gradients of its own",
          "[field][torchscript]") {
  const auto field = saved_by_python();
  const weir::Params params = first_params(*field).requiring_grad();
  const Tensor x = tensor("x").requires_grad_(true), t = tensor("t");
  const Tensor v = field->velocity(params, x, t);
  Tensor divergence = at::zeros({7}, f64), differences = at::zeros({7}, f64);
  for (std::int64_t d = 0; d < 2; ++d) {
    const auto row = torch::autograd::grad({v.select(1, d).sum()}, {x}, {}, true, /*create_graph=*/true)[0];
    divergence = divergence + row.select(1, d);
    const Tensor h = 1e-5 * at::eye(2, f64)[d];
    differences += (field->velocity(params, x.detach() + h, t) - field->velocity(params, x.detach() - h, t))
                       .select(1, d)
                       .detach() /
                   2e-5;
  }
  CHECK(at::allclose(divergence, differences, 1e-8, 1e-9));  // the error of differences is of order h^2
  const std::vector<Tensor> gradients = weir::grad(divergence.sum(), params.values());
  CHECK(gradients[1].abs().max().item<double>() > 0);
}

TEST_CASE("What is no module saved by torch.jit is said, with how to save one", "[field][torchscript]") {
  const Scratch scratch;
  const std::string file = scratch / "net.pt";
  const std::string save = "in Python: torch.jit.script(model).save(\"net.pt\")";
  CHECK(Saved::fault_of(file) == "there is no file '" + file + "'; " + save);
  CHECK(Saved::fault_of(scratch / "") == "there is no file '" + std::string(scratch / "") + "'; " + save);
  for (const std::string& other : {scratch.write("net.pt", {'n', 'o'}), folder + "state_dict.pt"}) {
    CHECK_THAT(
        Saved::fault_of(other),
        Catch::StartsWith("'" + other + "' is not a module saved by torch.jit: PytorchStreamReader failed") &&
            Catch::EndsWith("; " + save + "; torch.save writes something else"));
  }
}

TEST_CASE("A module with other arguments than x and t is refused", "[field][torchscript]") {
  const auto has = [](const Saved& saved, const std::string& arguments) {
    return "'" + saved.file() + "' has forward(" + arguments + "), and a velocity field is forward(x, t); " +
           wrap;
  };
  const Saved one("xt", "xt * self.w"), three("x, t, label", "x * label"), turned("t, x", "x * self.w");
  CHECK(one.fault() == has(one, "xt"));
  CHECK(three.fault() == has(three, "x, t, label"));
  CHECK(turned.fault() == has(turned, "t, x"));
  CHECK(Saved("x, t, label: Optional[Tensor]=None", "x * self.w").fault().empty());

  const Scratch scratch;
  torch::jit::Module mute("net");
  mute.save(scratch / "net.pt");
  CHECK(Saved::fault_of(scratch / "net.pt") ==
        "'" + std::string(scratch / "net.pt") + "' has no method forward; " + wrap);
}

TEST_CASE("A module whose result is no velocity is refused", "[field][torchscript]") {
  const auto says = [](const Saved& saved, const std::string& what) {
    return "'" + saved.file() + "' " + what + "; " + follow;
  };
  const Saved pair("x, t", "(x, t)"), narrow("x, t", "(x * self.w).sum(1, True)"),
      single("x, t", "(x * self.w).float()");
  CHECK(pair.fault() == says(pair, "returns Tuple, not one tensor"));
  CHECK(narrow.fault() ==
        says(narrow, "gives v of shape [3, 1] at x of shape [3, 2]; they must be the same"));
  CHECK(single.fault(f32).empty());
  CHECK(single.fault(f64) == says(single, "gives v in float32 at x in float64"));
}

TEST_CASE("A module that fails on points of this shape or precision is refused with LibTorch's reason",
          "[field][torchscript]") {
  const auto fails = [](const Saved& saved, const std::string& why) {
    return "'" + saved.file() + "' fails at x of shape [3, 2] and t of shape [3]: " + why + "; " + follow;
  };
  const Saved wide("x, t", "torch.matmul(x, torch.ones([5, 2]))"), sized("x, t", "x.view([16, 2])"),
      made("x, t", "torch.matmul(x, torch.ones([2, 2]))");
  CHECK(wide.fault() == fails(wide, "mat1 and mat2 shapes cannot be multiplied (3x2 and 5x2)"));
  CHECK(sized.fault() == fails(sized, "shape '[16, 2]' is invalid for input of size 6"));
  CHECK(made.fault(f32).empty());
  CHECK(made.fault(f64) ==
        fails(made, "expected m1 and m2 to have the same dtype, but got: double != float"));
  const Saved raising("x, t", "x if bool((t > 2).all()) else self.w.view([3, 7])");
  CHECK_THAT(raising.fault(), Catch::Contains("is invalid for input of size 2"));
}

TEST_CASE("A module that needs a CUDA device is refused on the CPU", "[field][torchscript]") {
  if (at::hasCUDA()) return;
  const Saved saved("x, t", "x.to(torch.device('cuda')) * self.w");
  CHECK_THAT(saved.fault(), Catch::Contains("fails at x of shape [3, 2]") &&
                                Catch::Contains("cuda", Catch::CaseSensitive::No) && Catch::EndsWith(follow));
}

TEST_CASE("A module that is no function of x and t is refused", "[field][torchscript]") {
  const auto says = [](const Saved& saved, const std::string& what) {
    return "'" + saved.file() + "' " + what;
  };
  const Saved dropout("x, t", "torch.dropout(x * self.w, 0.5, True)"),
      noisy("x, t", "x * self.w + torch.randn_like(x)"),
      still_dropout("x, t", "torch.dropout(x * self.w, 0.5, False)");
  CHECK(dropout.fault() ==
        says(dropout, "draws random numbers (aten::dropout), so v is not a function of x and t; " + still +
                          ", if they come from dropout"));
  CHECK_THAT(noisy.fault(), Catch::StartsWith(says(noisy, "draws random numbers (aten::randn_like)")));
  CHECK(still_dropout.fault().empty());

  const Saved counting("x, t", "x * self.w * self.b.add_(1)"), scaling("x, t", "x.mul_(2) * self.w"),
      normal("x, t", "torch.batch_norm(x, self.w, None, None, None, True, 0.1, 1e-5, False)"),
      tracking("x, t", "torch.batch_norm(x, None, self.w, self.b, self.b, True, 0.1, 1e-5, False)"),
      calm("x, t", "torch.batch_norm(x, None, self.w, self.b, self.b, False, 0.1, 1e-5, False)");
  const std::string writes = "writes to its input or its buffers, so v is not a function of x and t; " +
                             still + ", if it has batch norm";
  CHECK(counting.fault() == says(counting, writes));
  CHECK(scaling.fault() == says(scaling, writes));
  CHECK(tracking.fault() == says(tracking, writes));
  CHECK(normal.fault() ==
        says(normal, "gives another v at a point when other points come with it, so there is no v(x, t); " +
                         still + ", if it has batch norm"));
  CHECK(calm.fault().empty());
}

TEST_CASE("A last layer that starts at zero hides no batch norm", "[field][torchscript]") {
  Scratch scratch;
  torch::jit::Module module("net");
  module.register_parameter("w", at::zeros({2}).set_requires_grad(true), false);
  module.define(
      "def forward(self, x, t):\n"
      "  return self.w * torch.batch_norm(x, None, None, None, None, True, 0.1, 1e-5, False)\n");
  module.save(scratch / "net.pt");
  CHECK_THAT(Saved::fault_of(scratch / "net.pt"), Catch::Contains("when other points come with it"));
}

TEST_CASE("A module without parameters is a field, and nothing to fit", "[field][torchscript]") {
  const Saved frozen("x, t", "x * self.w", /*gradients=*/false);
  CHECK(frozen.fault().empty());
  const auto field = make<weir::Field>("field/torchscript", {{"file", frozen.file()}});
  REQUIRE(plan(*field).empty());
  const weir::Params none = first_params(*field);
  CHECK(none.empty());
  CHECK(field->velocity(none, tensor("x"), tensor("t")).equal(tensor("x")));
}

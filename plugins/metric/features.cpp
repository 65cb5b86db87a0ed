// plugins/metric/features.cpp -- points as a network sees them: its features, for metrics of points to compare.
//
//   features_i = module.forward(x_i)
//
// Of an Inception network metric/frechet of them is FID, and metric/mmd with kernel: polynomial is KID; metric/precision_recall and
// metric/c2st are as good as the features are. Which network, what it was trained on and how points were scaled for it decide the numbers:
// they are comparable only where all three agree.
//
// Source   torch.jit.script(model).save("net.pt"), or torch.jit.trace; https://docs.pytorch.org/docs/2.11/jit.html
// Oracle   the module's numbers as PyTorch gave them, of the file that it was saved to
// Peers    cleanfid and torchmetrics, which bring a network of their own (feature=...), or take any torch module
// Shapes   points [n, item...]; features [n, F], what the module gives for each point in one row
// Limits   forward(x) alone, asked without gradients. The features of a point must not depend on those beside it, nor be random: call
//          model.eval() before saving; asked of four random points, at plan.
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>
#include <optional>
#include <stdexcept>

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr const char* how_to_save = "in Python: torch.jit.script(model.eval()).save(\"net.pt\")";

// The last line of what LibTorch says, which names the cause.
std::string cause(const std::exception& error) {
  const auto* own = dynamic_cast<const c10::Error*>(&error);
  std::string text = own ? own->what_without_backtrace() : error.what();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const std::size_t runtime = text.rfind("\nRuntimeError: ");
  if (runtime != std::string::npos) return text.substr(text.find(": ", runtime) + 2);
  return text.substr(0, text.find('\n'));
}

class Features final : public weir::Metric {
  weir::Port<Tensor> points_{this, "points", "points to show to the network"};
  weir::Param<weir::Path> file_{this, "file", weir::required, "module saved by torch.jit, with forward(x)"};
  weir::Param<std::int64_t> chunk_{this, "chunk", 256, weir::at_least(1), "points shown together"};
  weir::Output<Tensor> features_{this, "features", "1", "what the network gives for each point"};

  mutable std::optional<torch::jit::Module> module_;  // forward is not const

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape& points = points_.shape();
    if (points.size() < 2 || points.front() < 1)
      return plan.fault(
          "points", fmt::format("points [n, item...] are needed, these are [{}]", fmt::join(points, ", ")));
    const std::string file = file_().string();
    if (!std::filesystem::is_regular_file(file_()))
      return plan.fault("file", fmt::format("there is no file '{}'", file), how_to_save);
    try {
      module_ = torch::jit::load(file, options().device());
      module_->to(options().dtype().toScalarType());
    } catch (const std::exception& error) {
      return plan.fault("file",
                        fmt::format("'{}' is not a module saved by torch.jit: {}", file, cause(error)),
                        how_to_save);
    }
    const auto forward = module_->find_method("forward");
    if (!forward) return plan.fault("file", fmt::format("'{}' has no method forward", file), how_to_save);
    // Operation by operation, as it is written: the executor that LibTorch takes unasked compiles what it has watched for a while.
    torch::jit::toGraphFunction(forward->function())
        ._set_initial_executor_execution_mode(torch::jit::ExecutorExecutionMode::SIMPLE);
    weir::Rng rng(0, "metric/features", options());
    const Tensor x = rng.normal(weir::rows_of(4, weir::Shape(points.begin() + 1, points.end())));
    try {
      const Tensor once = of(x), again = of(x);
      const Tensor apart = at::cat({of(x.slice(0, 0, 2)), of(x.slice(0, 2))});
      const double tolerance = x.scalar_type() == at::kDouble ? 1e-9 : 1e-3;  // other sums for other batches
      const auto largest = once.nan_to_num(0, 0, 0).abs().max().item<double>();
      if (!at::equal(once.nan_to_num(), again.nan_to_num()))
        return plan.fault("file", fmt::format("'{}' gives other features each time that it is asked", file),
                          "call model.eval() before saving it, if it has dropout");
      if (!at::allclose(once, apart, tolerance, tolerance * largest, /*equal_nan=*/true))
        return plan.fault(
            "file", fmt::format("'{}' gives a point other features when other points come with it", file),
            "call model.eval() before saving it, if it has batch norm");
      features_.plan({points.front(), once.size(1)}, {"point", "feature"});
    } catch (const std::exception& error) {
      plan.fault("file", error.what(), "script a module whose forward(self, x) gives a tensor [n, ...]");
    }
  }

  void run(weir::Run& run) override {
    const Tensor points = points_().detach().to(options());
    std::vector<Tensor> rows;
    for (std::int64_t first = 0; first < points.size(0); first += chunk_()) {
      if (run.stop_requested()) throw weir::Stopped();
      rows.push_back(of(points.narrow(0, first, std::min(chunk_(), points.size(0) - first))));
      run.progress(first + rows.back().size(0), points.size(0), {});
    }
    features_.set(at::cat(rows));
  }

 private:
  Tensor of(const Tensor& x) const {
    const at::NoGradGuard no_grad;
    const auto fail = [&](const std::string& why) {
      throw std::runtime_error(fmt::format("'{}' {}", file_().string(), why));
    };
    torch::jit::IValue found;
    try {
      found = module_->forward({x.clone()});
    } catch (const std::exception& error) {
      fail(fmt::format("fails at x of shape {}: {}", x.sizes().vec(), cause(error)));
    }
    if (!found.isTensor()) fail(fmt::format("returns {}, not one tensor", found.tagKind()));
    const Tensor features = found.toTensor();
    if (features.dim() < 1 || features.size(0) != x.size(0) || !features.is_floating_point())
      fail(fmt::format("gives {} numbers of shape {} for {} points; each needs a row of its own",
                       features.is_floating_point() ? "floating" : "whole", features.sizes().vec(),
                       x.size(0)));
    return features.reshape({x.size(0), -1}).to(options());
  }
};

}  // namespace

WEIR_PLUGIN(Features, "Features that a network saved from Python gives of points, for metrics to compare")

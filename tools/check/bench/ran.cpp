// tools/check/bench/ran.cpp -- what a run left, and whether two runs left the same.
#include "ran.hpp"

#include <fmt/format.h>

#include "broken.hpp"
#include "missing.hpp"

namespace weir::conformance {

void Ran::require_no_missing() const {
  for (const AnyOutput* output : subject().outputs()) {
    if (const auto value = rows.values.find(output->path()); value != rows.values.end())
      conformance::require_no_missing(value->second, output->path(), output->schema());
    if (const auto trace = rows.rows.find(output->path()); trace != rows.rows.end())
      for (const Tensor& row : trace->second)
        conformance::require_no_missing(row, output->path(), output->schema());
  }
}

void Ran::require_untouched() const {
  for (const GraphNode& node : graph->nodes) {
    for (const AnyOutput* output : executor->node(node.path).outputs()) {
      const auto* tensor = dynamic_cast<const Output<Tensor>*>(output);
      const auto recorded = rows.values.find(output->path());
      if (!tensor || recorded == rows.values.end()) continue;
      Tensor now = tensor->get();
      if (tensor->datasets().at(0).dtype == DType::float32) now = now.to(at::kFloat);
      require_same(now.is_floating_point() ? now.to(at::kDouble) : now, recorded->second,
                   output->path() + " is at the end of the run what it was when it was set",
                   "no operations in place on tensors of ports: work on x.clone()");
    }
  }
}

std::string difference(const Rows& a, const Rows& b, double tolerance) {
  const auto compare = [&](const std::string& path, const Tensor& x, const Tensor& y) -> std::string {
    if (same_bytes(x, y)) return "";
    if (x.sizes() != y.sizes())
      return fmt::format("{} has shapes {} and {}", path, text_of(x.sizes()), text_of(y.sizes()));
    const Tensor one = x.to(at::kDouble), other = y.to(at::kDouble);
    const double apart = (one - other).abs().nan_to_num(0).max().item<double>();
    const double size = other.abs().nan_to_num(0).max().item<double>();
    if (one.isnan().equal(other.isnan()) && apart <= tolerance * size) return "";
    return fmt::format("{} differs by {:.3g} where its largest number is {:.3g}", path, apart, size);
  };
  for (const auto& [path, value] : a.values) {
    const auto other = b.values.find(path);
    if (other == b.values.end()) return path + " is there once, and missing once";
    if (const std::string text = compare(path, value, other->second); !text.empty()) return text;
  }
  for (const auto& [path, steps] : a.steps) {
    const auto other = b.steps.find(path);
    if (other == b.steps.end() || other->second != steps) return path + " has rows at other steps";
    if (const std::string text = compare(path, at::stack(a.rows.at(path)), at::stack(b.rows.at(path)));
        !text.empty())
      return text;
  }
  return "";
}

}  // namespace weir::conformance

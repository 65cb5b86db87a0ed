// tests/fuzz/source.hpp -- a plugin that reads a file, as a run uses it: its items, or a sentence that is not LibTorch's.
#pragma once

#include <c10/util/Exception.h>

#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include <check/bench/nodes.hpp>
#include <weir/executor/loader.hpp>
#include <weir/kinds/flow/source.hpp>

namespace fuzz {

inline void read_source(const weir::PluginSchema& plugin, const nlohmann::json& params) try {
  using namespace weir::conformance;
  const auto source = make_node<weir::Source>(plugin, params, f32);
  if (!plan(*source).empty()) return;
  run(*source);
  const weir::Tensor items = source->items(at::arange(*source->size(), at::kLong));
  if (!items.isfinite().all().item<bool>()) std::abort();
} catch (const c10::Error&) {
  std::abort();
} catch (const std::exception& error) {
  if (std::strlen(error.what()) == 0) std::abort();
}

}  // namespace fuzz

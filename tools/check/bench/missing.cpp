// tools/check/bench/missing.cpp -- which outputs may hold NaN.
#include "missing.hpp"

#include <fmt/format.h>

#include "broken.hpp"

namespace weir::conformance {

void require_no_missing(const Tensor& value, const std::string& path, const OutputSchema& schema) {
  if (!value.is_floating_point() || schema.may_be_nan()) return;
  const auto missing = value.isnan().sum().item<std::int64_t>();
  require(missing == 0, "an output holds no NaN, unless its description says when",
          fmt::format("{} of {} numbers of {} are NaN", missing, value.numel(), path),
          "throw where the number cannot be had, or say in the description when it is NaN");
}

}  // namespace weir::conformance

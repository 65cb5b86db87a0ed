// tools/check/bench/missing.hpp -- which outputs may hold NaN.
#pragma once

#include <string>

#include <weir/front/plugins/schema.hpp>
#include <weir/tensor.hpp>

namespace weir::conformance {

// NaN is a missing number. An output may hold it if its description says so: "... of each time bin; NaN below two rows".
void require_no_missing(const Tensor& value, const std::string& path, const OutputSchema& schema);

}  // namespace weir::conformance

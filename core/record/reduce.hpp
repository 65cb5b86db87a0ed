// core/record/reduce.hpp -- one number from a recorded tensor or trace, for `report:` and `expect:`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <weir/record/reader.hpp>

namespace weir {

// "recall.share" -> "/nodes/recall/share", or its value if that is a trace. Errors: RecordError if neither is
// there.
std::string dataset_at(const Reader& reader, const std::string& dotted);

// By mean, last, first, min, max, sum or sd, over every number of the dataset in storage order; `last` and `first` of a trace of rows are the mean of
// that row. `sd` divides by n - 1. NaN where it is not defined (no values; sd of one). Errors: RecordError
// for an unknown reduction.
double reduce(const Reader& reader, const std::string& dotted, const std::string& reduction);

// The same with what the record says of its error: siblings <path>_se and <path>_n (core/output.hpp says what they mean), taken
// where the reduction picks one number (a single value, or `last` and `first` of a trace of numbers, at the same step).
struct Estimate {
  double value = 0;
  std::optional<double> se{}, n{};
};
Estimate estimate(const Reader& reader, const std::string& dotted, const std::string& reduction);

}  // namespace weir

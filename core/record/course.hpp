// core/record/course.hpp -- how a trace went, in a few numbers and in one line of text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <weir/record/reader.hpp>

namespace weir {

// Of the first `rows` rows of a trace of numbers, cut into at most `most` stretches of equal length, the mean of each; NaN of one
// with a row that is NaN or infinite. Of a long stretch only its last rows are read, so that a trace of any length costs the same.
// Errors: RecordError if rows cannot be read.
std::vector<double> course(const Reader& reader, const std::string& path, std::int64_t rows,
                           std::int64_t most = 24);

// A character for each, from the least finite value to the largest, and a space for what is not finite; the lowest of all if they
// are equal. In eighths of a block, or in ASCII: _.-=+*%#
std::string sparkline(const std::vector<double>& values, bool blocks);

}  // namespace weir

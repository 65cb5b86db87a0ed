// tools/text/number.hpp -- numbers, durations and sizes as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace weir::tools {

// Four significant digits: "0.9531", "1.23e-05", "12345" for whole numbers, "inf", "nan".
std::string number(double value);

// Every digit that is needed to read the same double back: for files.
std::string exact(double value);

// A value with its spread, both to the spread's second significant digit: "0.953 +- 0.012". A spread that is the value's round-off is 0.
std::string with_spread(double value, double spread);

// "0.4 s", "42 s", "3 min 07 s", "2 h 05 min".
std::string duration(double seconds);

// "912 B", "3.4 MiB".
std::string bytes(std::uint64_t count);

}  // namespace weir::tools

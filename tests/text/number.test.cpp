// tests/text/number.test.cpp -- numbers, durations and sizes as people read them.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "text/number.hpp"

using namespace weir::tools;

TEST_CASE("Numbers are shown with four significant digits, whole ones in full") {
  CHECK(number(0.953123) == "0.9531");
  CHECK(number(12345) == "12345");
  CHECK(number(-2) == "-2");
  CHECK(number(1.23e-7) == "1.23e-07");
  CHECK(number(0) == "0");
  CHECK(number(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(number(-std::nan("")) == "nan");
}

TEST_CASE("Numbers in files read back as the same double") {
  for (double value : {0.1, 1.0 / 3, 1e300, -7.0, 5e-324, 123456789.125, 1e15, 9007199254740993.0})
    CHECK(std::strtod(exact(value).c_str(), nullptr) == value);
  CHECK(exact(8000) == "8000");
}

TEST_CASE("A value and its spread end at the spread's second digit") {
  CHECK(with_spread(0.953123, 0.0123) == "0.953 +- 0.012");
  CHECK(with_spread(12.3456, 1.2) == "12.3 +- 1.2");
  CHECK(with_spread(1234.5, 120) == "1234 +- 120");
  CHECK(with_spread(0.5, 0) == "0.5 +- 0");
  CHECK(with_spread(128, 1.6e-14) == "128 +- 0");
  CHECK(with_spread(3.2e-9, 1.5e-10) == "3.20e-09 +- 1.5e-10");
  CHECK(with_spread(2.5e7, 3e5) == "2.500e+07 +- 3.0e+05");
}

TEST_CASE("Durations and sizes take the unit that fits") {
  CHECK(duration(0.44) == "0.4 s");
  CHECK(duration(42.4) == "42 s");
  CHECK(duration(187) == "3 min 07 s");
  CHECK(duration(7500) == "2 h 05 min");
  CHECK(duration(-1) == "?");
  CHECK(bytes(912) == "912 B");
  CHECK(bytes(3565158) == "3.4 MiB");
}

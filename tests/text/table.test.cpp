// tests/text/table.test.cpp -- aligned columns and RFC 4180.
#include <catch2/catch.hpp>

#include "text/table.hpp"

using namespace weir::tools;

TEST_CASE("Columns are as wide as their widest cell, numbers flush right, no trailing spaces") {
  CHECK(aligned({"sigma", "name", "n"}, {{"0.05", "ot", "5"}, {"10", "shuffled", "12"}}) ==
        "sigma  name       n\n"
        " 0.05  ot         5\n"
        "   10  shuffled  12\n");
}

TEST_CASE("Short rows are filled, and a table may have no head") {
  CHECK(aligned({}, {{"a", "b"}, {"long"}}, "  ") == "  a     b\n  long\n");
}

TEST_CASE(
    "Cells are filled up by the columns that they take: one for a letter with its accent, two for an "
    "ideograph") {
  CHECK(aligned({}, {{"\xC3\xA9", "x"}, {"ab", "y"}}) == "\xC3\xA9   x\nab  y\n");
  CHECK(aligned({}, {{"e\xCC\x81", "x"}, {"ab", "y"}}) == "e\xCC\x81   x\nab  y\n");
  CHECK(aligned({}, {{"\xE4\xB8\xAD", "x"}, {"abc", "y"}}) == "\xE4\xB8\xAD   x\nabc  y\n");
}

TEST_CASE("CSV cells are quoted only where RFC 4180 asks for it") {
  CHECK(csv_record({"plain", "", "a,b", "say \"x\"", "two\nlines", " space "}) ==
        "plain,,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\", space \r\n");
}

// tests/lab/reductions.test.cpp -- a report may name the reductions that a record is read by, and no others.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>

#include <weir/front/check/judged_keys.hpp>
#include <weir/record/arrays_file.hpp>
#include <weir/record/reduce.hpp>

#include "../cli/scratch_folder.hpp"

using Catch::Matchers::EndsWith;

TEST_CASE("A report may name the reductions that a record is read by, in the same order") {
  const ScratchFolder scratch;
  const double values[] = {1, 2, 6};
  std::vector<std::byte> bytes(sizeof values);
  std::memcpy(bytes.data(), values, sizeof values);
  const weir::Array array{weir::DType::float64, {3}, std::make_shared<const std::vector<std::byte>>(bytes)};
  weir::write_arrays(scratch.path() / "a.h5", {{"nodes/a/x", array}});
  const weir::Reader reader(scratch.path() / "a.h5");
  const std::map<std::string, double> known = {{"mean", 3}, {"last", 6}, {"first", 1},          {"min", 1},
                                               {"max", 6},  {"sum", 9},  {"sd", std::sqrt(7.0)}};
  REQUIRE(known.size() == weir::reductions.size());
  std::string listed;
  for (const std::string& reduction : weir::reductions) {
    INFO(reduction);
    CHECK(weir::reduce(reader, "a.x", reduction) == Approx(known.at(reduction)));
    listed += (listed.empty() ? "" : ", ") + reduction;
  }
  CHECK_THROWS_WITH(weir::reduce(reader, "a.x", "median"), EndsWith("valid: " + listed));
}

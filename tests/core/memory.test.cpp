// tests/core/memory.test.cpp -- what does not fit: at plan by what a node says, at run by the error of the allocator.
#include <functional>
#include <limits>
#include <new>

#include <ATen/ATen.h>

#include <weir/executor/node_failure.hpp>
#include <weir/memory.hpp>
#include <weir/os/memory.hpp>

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using Catch::Contains;

namespace {

std::string failure(const std::function<void()>& act) {
  weir::GraphNode node;
  node.path = "pairs";
  node.plugin = "coupling/ot";
  node.place = {"p.yaml", 4, 3, 5};
  try {
    act();
  } catch (...) {
    return weir::failure_of(node, std::current_exception()).what();
  }
  return "";
}

}  // namespace

TEST_CASE("A node that says how much it needs is refused if there is less, with both numbers", "[memory]") {
  const auto there = static_cast<double>(weir::os::memory_bytes());
  weir::Faults faults;
  weir::Plan plan([](const std::string&) { return weir::Place{"p.yaml", 4, 3, 5}; }, faults);
  weir::plan_memory(plan, "draw", 0.5 * there, "half of it");
  CHECK(faults.empty());
  weir::plan_memory(plan, "draw", 3.6e14, "the matrix", "take fewer");
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "the matrix needs 360.0 TB of memory, and there are " + weir::memory_text(there) + " here");
  CHECK(faults[0].remedy == "take fewer");
  weir::plan_memory(plan, "draw", std::numeric_limits<double>::infinity(), "more than there is");
  CHECK(faults.size() == 2);
}

TEST_CASE("An allocation that fails names the node, the bytes and what to do", "[memory]") {
  const std::string of_torch = failure([] { at::empty({std::int64_t{90'000'000'000'000}}, at::kFloat); });
  CHECK_THAT(
      of_torch,
      Contains("node 'pairs' (coupling/ot, p.yaml:4:3): the memory does not suffice: at one go it asked for "
               "360.0 TB, of ") &&
          Contains("take fewer points, a smaller batch, chunk or network"));
  CHECK_THAT(failure([] { throw std::bad_alloc(); }), Contains("the memory does not suffice, of "));
  CHECK_THAT(failure([] { throw std::runtime_error("another error"); }),
             Contains("another error") && !Contains("memory"));
}

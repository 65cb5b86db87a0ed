// tests/plugins/time/uniform.test.cpp -- where uniform times lie.
#include <weir/kinds/flow/time.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

std::string fault(const json& params) {
  const weir::Faults faults = plan(*make<weir::Time>("time/uniform", params));
  return faults.empty() ? "none" : faults.front().message;
}

Tensor drawn(const weir::Time& time) {
  weir::Rng rng(3, "t", f64);
  return time.sample(1000, rng);
}

}  // namespace

TEST_CASE("Times lie between `from` and `to`, evenly", "[time][uniform]") {
  const auto time = make<weir::Time>("time/uniform", {{"from", 0.2}, {"to", 0.95}});
  const Tensor u = drawn(*make<weir::Time>("time/uniform")), t = drawn(*time);
  CHECK(at::allclose(t, 0.2 + 0.75 * u, 1e-15, 1e-15));
  CHECK(time->support() == std::pair(0.2, 0.95));
  CHECK(at::allclose(time->density(row_of({0.1, 0.2, 0.5, 0.95, 0.96})),
                     row_of({0, 1 / 0.75, 1 / 0.75, 1 / 0.75, 0}), 1e-14, 0));
}

TEST_CASE("One end alone leaves the other where it is", "[time][uniform]") {
  CHECK(make<weir::Time>("time/uniform", {{"to", 0.95}})->support() == std::pair(0.0, 0.95));
  CHECK(make<weir::Time>("time/uniform", {{"from", 0.1}})->support() == std::pair(0.1, 1.0));
  CHECK(make<weir::Time>("time/uniform", {{"eps", 0.1}})->support() == std::pair(0.1, 0.9));
}

TEST_CASE("What leaves t no room, and two ways to say where it lies, are refused", "[time][uniform]") {
  CHECK(fault({{"eps", 0.1}}) == "none");
  CHECK(fault({{"from", 0.1}, {"to", 0.2}}) == "none");
  CHECK(fault({{"eps", 0.1}, {"to", 0.5}}) == "eps, and from or to, both say where t lies");
  CHECK(fault({{"from", 0.5}, {"to", 0.5}}) == "t must have room: from is 0.5, and to is 0.5");
  CHECK(fault({{"to", 0}}) == "t must have room: from is 0, and to is 0");
}

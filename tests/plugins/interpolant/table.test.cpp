// tests/plugins/interpolant/table.test.cpp -- monotone curves through given numbers beside SciPy's.
#include "along.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

namespace {

const json uneven{
    {"times", {0, 0.2, 0.5, 0.9, 1}}, {"alpha", {1, 0.95, 0.4, 0.1, 0}}, {"beta", {0, 0.01, 0.3, 0.95, 1}}};

Along planned(const json& params) {
  Along along("interpolant/table", params);
  REQUIRE(plan(*along.path).empty());
  return along;
}

std::string fault(const char* name, const json& numbers) {
  json params = uneven;
  params[name] = numbers;
  const weir::Faults faults = plan(*Along("interpolant/table", params).path);
  return faults.empty() ? "none" : faults.front().message;
}

}  // namespace

TEST_CASE("A tabulated path is SciPy's monotone interpolant of each coefficient", "[interpolant][table]") {
  // scipy 1.17.1: f = interpolate.PchipInterpolator(times, alpha or beta); f(t), f.derivative()(t)
  CHECK(has_coefficients(
      *planned(uneven).path, {0, 0.1, 0.2, 0.35, 0.5, 0.8, 0.95},
      {1, 0.9854695431472081, 0.95, 0.7000284438998776, 0.4, 0.17614097363083153, 0.05209558823529417},
      {0, 0.002757731958762887, 0.01, 0.11344850039771041, 0.3, 0.8319986742363279, 0.9802061170212765},
      {0, -0.27030456852791906, -0.41878172588832513, -2.373752844389988, -1.0862068965517244,
       -0.6697515212981745, -1.0169117647058825},
      {0, 0.05257731958762886, 0.08969072164948451, 1.1281446418266607, 1.197730711043873, 1.5834884081179381,
       0.5083776595744687}));
}

TEST_CASE("A tabulated path reaches both points to the bit and never turns", "[interpolant][table]") {
  const Along along = planned(uneven);
  CHECK(along.path->alpha(row_of({0, 1})).equal(row_of({1, 0})));
  CHECK(along.path->beta(row_of({0, 1})).equal(row_of({0, 1})));
  CHECK(signal_grows(*along.path));
}

TEST_CASE("Through points of a line a tabulated path is the straight line", "[interpolant][table]") {
  const Along line("interpolant/linear");
  const Tensor t = at::linspace(0, 1, 101, f64);
  for (const json& params :
       {json::object(), json{{"times", {0, 1}}, {"alpha", {1, 0}}, {"beta", {0, 1}}},
        json{{"times", {0, 0.25, 0.75, 1}}, {"alpha", {1, 0.75, 0.25, 0}}, {"beta", {0, 0.25, 0.75, 1}}}}) {
    const Along table = planned(params);
    for (const auto& [found, known] : {std::pair(table.path->alpha(t), line.path->alpha(t)),
                                       std::pair(table.path->beta(t), line.path->beta(t)),
                                       std::pair(table.path->dalpha(t), line.path->dalpha(t)),
                                       std::pair(table.path->dbeta(t), line.path->dbeta(t))})
      CHECK(at::allclose(found, known, 1e-14, 1e-15));
  }
}

TEST_CASE("A table that misses an end, turns or has gaps is refused", "[interpolant][table]") {
  CHECK(fault("alpha", {1, 0.95, 0.4, 0.1, 0}) == "none");
  CHECK(fault("alpha", {1, 0.95, 0.4, 0}) == "alpha has 4 numbers, and there are 5 times");
  CHECK(fault("alpha", {0.9, 0.8, 0.4, 0.1, 0}) == "alpha goes from 1 to 0");
  CHECK(fault("alpha", {1, 0.95, 0.4, 0.4, 0}) ==
        "alpha falls from each number to the next, and 0.4 comes after 0.4");
  CHECK(fault("beta", {0, 0.3, 0.01, 0.95, 1}) ==
        "beta rises from each number to the next, and 0.01 comes after 0.3");
  CHECK(fault("times", {0, 0.5, 0.2, 0.9, 1}) ==
        "times rises from each number to the next, and 0.2 comes after 0.5");
}

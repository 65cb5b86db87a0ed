// tests/plugins/coupling/given.test.cpp -- pairs from tensors and from files.
#include <weir/kinds/flow/coupling.hpp>
#include <weir/record/arrays_file.hpp>

#include "../integrator/flow.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Coupling;
using weir::Shape;
using weir::Tensor;

TEST_CASE("Given pairs are the rows of two tensors", "[coupling][given]") {
  Values start(at::arange(6, f64).view({3, 2})), end(at::arange(6, f64).view({3, 2}) + 10);
  const auto pairs = make<Coupling>("coupling/given");
  bind(*pairs, "start", start, "value");
  bind(*pairs, "end", end, "value");

  run(*pairs);

  CHECK(pairs->shape() == Shape{2});
  CHECK(pairs->size() == 3);
  CHECK((pairs->all().x1() - pairs->all().x0()).eq(10).all().item<bool>());
  CHECK(pairs->batch(at::tensor({2, 0}, at::kLong)).x0().equal(row_of({4, 5, 0, 1}).view({2, 2})));
}

TEST_CASE("The start and the end of a flow are the pairs of reflow", "[coupling][given]") {
  // The flow of least loss between N(0, 1) and N(m, s^2) takes x to m + s x: the pairs are those of optimal transport.
  const double m = 1.5, s = 0.4;
  const auto velocity = [=](const Tensor& x, const Tensor& at) {
    const Tensor t = at.view({-1, 1});
    return m + (s * s * t - (1 - t)) / ((1 - t).square() + (s * t).square()) * (x - m * t);
  };
  Flow flow("integrator/rk4", {{"steps", 200}}, velocity, weir::Rng(3, "points", f64).normal({50, 1}));
  flow.run();
  const auto pairs = make<Coupling>("coupling/given");
  bind(*pairs, "start", flow.points, "value");
  bind(*pairs, "end", *flow.integrator, "end");
  run(*pairs);
  // Fourth order of steps of 1/200: 2e-9.
  CHECK(at::allclose(pairs->all().x1(), m + s * pairs->all().x0(), 0, 1e-7));
}

TEST_CASE("Given pairs are read from two datasets of a file", "[coupling][given]") {
  const Scratch scratch;
  const std::string file = scratch / "pairs.h5";
  weir::write_arrays(
      file, {{"from", weir::array_of(row_of({1, 2}))}, {"nodes/flow/end", weir::array_of(row_of({3, 4}))}});
  const auto pairs = make<Coupling>(
      "coupling/given", {{"file", file}, {"x0_dataset", "/from"}, {"x1_dataset", "/nodes/flow/end"}});

  run(*pairs);

  CHECK(pairs->shape() == Shape{1});
  CHECK(pairs->all().x1().equal(row_of({3, 4}).view({2, 1})));
}

TEST_CASE("Given pairs refuse a number that is none, with its place", "[coupling][given]") {
  Values start(at::zeros({3, 2}, f64)),
      end(at::zeros({3, 2}, f64).index_fill(1, at::tensor({1}, at::kLong), INFINITY));
  const auto pairs = make<Coupling>("coupling/given");
  bind(*pairs, "start", start, "value");
  bind(*pairs, "end", end, "value");
  CHECK_THROWS_WITH(
      run(*pairs),
      Catch::Contains("the end of the pairs is inf in row 0, column 1 (counted from 0); 3 of its 6"));
}

TEST_CASE("Given pairs say what is missing or does not match", "[coupling][given]") {
  const Scratch scratch;
  const std::string file = scratch / "pairs.h5";
  weir::write_arrays(file,
                     {{"x0", weir::array_of(at::zeros({2, 2}))}, {"x1", weir::array_of(at::zeros({3, 2}))}});
  const auto message = [](const json& params, Values* start = nullptr, Values* end = nullptr) {
    const auto pairs = make<Coupling>("coupling/given", params);
    if (start) bind(*pairs, "start", *start, "value");
    if (end) bind(*pairs, "end", *end, "value");
    const weir::Faults faults = plan(*pairs);
    REQUIRE(faults.size() == 1);
    return faults[0].message;
  };
  Values two(at::zeros({2, 2}, f64)), three(at::zeros({3, 2}, f64));
  CHECK(message(json::object()) == "given pairs need start and end, or a file");
  CHECK(message(json::object(), &two) == "given pairs need start and end, or a file");
  CHECK(message({{"file", file}}, &two, &two) == "given pairs need start and end, or a file");
  CHECK(message(json::object(), &two, &three) ==
        "both ends of the pairs need one shape [pair, item...]: x0 is [2, 2], x1 is [3, 2]");
  CHECK(message({{"file", file}}) ==
        "both ends of the pairs need one shape [pair, item...]: x0 is [2, 2], x1 is [3, 2]");
  CHECK(message({{"file", file}, {"x1_dataset", "/y"}}) == "'" + file + "' has no dataset '/y'");
  CHECK(message({{"file", "/nowhere.h5"}}) == "there is no file '/nowhere.h5'");
}

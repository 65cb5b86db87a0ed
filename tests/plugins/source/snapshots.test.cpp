// tests/plugins/source/snapshots.test.cpp -- points of moving laws, by what is known of the laws.
#include <cmath>
#include <numbers>

#include <weir/kinds/facets/marginals.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/record/arrays_file.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Marginals;
using weir::Source;
using weir::Tensor;

std::unique_ptr<Source> snapshots(const json& params, const at::TensorOptions& options = f64) {
  auto source = make<Source>("source/snapshots", params, options, 4);
  run(*source);
  return source;
}

// The points at one time.
Tensor at_time(const Source& source, double t) {
  const Tensor chosen = value_of(source, "time") == t;
  return source.items(chosen.nonzero().view({-1}));
}

std::string fault(const json& params) {
  const weir::Faults faults = plan(*make<Source>("source/snapshots", params));
  return faults.empty() ? "none" : faults.front().message;
}

using Times = std::vector<double>;
using Sizes = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("Snapshots say when they are and how many points each has", "[source][snapshots]") {
  const auto even = snapshots({{"set", "half_circle"}, {"count", 5}, {"size", 3}});
  CHECK(even->shape() == weir::Shape{2});
  CHECK(even->size() == 15);
  CHECK(weir::facet<Marginals>(*even)->times == Times{0, 0.25, 0.5, 0.75, 1});
  CHECK(weir::facet<Marginals>(*even)->sizes == Sizes{3, 3, 3, 3, 3});
  CHECK(value_of(*even, "points").equal(even->items(at::arange(15, at::kLong))));

  const auto between = snapshots({{"set", "half_circle"}, {"count", 5}, {"place", "middles"}});
  CHECK(weir::facet<Marginals>(*between)->times == Times{0.125, 0.375, 0.625, 0.875});
  const auto given = snapshots({{"set", "swirl"}, {"times", {0.1, 0.9}}});
  CHECK(weir::facet<Marginals>(*given)->times == Times{0.1, 0.9});
  const auto fork = snapshots({{"set", "fork"}});
  CHECK(weir::facet<Marginals>(*fork)->sizes == Sizes{32, 32, 64, 64, 64, 64});
}

TEST_CASE("The cloud of the half circle is the same at every time, but for where it is",
          "[source][snapshots]") {
  const auto source = snapshots({{"set", "half_circle"}, {"count", 9}, {"size", 12}});
  const Tensor first = at_time(*source, 0) - row_of({1, 0});
  CHECK(number(first.norm(2, {1}).max()) < 0.3);
  for (int k = 1; k < 9; ++k) {
    const double turn = std::numbers::pi * k / 8;
    CHECK(
        at::allclose(at_time(*source, k / 8.0), first + row_of({std::cos(turn), std::sin(turn)}), 0, 1e-15));
  }
}

TEST_CASE("Trimodal snapshots have the moments of their laws", "[source][snapshots]") {
  const auto source = snapshots({{"set", "trimodal"}, {"size", 20000}});
  CHECK(source->shape() == weir::Shape{1});
  // Five standard errors: sd sqrt(2 / n) of a variance.
  CHECK(number(at_time(*source, 0).var()) == Approx(0.09).margin(5 * 0.09 * 0.01));
  CHECK(number(at_time(*source, 1).var()) == Approx(0.09).margin(5 * 0.09 * 0.01));
  const Tensor half = at_time(*source, 0.5);
  CHECK(number(half.var()) == Approx(0.04 + 1.5).margin(0.04));
  for (const double mode : {-1.5, 0.0, 1.5})
    CHECK(number(((half - mode).abs() < 0.75).to(at::kDouble).mean()) == Approx(1 / 3.0).margin(0.017));
  CHECK_FALSE(at_time(*source, 0).equal(at_time(*source, 1)));
}

TEST_CASE("Knot, swirl and fork lie on their curves, but for their noise", "[source][snapshots]") {
  const auto knot = snapshots({{"set", "knot"}, {"times", {0, 0.5, 1}}, {"size", 4000}});
  // 0.1 / sqrt(4000), five times.
  const auto near = [](const Tensor& points, double x, double y, double margin) {
    return at::allclose(points.mean(0), row_of({x, y}), 0, margin);
  };
  CHECK(near(at_time(*knot, 0), -3, 0.5 + std::tanh(2.5) / 2, 0.008));
  CHECK(near(at_time(*knot, 0.5), 0, 2, 0.008));
  CHECK(near(at_time(*knot, 1), 3, 0.5 + std::tanh(2.5) / 2, 0.008));
  const auto whole = snapshots({{"set", "knot"}});
  CHECK(whole->size() == 600);

  const auto swirl = snapshots({{"set", "swirl"}, {"times", {0, 0.5}}, {"size", 4000}});
  CHECK(number(at_time(*swirl, 0).norm(2, {1}).mean()) == Approx(1).margin(0.01));
  // A half turn on: sin 1/2 / (1/2) and (1 - cos 1/2) / (1/2) are the means over the arc.
  CHECK(near(at_time(*swirl, 0), std::sin(0.5) / 0.5, (1 - std::cos(0.5)) / 0.5, 0.015));
  CHECK(near(at_time(*swirl, 0.5), -std::sin(0.5) / 0.5, -(1 - std::cos(0.5)) / 0.5, 0.015));

  const auto fork = snapshots({{"set", "fork"}, {"size", 500}});
  const Tensor last = at_time(*fork, 1);
  CHECK(number((last.select(1, 1) > 0).to(at::kDouble).mean()) == Approx(0.5));
  CHECK(near(last.abs(), 2, 0.9, 0.02));
}

TEST_CASE("A set is the same points in float32, and others of another node's", "[source][snapshots]") {
  const auto exact = snapshots({{"set", "swirl"}}), rounded = snapshots({{"set", "swirl"}}, f32);
  CHECK(value_of(*rounded, "points").equal(value_of(*exact, "points").to(at::kFloat)));
  const auto other = make<Source>("source/snapshots", {{"set", "swirl"}}, f64, 4, "other");
  run(*other);
  CHECK_FALSE(value_of(*other, "points").equal(value_of(*exact, "points")));
}

TEST_CASE("Snapshots of a file come in the order of its times", "[source][snapshots]") {
  const Scratch scratch;
  const std::string file = scratch / "cells.h5";
  weir::write_arrays(file, {{"points", weir::array_of(at::arange(10, f64).view({5, 2}))},
                            {"time", weir::array_of(row_of({4, 2, 7, 2, 4}))}});
  const auto source = snapshots({{"file", file}});
  CHECK(weir::facet<Marginals>(*source)->times == Times{0, 0.4, 1});
  CHECK(weir::facet<Marginals>(*source)->sizes == Sizes{2, 2, 1});
  CHECK(value_of(*source, "points").select(1, 0).equal(row_of({2, 6, 0, 8, 4})));
  CHECK(value_of(*source, "time").equal(row_of({0, 0, 0.4, 0.4, 1})));
  CHECK(source->origin()->sha256 == sha_printed_by("sha256sum " + file));
  weir::write_arrays(file, {{"points", weir::array_of(at::zeros({5, 2}, f64))},
                            {"time", weir::array_of(row_of({3, 3, 3, 3, 3}))},
                            {"short", weir::array_of(row_of({1, 2}))}});
  CHECK(fault({{"file", file}}) == "the times of '" + file + "' are 3 to 3: snapshots need two times");
  CHECK(fault({{"file", file}, {"time_dataset", "/short"}}) ==
        "each point has one time: the points are [5, 2], the times [2]");
  CHECK(fault({{"file", file}, {"size", 9}}) == "a file has the times and the points that it has");
  CHECK(fault({{"file", file}, {"place", "middles"}}) == "a file has the times and the points that it has");
}

TEST_CASE("Snapshots of no set, or at times that it has not, are refused", "[source][snapshots]") {
  CHECK(fault(json::object()) == "snapshots are of a named set or of a file: write one of both");
  CHECK(fault({{"set", "swirl"}, {"times", {0.5, 0.2}}}) ==
        "the times of snapshots ascend within 0 and 1, and these are [0.5, 0.2]");
  CHECK(fault({{"set", "trimodal"}, {"count", 5}}) ==
        "the law of trimodal is known at 0, 0.5 and 1, and these times are [0, 0.25, 0.5, 0.75, 1]");
  CHECK(fault({{"set", "swirl"}, {"times", {0, 1}}, {"count", 2}}) ==
        "times are given one by one, or by count and place");
  for (const char* dataset : {"points_dataset", "time_dataset"})
    CHECK(fault({{"set", "swirl"}, {dataset, "/other"}}) == "'swirl' is a set and has no datasets");
}

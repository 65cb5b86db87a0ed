// tests/plugins/source/tensor.test.cpp -- datasets of HDF5 files.
#include <weir/record/arrays_file.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Shape;
using weir::Source;
using weir::Tensor;

TEST_CASE("A dataset's rows are the items of a tensor source", "[source][tensor]") {
  const Scratch scratch;
  const Tensor points = at::arange(24, at::kInt).view({4, 2, 3}), line = row_of({5, 6, 7});
  weir::write_arrays(scratch / "set.h5",
                     {{"points", weir::array_of(points)}, {"deep/line", weir::array_of(line)}});

  const auto source =
      make<Source>("source/tensor", {{"file", scratch / "set.h5"}, {"dataset", "/points"}, {"limit", 3}});
  run(*source);

  CHECK(source->shape() == Shape{2, 3});
  CHECK(source->size() == 3);
  CHECK(source->items(at::tensor({2, 0}, at::kLong))
            .equal(points.to(at::kDouble).index_select(0, at::tensor({2, 0}, at::kLong))));
  const auto numbers =
      make<Source>("source/tensor", {{"file", scratch / "set.h5"}, {"dataset", "/deep/line"}}, f32);
  run(*numbers);
  CHECK(numbers->shape() == Shape{1});
  CHECK(numbers->items(at::tensor({1}, at::kLong)).equal(at::full({1, 1}, 6, f32)));
}

TEST_CASE("A tensor source says which file or dataset is missing, and how many rows there are",
          "[source][tensor]") {
  const Scratch scratch;
  const std::string file = scratch / "set.h5";
  weir::write_arrays(file, {{"points", weir::array_of(at::zeros({4, 2}))}});
  const auto message = [&](const nlohmann::json& params) {
    const auto source = make<Source>("source/tensor", params);
    const weir::Faults faults = plan(*source);
    REQUIRE(faults.size() == 1);
    return faults[0].message;
  };
  CHECK(message({{"file", "/nowhere.h5"}, {"dataset", "/x"}}) == "there is no file '/nowhere.h5'");
  CHECK(message({{"file", file}, {"dataset", "/x"}}) == "'" + file + "' has no dataset '/x'");
  CHECK(message({{"file", file}, {"dataset", "/points"}, {"limit", 9}}) ==
        "limit is 9, but dataset '/points' has 4 rows");
}

TEST_CASE("A tensor source refuses a number that is none, with its place", "[source][tensor]") {
  const Scratch scratch;
  const std::string file = scratch / "set.h5";
  const Tensor points = at::zeros({4, 2});
  points[2][1] = NAN;
  weir::write_arrays(file, {{"points", weir::array_of(points)}});
  const auto source = make<Source>("source/tensor", {{"file", file}, {"dataset", "/points"}});
  CHECK_THROWS_WITH(run(*source),
                    Catch::Contains("dataset '/points' of '" + file +
                                    "' is nan in row 2, column 1 (counted from 0); 1 of its 8"));
}

// tests/plugins/source/anndata.test.cpp -- files of AnnData as far as Weir can write them; tests/cli/own_data.test.py has sparse ones.
#include <weir/record/arrays_file.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using Catch::Contains;
using Catch::EndsWith;
using nlohmann::json;
using weir::Source;
using weir::Tensor;

namespace {

const Tensor cells = at::arange(12, f64).view({4, 3}) / 3;

std::string cells_in(const Scratch& scratch, const std::vector<std::int64_t>& codes = {1, 0, 1, 2}) {
  const auto array = [](const Tensor& x) { return weir::array_of(x); };
  weir::write_arrays(scratch / "cells.h5ad",
                     {{"X", array(cells)},
                      {"obsm/X_pca", array(-cells.narrow(1, 0, 2))},
                      {"obs/type/codes", array(at::tensor(codes, at::kLong))},
                      {"obs/type/categories", array(at::arange(4))},
                      {"obs/batch", array(at::tensor({0, 1, 1, 0}, at::kLong))},
                      {"obs/depth", array(at::tensor({0.5, 1.0, 1.0, 0.0}, at::kDouble))}});
  return scratch / "cells.h5ad";
}

std::string refused(const json& params) {
  const auto source = make<Source>("source/anndata", params);
  const weir::Faults faults = plan(*source);
  return faults.empty() ? "" : faults[0].place.file + ": " + faults[0].message;
}

}  // namespace

TEST_CASE("A matrix of an AnnData file is read with a column of obs as its labels", "[source][anndata]") {
  const Scratch scratch;
  const std::string file = cells_in(scratch);
  const auto source = make<Source>("source/anndata", {{"file", file}, {"label", "type"}});
  run(*source);
  CHECK(source->items(at::arange(4)).equal(cells));
  CHECK(source->labels().equal(at::tensor({1, 0, 1, 2}, at::kLong)));
  CHECK(*source->classes() == 4);  // as many as there are categories
  CHECK(value_of(*source, "class_size").equal(at::tensor({1, 2, 1, 0}, at::kLong)));
  const auto part = make<Source>(
      "source/anndata", {{"file", file}, {"matrix", "obsm/X_pca"}, {"label", "batch"}, {"limit", 3}});
  run(*part);
  CHECK(part->items(at::arange(3)).equal(-cells.narrow(1, 0, 2).narrow(0, 0, 3)));
  CHECK(part->labels().equal(at::tensor({0, 1, 1}, at::kLong)));
}

TEST_CASE("What is not in an AnnData file, or is no class, is said where it is asked for",
          "[source][anndata]") {
  const Scratch scratch;
  const std::string file = cells_in(scratch);
  CHECK_THAT(refused({{"file", file}, {"matrix", "raw"}}),
             Contains("matrix: ") && Contains("has no matrix 'raw'; it has X, obsm/X_pca"));
  CHECK_THAT(refused({{"file", file}, {"label", "typ"}}),
             Contains("label: ") && Contains("obs has no column 'typ'; it has batch, depth, type"));
  CHECK_THAT(refused({{"file", file}, {"label", "depth"}}), Contains("is not a list of whole numbers"));
  CHECK_THAT(refused({{"file", cells_in(scratch, {1, -1, 1, 2})}, {"label", "type"}}),
             Contains("obs['type'] has no category in row 1 (counted from 0): leave such cells out"));
  CHECK_THAT(refused({{"file", cells_in(scratch, {1, 0, 1, 4})}, {"label", "type"}}),
             Contains("obs['type'] is 4 in row 3 (counted from 0), and classes are 0 to 3"));
  weir::write_arrays(scratch / "odd.h5ad",
                     {{"X", weir::array_of(cells)},
                      {"obs/type/codes", weir::array_of(at::zeros(4, at::kLong))},
                      {"obs/type/categories", weir::array_of(at::arange(4).view({2, 2}))},
                      {"obs/bare/codes", weir::array_of(at::zeros(4, at::kLong))},
                      {"obs/flat/codes", weir::array_of(at::zeros({4, 1}, at::kLong))},
                      {"obs/flat/categories", weir::array_of(at::arange(4))},
                      {"obs/huge", weir::array_of(at::full({4}, INT64_MAX, at::kLong))}});
  const auto odd = [&](const std::string& label) {
    return refused({{"file", scratch / "odd.h5ad"}, {"label", label}});
  };
  CHECK_THAT(odd("type"), EndsWith("odd.h5ad: /obs/type/categories is not a list"));
  CHECK_THAT(odd("bare"), Contains("odd.h5ad: obs['bare'] is neither categorical nor of whole numbers"));
  CHECK_THAT(odd("flat"), EndsWith("odd.h5ad: /obs/flat/codes is not a list"));
  CHECK_THAT(
      odd("huge"),
      EndsWith("obs['huge'] is 9223372036854775807 in row 0 (counted from 0), and classes are 0 to 1048575"));
  weir::write_arrays(scratch / "other.h5", {{"x", weir::array_of(cells)}});
  CHECK_THAT(refused({{"file", scratch / "other.h5"}}), Contains("it has none: it is no AnnData file"));
  CHECK_THAT(refused({{"file", scratch.write("x.npy", {1, 2})}}), Contains("file: "));
}

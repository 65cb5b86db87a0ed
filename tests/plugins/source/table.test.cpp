// tests/plugins/source/table.test.cpp -- CSV and TSV; tests/cli/own_data.test.py has those that pandas and NumPy write.
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Shape;
using weir::Source;
using weir::Tensor;

namespace {

std::string written(const Scratch& scratch, const std::string& name, const std::string& text) {
  std::ofstream(scratch / name, std::ios::binary) << text;
  return scratch / name;
}

Tensor all(const Source& source) { return source.items(at::arange(*source.size(), at::kLong)); }

const std::string flowers =
    "x,y,species\r\n5.1, 3.5,setosa\r\n\r\n-4.9,\"3e0\",\"a \"\"b\"\",\nc\"\r\n+7,.5,setosa";

}  // namespace

TEST_CASE("Columns of a table become items, and texts classes in the order of their names",
          "[source][table]") {
  const Scratch scratch;
  const std::string file = written(scratch, "iris.csv", "\xef\xbb\xbf" + flowers);
  const auto source = make<Source>("source/table", {{"file", file}, {"label", "species"}});
  run(*source);
  CHECK(source->shape() == Shape{2});
  CHECK(all(*source).equal(at::tensor({5.1, 3.5, -4.9, 3., 7., .5}, f64).view({3, 2})));
  CHECK(source->classes() == 2);
  CHECK(source->labels().equal(at::tensor({1, 0, 1}, at::kLong)));
  CHECK(source->origin()->sha256 == sha_printed_by("sha256sum '" + file + "'"));
  const auto one = make<Source>("source/table", {{"file", file}, {"columns", {"y"}}, {"limit", 2}});
  run(*one);
  CHECK(all(*one).equal(at::tensor({3.5, 3.}, f64).view({2, 1})));
  CHECK_FALSE(one->labels().defined());
}

TEST_CASE("What is wrong with a table is said with its line before anything runs", "[source][table]") {
  const Scratch scratch;
  std::string remedy;
  const auto message = [&](const std::string& text, json params = json::object()) {
    params["file"] = written(scratch, "t.csv", text);
    const weir::Faults faults = plan(*make<Source>("source/table", params));
    REQUIRE(faults.size() == 1);
    remedy = faults[0].remedy;
    return faults[0].message;
  };
  const std::string file = scratch / "t.csv";
  CHECK(
      message("x,y\n1,2\n\n3,NA\n") ==
      file +
          ":4: column 'y' is missing ('NA'): leave such lines out, or put numbers there; pandas: dropna() or "
          "fillna(...)");
  CHECK(message("x\n\"1,5\"\n") ==
        file +
            ":2: '1,5' in column 'x' is no number: numbers have a decimal point and nothing between "
            "thousands, as "
            "1.5; pandas: read_csv(..., decimal=\",\") or thousands=\",\", then to_csv");
  CHECK(message("x,y\n1,2\n1,2,3\n") == file +
                                            ":3: there are 3 fields where the first line has 2: a field with "
                                            "the separator in it stands in quotes");
  CHECK(message("x,y\n1,2\n", {{"columns", {"z"}}}) == "'" + file + "' has no column 'z'");
  CHECK(remedy == "columns: x, y");
  CHECK(message(",x\n0,2\n") ==
        "column 1 of '" + file + "' has no name, as the row numbers that pandas writes");
  CHECK(remedy == "say which: columns: [...]; or write it by to_csv(..., index=False)");
  CHECK(message("0,1,2\n5,6,7\n") ==
        "whether the first line of '" + file + "' names the columns cannot be told: 0, 1, 2");
  CHECK(remedy == "header: true if it does, header: false if it is a line of data");
  CHECK(message("x;y\n1;2\n") == "'" + file + "' has semicolons between its fields");
  CHECK(remedy == "separator: semicolon");
  CHECK(message("1,5;2,5\n1,5;2,5\n") == "'" + file + "' has semicolons between its fields");
  CHECK(message("x\ty\n1\t2\n") == "'" + file + "' has tabs between its fields");
  CHECK(message("x\n1\n", {{"limit", 2}}) == "limit is 2, but '" + file + "' has 1 lines of numbers");
  const weir::Faults none = plan(*make<Source>("source/table", {{"file", "/nowhere.csv"}}));
  REQUIRE(none.size() == 1);
  CHECK(none[0].message == "there is no file '/nowhere.csv'");
}

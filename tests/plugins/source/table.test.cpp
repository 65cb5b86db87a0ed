// tests/plugins/source/table.test.cpp -- CSV and TSV; tests/cli/own_data.test.py has those that pandas and NumPy write.
#include "../values.hpp"

#include <fmt/format.h>

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
  CHECK(value_of(*source, "range").equal(at::tensor({-4.9, 7., .5, 3.5}, f64).view({2, 2})));
  CHECK(source->origin()->sha256 == sha_printed_by("sha256sum '" + file + "'"));
  const auto one = make<Source>("source/table", {{"file", file}, {"columns", {"y"}}, {"limit", 2}});
  run(*one);
  CHECK(all(*one).equal(at::tensor({3.5, 3.}, f64).view({2, 1})));
  CHECK_FALSE(one->labels().defined());
}

TEST_CASE("Blanks around a label are a part of it in quotes alone, and of a number nowhere",
          "[source][table]") {
  const Scratch scratch;
  const auto labels = [&](const std::string& text) {
    const auto source =
        make<Source>("source/table", {{"file", written(scratch, "t.csv", text)}, {"label", "c"}});
    run(*source);
    return source->labels();
  };
  CHECK(labels("x,c\n1,u\n2, u \n3,\"u\"\n4,\" u\"\n").equal(at::tensor({1, 1, 1, 0}, at::kLong)));
  CHECK(labels("x,c\n1,2\n2, 1 \n3,\" 0\"\n").equal(at::tensor({2, 1, 0}, at::kLong)));
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
            ":2: '1,5' in column 'x' is no number: numbers have a decimal point, as 1.5; pandas: "
            "read_csv(..., decimal=\",\"), then to_csv");
  CHECK(message("x,y\n1,2\n1,2,3\n") == file +
                                            ":3: there are 3 fields where the first line has 2: a field with "
                                            "the separator in it stands in quotes");
  CHECK(message("x,y\n1,2\n", {{"columns", {"z"}}}) == "'" + file + "' has no column 'z'");
  CHECK(remedy == "columns: x, y");
  const auto cell = [&](const std::string& text) {
    const std::string said = message("x\n1\n" + text + "\n");
    const std::string start = file + ":3: '" + text + "' in column 'x' is no number";
    REQUIRE(said.starts_with(start));
    return said.substr(start.size());
  };
  for (const auto& [number, without, point] :
       {std::tuple("\"1,000\"", "1000", "1.000"), std::tuple("\"-12,345\"", "-12345", "-12.345")})
    CHECK_THAT(message("x\n" + std::string(number) + "\n"),
               Catch::Contains(fmt::format(": {} where it means thousands, {} where the comma is the decimal "
                                           "point; pandas: read_csv(..., thousands=\",\" or decimal=\",\")",
                                           without, point)));
  CHECK_THAT(message("x\n\"1,234,567.5\"\n"),
             Catch::Contains("nothing stands between thousands, as 1234567.5; pandas: read_csv(..., "
                             "thousands=\",\"), then to_csv"));
  CHECK(cell("True") == ": write 1 for true and 0 for false; pandas: astype(int)");
  for (const std::string infinite : {"inf", "-Infinity", "1e400", "-1.5E+999"})
    CHECK(cell(infinite) ==
          ": infinite, or beyond what a double holds: leave such lines out; pandas: replace([numpy.inf, "
          "-numpy.inf], numpy.nan).dropna()");
  CHECK(cell("1 2.5") == ": fields with a blank between them are read by separator: space");
  CHECK(
      cell("1|2") ==
      ": fields are separated by commas, tabs, semicolons or spaces; pandas: read_csv(..., sep=\"|\"), then "
      "to_csv");
  CHECK(cell("red") == "; choose others with columns: [...], or name it as label");
  const std::string removed = "is taken for the columns' names, and comments are not known: remove it";
  CHECK(message("# by hand\nx,y,z\n1,2,3\n") ==
        file + ":2: there are 3 fields where the first line has 1: the first line, # by hand, " + removed);
  CHECK_THAT(message("# by hand\nx\n1\n"),
             Catch::EndsWith("is no number: the first line, # by hand, " + removed));
  for (const std::string line : {"# more", "# more, less"})
    CHECK_THAT(message("x,y\n1,2\n" + line + "\n"),
               Catch::EndsWith(": lines that begin with # are not passed over: remove them; pandas: "
                               "read_csv(..., comment=\"#\"), then to_csv"));
  CHECK(message("a,b,\n1,2,\n") == "column 3 of '" + file + "' has no name");
  CHECK(remedy ==
        "take the separator at the line's end away if it is one too many, or say which: columns: [...]");
  CHECK(message("a,,b\n1,2,3\n") == "column 2 of '" + file + "' has no name");
  CHECK(remedy == "give it one, or say which: columns: [...]");
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

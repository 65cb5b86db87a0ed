// tests/front/value.test.cpp -- how parameters are written, and what they resolve to.
#include <catch2/catch.hpp>
#include <numbers>

#include <weir/front/check/value.hpp>
#include <weir/front/yaml/yaml.hpp>

#include "laboratory.hpp"

namespace {

using nlohmann::json;
using weir::ParamSchema;
using weir::ParamType;

// The resolved value, or the first fault's message.
json resolved(ParamType type, const std::string& text, ParamSchema schema = {}) {
  schema.name = "p";
  schema.type = type;
  weir::Faults faults;
  const auto node = weir::yaml::read_text("v: " + text + "\n", "/lab/pipelines/p.yaml", faults);
  REQUIRE(node);
  const auto value = weir::parse_value(node->find("v")->value, schema, "kind/name (node 'n')", faults);
  return value ? *value
               : json("fault: " + faults.at(0).message +
                      (faults[0].remedy.empty() ? "" : " | " + faults[0].remedy));
}

std::string fault(const std::string& rest) {
  return "fault: parameter 'p' of kind/name (node 'n') must be " + rest;
}

}  // namespace

TEST_CASE("integers may be written as 2e4, but must be whole and fit 64 bits", "[front][value]") {
  CHECK(resolved(ParamType::integer, "7") == 7);
  CHECK(resolved(ParamType::integer, "-3") == -3);
  CHECK(resolved(ParamType::integer, "+3") == 3);
  CHECK(resolved(ParamType::integer, "2e4") == 20000);
  CHECK(resolved(ParamType::integer, "1.5e3") == 1500);
  CHECK(resolved(ParamType::integer, "7.0") == 7);
  CHECK(resolved(ParamType::integer, "9223372036854775807") == INT64_MAX);
  CHECK(resolved(ParamType::integer, "2e4").is_number_integer());
  CHECK(resolved(ParamType::integer, "9223372036854775808") ==
        fault("an integer, not '9223372036854775808' | it does not fit 64 bits"));
  CHECK(resolved(ParamType::integer, "1e19") == fault("an integer, not '1e19' | it does not fit 64 bits"));
  CHECK(resolved(ParamType::integer, "2.5") == fault("an integer, not '2.5'"));
  CHECK(resolved(ParamType::integer, "0x10") == fault("an integer, not '0x10'"));
  CHECK(resolved(ParamType::integer, "'7'") ==
        fault("an integer, not the text '7' | write it without quotes"));
  CHECK(resolved(ParamType::integer, "~") == fault("an integer, not nothing"));
}

TEST_CASE("numbers are finite decimals", "[front][value]") {
  CHECK(resolved(ParamType::number, "0.05") == 0.05);
  CHECK(resolved(ParamType::number, "2e4") == 20000.0);
  CHECK(resolved(ParamType::number, "-1.0E-3") == -0.001);
  CHECK(resolved(ParamType::number, ".5") == 0.5);
  CHECK(resolved(ParamType::number, "3") == 3.0);
  CHECK(resolved(ParamType::number, "3").is_number_float());
  for (const std::string text : {".inf", "-.inf", ".nan", "nan"})
    CHECK(resolved(ParamType::number, text) == fault("a number, not '" + text + "' | it must be finite"));
  CHECK(resolved(ParamType::number, "1e999") ==
        fault("a number, not '1e999' | it does not fit a 64-bit number"));
  CHECK(resolved(ParamType::number, "0,5") == fault("a number, not '0,5' | write 0.5"));
  CHECK(resolved(ParamType::number, "5 cm") == fault("a number, not '5 cm'"));
  CHECK(resolved(ParamType::number, "--5") == fault("a number, not '--5'"));
  CHECK(resolved(ParamType::number, "1e5e") == fault("a number, not '1e5e'"));
}

TEST_CASE("an angle is in radians unless it says deg, and 180 deg is pi to the last bit", "[front][value]") {
  CHECK(resolved(ParamType::angle, "180 deg").get<double>() == std::numbers::pi);
  CHECK(resolved(ParamType::angle, "90deg").get<double>() == std::numbers::pi / 2);
  CHECK(resolved(ParamType::angle, "-45 deg").get<double>() == -std::numbers::pi / 4);
  CHECK(resolved(ParamType::angle, "3.14 rad") == 3.14);
  CHECK(resolved(ParamType::angle, "0.5") == 0.5);
  CHECK(resolved(ParamType::angle, "deg") == fault("an angle such as 180 deg or 3.14 rad, not 'deg'"));
  CHECK(resolved(ParamType::angle, "180 grad") ==
        fault("an angle such as 180 deg or 3.14 rad, not '180 grad'"));
}

TEST_CASE("true and false are the only booleans, and their neighbours get a hint", "[front][value]") {
  CHECK(resolved(ParamType::boolean, "true") == true);
  CHECK(resolved(ParamType::boolean, "False") == false);
  CHECK(resolved(ParamType::boolean, "yes") == fault("true or false, not 'yes' | write true"));
  CHECK(resolved(ParamType::boolean, "0") == fault("true or false, not '0' | write false"));
  CHECK(resolved(ParamType::boolean, "'true'") == fault("true or false, not the text 'true'"));
}

TEST_CASE("text takes any scalar as it is written", "[front][value]") {
  CHECK(resolved(ParamType::text, "hello") == "hello");
  CHECK(resolved(ParamType::text, "007") == "007");
  CHECK(resolved(ParamType::text, "\"a: b\"") == "a: b");
  CHECK(resolved(ParamType::text, "[a]") == fault("text, not a list"));
}

TEST_CASE("a path starts from the folder of the file that writes it", "[front][value]") {
  CHECK(resolved(ParamType::path, "data/x.gz") == "/lab/pipelines/data/x.gz");
  CHECK(resolved(ParamType::path, "../data/./x.gz") == "/lab/data/x.gz");
  CHECK(resolved(ParamType::path, "/abs/x.gz") == "/abs/x.gz");
  CHECK(resolved(ParamType::path, "''") == fault("a path, not the text ''"));
}

TEST_CASE("lists and matrices hold numbers, matrices equally many in each row", "[front][value]") {
  CHECK(resolved(ParamType::numbers, "[5, 0.5, 1e2]") == json({5.0, 0.5, 100.0}));
  CHECK(resolved(ParamType::numbers, "[]") == json::array());
  CHECK(resolved(ParamType::numbers, "5") == fault("a list of numbers such as [1, 2], not '5' | write [5]"));
  CHECK(resolved(ParamType::numbers, "[1, two]") == fault("a number, not 'two'"));
  CHECK(resolved(ParamType::matrix, "[[1, 0], [0, 1]]") == json({{1.0, 0.0}, {0.0, 1.0}}));
  CHECK(resolved(ParamType::matrix, "[]") == fault("a matrix such as [[1, 0], [0, 1]], not a list"));
  CHECK(resolved(ParamType::matrix, "[[1, 0], [0]]") ==
        "fault: the rows of parameter 'p' of kind/name (node 'n') must be equally long, and this one has 1 "
        "number instead of 2");
}

TEST_CASE("draw is fresh or a fixed number of pairs", "[front][value]") {
  CHECK(resolved(ParamType::draw, "fresh") == "fresh");
  CHECK(resolved(ParamType::draw, "{fixed: 1e3}") == json({{"fixed", 1000}}));
  CHECK(resolved(ParamType::draw, "fixed") == fault("fresh or {fixed: N}, not 'fixed' | write {fixed: N}"));
  CHECK(resolved(ParamType::draw, "{fixed: 1, other: 2}") == fault("fresh or {fixed: N}, not a map"));
}

TEST_CASE("a list of texts may be written as one text", "[front][value]") {
  CHECK(resolved(ParamType::texts, "[x, \"y z\", 7]") == json({"x", "y z", "7"}));
  CHECK(resolved(ParamType::texts, "x") == json::array({"x"}));
  CHECK(resolved(ParamType::texts, "[]") == fault("a list of texts such as [a, b], not a list"));
  CHECK(resolved(ParamType::texts, "[[a]]") == fault("a list of texts, each one text, not a list"));
}

TEST_CASE("bounds hold at their ends as declared, and for each element of a list", "[front][value]") {
  ParamSchema unit;
  unit.minimum = 0;
  unit.maximum = 1;
  unit.maximum_excluded = true;
  CHECK(resolved(ParamType::number, "0", unit) == 0.0);
  CHECK(resolved(ParamType::number, "0.999", unit) == 0.999);
  CHECK(resolved(ParamType::number, "1", unit) == fault("at least 0 and below 1, not 1"));
  CHECK(resolved(ParamType::numbers, "[0, 2]", unit) == fault("at least 0 and below 1, not 2"));
  unit.unit = "s";
  CHECK(resolved(ParamType::number, "-1", unit) == fault("at least 0 and below 1 s, not -1"));
  CHECK(weir::accepts([&] {
          unit.type = ParamType::number;
          return unit;
        }()) == "a number, at least 0 and below 1 (s)");
}

TEST_CASE("a choice is one of its words, and a near miss is named", "[front][value]") {
  ParamSchema rule;
  rule.choices = {"exact", "sliced"};
  CHECK(resolved(ParamType::choice, "sliced", rule) == "sliced");
  CHECK(resolved(ParamType::choice, "sliecd", rule) ==
        fault("'exact' or 'sliced', not 'sliecd' | did you mean 'sliced'?"));
}

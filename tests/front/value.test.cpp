// tests/front/value.test.cpp -- how parameters are written, and what they resolve to.
#include <pwd.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numbers>

#include <fmt/format.h>

#include <weir/front/check/accepted.hpp>
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

TEST_CASE("a number as people write it gets its plain spelling, which is taken and means the same",
          "[front][value]") {
  struct Written {
    std::string text;
    std::vector<double> meant;  // the likeliest first
  };
  const std::vector<Written> all = {{"'1,000'", {1000, 1}},
                                    {"1,000", {1000, 1}},
                                    {"1,000,000", {1e6}},
                                    {"1.000.000", {1e6}},
                                    {"1.000,5", {1000.5}},
                                    {"1,000.5", {1000.5}},
                                    {"-1.234.567,25", {-1234567.25}},
                                    {"1_000", {1000}},
                                    {"1 000", {1000}},
                                    {"1'000", {1000}},
                                    {"1\xC2\xA0"
                                     "000",
                                     {1000}},
                                    {"1\xE2\x80\xAF"
                                     "000,5",
                                     {1000.5}},
                                    {"\xE2\x88\x92"
                                     "3",
                                     {-3}},
                                    {"3\xE2\x80\x8B", {3}},
                                    {"0,5", {0.5}},
                                    {"0,500", {0.5}},
                                    {"12,5", {12.5}},
                                    {"1,5e3", {1500}},
                                    {"10k", {10000}},
                                    {"1.5k", {1500}},
                                    {"2M", {2e6}},
                                    {"50%", {0.5}},
                                    {"50 %", {0.5}},
                                    {"1/4", {0.25}},
                                    {"2^10", {1024}},
                                    {"10**3", {1000}},
                                    {"'5'", {5}},
                                    {"[7]", {7}},
                                    {"007", {}},
                                    {"1,00", {1}},
                                    {"12,34,56", {}},
                                    {"1.0.0", {}},
                                    {"5 cm", {}},
                                    {"1,000k", {1e6, 1000}}};
  for (const ParamType type : {ParamType::integer, ParamType::number}) {
    for (const auto& [text, meant] : all) {
      INFO(text);
      const std::string said = resolved(type, text).get<std::string>();
      std::vector<double> offered;
      std::vector<double> possible = meant;
      if (type == ParamType::integer)  // 1,000 is no 1 for a count
        std::erase_if(possible, [&, one = meant.size() == 1](double n) {
          return n != std::floor(n) || (n == 1 && !one);
        });
      if (type == ParamType::integer && text == "1,00") possible.clear();
      if (said.find("without quotes") != std::string::npos ||
          said.find("without brackets") != std::string::npos) {
        offered = {resolved(type, text.substr(1, text.size() - 2)).get<double>()};
      } else if (const auto at = said.find("| write "); at != std::string::npos) {
        std::string rest = said.substr(at + 8);
        const auto other = rest.find(", or ");
        offered.push_back(resolved(type, rest.substr(0, other)).get<double>());
        if (other != std::string::npos)
          offered.push_back(
              resolved(type, rest.substr(other + 5, rest.find(" if ") - other - 5)).get<double>());
      }
      CHECK(offered == possible);
    }
  }
}

TEST_CASE("a remedy stays within the limits of its parameter", "[front][value]") {
  ParamSchema share;
  share.minimum = 0;
  share.maximum = 1;
  CHECK(resolved(ParamType::number, "50%", share) == fault("a number, not '50%' | write 0.5"));
  CHECK(resolved(ParamType::number, "1,000", share) == fault("a number, not '1,000' | write 1.000"));
  CHECK(resolved(ParamType::number, "10k", share) == fault("a number, not '10k'"));
  CHECK(resolved(ParamType::numbers, "[1,000]") ==
        "fault: parameter 'p' of kind/name (node 'n') must be a number, not '000' | write 1000 if that is "
        "one number");
  CHECK(resolved(ParamType::draw, "1,000") ==
        fault("fresh or {fixed: N}, not '1,000' | write {fixed: 1000}"));
  CHECK(resolved(ParamType::draw, "{fixed: 1,000}") ==
        fault("fresh or {fixed: N}, not a map | write fixed: 1000"));
  CHECK(resolved(ParamType::draw, "-3") == fault("fresh or {fixed: N}, not '-3'"));
  CHECK(resolved(ParamType::angle, "3,5 rad") ==
        fault("an angle such as 180 deg or 3.14 rad, not '3,5 rad' | write 3.5 rad"));
  CHECK(resolved(ParamType::angle, "180\xC2\xB0") ==
        fault("an angle such as 180 deg or 3.14 rad, not '180\xC2\xB0' | write 180 deg"));
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

TEST_CASE("a path that cannot be looked at is a fault at its place, whoever would read it",
          "[front][value]") {
  const std::filesystem::path loop =
      std::filesystem::temp_directory_path() / fmt::format("weir-loop-{}.npy", ::getpid());
  std::filesystem::create_symlink(loop.filename(), loop);
  CHECK(resolved(ParamType::path, loop.string()) ==
        "fault: parameter 'p' of kind/name (node 'n') cannot be opened: '" + loop.string() +
            "': Too many levels of symbolic links | name a file, not a link that leads back to itself");
  std::filesystem::remove(loop);
  const std::string longest = "/" + std::string(300, 'x');
  CHECK(resolved(ParamType::path, longest) ==
        "fault: parameter 'p' of kind/name (node 'n') cannot be opened: '" + longest.substr(0, 60) +
            "...': File name too long | name one that you may read");
}

TEST_CASE("a path starts from the folder of the file that writes it", "[front][value]") {
  CHECK(resolved(ParamType::path, "data/x.gz") == "/lab/pipelines/data/x.gz");
  CHECK(resolved(ParamType::path, "../data/./x.gz") == "/lab/data/x.gz");
  CHECK(resolved(ParamType::path, "/abs/x.gz") == "/abs/x.gz");
  const std::string home = std::getenv("HOME") ? std::getenv("HOME") : ::getpwuid(::getuid())->pw_dir;
  CHECK(resolved(ParamType::path, "~/x.gz") ==
        std::filesystem::path(home + "/x.gz").lexically_normal().string());
  CHECK(resolved(ParamType::path, "./~/x.gz") == "/lab/pipelines/~/x.gz");
  CHECK(resolved(ParamType::path, "~nobody_of_this_name/x") == "/lab/pipelines/~nobody_of_this_name/x");
  CHECK(resolved(ParamType::path, "~root") == ::getpwnam("root")->pw_dir);
  CHECK(resolved(ParamType::path, "$HOME/x.gz") ==
        "fault: parameter 'p' of kind/name (node 'n') is taken as it is written, and no variable in it is "
        "replaced: '$HOME/x.gz' | write ~/x.gz");
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

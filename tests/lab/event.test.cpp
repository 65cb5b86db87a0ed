// tests/lab/event.test.cpp -- what a line must be to count as an event of weir-run.
#include <catch2/catch.hpp>

#include "lab/sweep/event.hpp"

using namespace weir::tools;
using Json = nlohmann::json;

TEST_CASE(
    "A line is an event if it names itself and its values are of the kinds that readers take for granted") {
  CHECK(event_of(R"({"event":"started","node":"train"})")->at("node") == "train");
  CHECK(event_of(R"({"event":"progress","node":"a","step":3,"total":9,"values":{"loss":null}})"));
  for (const char* line : {"", "moo", "5", "[]", "null", "{}", R"({"event": 5})", R"({"event":null})",
                           R"({"event":"started","node":7})", R"({"event":"progress","step":"x"})",
                           R"({"event":"progress","values":[1]})", R"({"event":"progress","total":1.5})",
                           R"({"event":"finished","seconds":"1"})", R"({"event":"finished","shared":1})",
                           R"({"event":"end","bytes":{}})", R"({"event":"end","exit":null})",
                           R"({"event":"warning","text":["a"]})", "\x00\xff", R"({"event":"a")"}) {
    INFO(line);
    CHECK_FALSE(event_of(line));
  }
  CHECK_FALSE(event_of(std::string(100'000, '[')));
}

TEST_CASE("Texts of events do not move the cursor, and have an end") {
  const auto event = event_of(Json{
      {"event", "warning"},
      {"node", "a\033b"},
      {"text", std::string(1 << 20, 'x')},
      {"values",
       {{"loss\007", 1}}}}.dump());
  REQUIRE(event);
  CHECK(event->at("node") == "a\\x1bb");
  CHECK(event->at("values") == Json{{"loss\\x07", 1}});
  CHECK(event->at("text") == std::string(4096, 'x') + "... (cut: 1048576 bytes in all)");
}

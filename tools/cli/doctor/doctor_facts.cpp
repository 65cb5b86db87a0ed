// tools/cli/doctor/doctor_facts.cpp -- asks weir-run, which may crash while it answers.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <weir/os/child.hpp>

#include <lab/sweep/child_runner.hpp>
#include <lab/sweep/event.hpp>
#include <system/exit.hpp>
#include "doctor.hpp"

namespace weir::tools {
namespace {

using Json = nlohmann::json;

constexpr double patience = 120;  // seconds; as for describing a library

std::string end_of(const os::ChildOutput& answer) {
  std::string words = answer.errors;
  while (!words.empty() && words.back() == '\n') words.pop_back();
  if (words.size() > 500) words.erase(0, words.size() - 500);
  return answer.end + (words.empty() ? "" : ": " + words);
}

}  // namespace

Facts facts_of(const std::vector<std::filesystem::path>& libraries) {
  Facts facts;
  std::vector<std::string> left;
  for (const auto& library : libraries) left.push_back(library.string());
  try {
    find_weir_run();
  } catch (const CommandError& error) {
    facts.words = error.what();
    return facts;
  }
  do {
    std::vector<std::string> arguments = {"facts"};
    arguments.insert(arguments.end(), left.begin(), left.end());
    const os::ChildOutput answer = os::run_child(asking_weir_run(std::move(arguments)), patience);
    if (facts.words.empty()) facts.words = answer.errors;
    std::string opening;  // the library that is being opened
    bool failed = false;
    for (const std::string& line : answer.events) {
      const Json event = event_of(line).value_or(nullptr);
      if (event.is_null()) continue;
      if (event["event"] == "facts" && facts.build.is_null()) facts.build = event;
      if (event["event"] == "opening") opening = event["library"];
      if (event["event"] != "opened") continue;
      if (const std::string wrong = event["wrong"]; !wrong.empty()) {
        facts.unusable[opening] = wrong;
        failed = true;
      }
      left.erase(left.begin());
      opening.clear();
    }
    if (facts.build.is_null()) {
      facts.words = end_of(answer);
      break;
    }
    if (!opening.empty()) {
      facts.unusable[opening] = "it crashes the program when it is opened: " + end_of(answer);
      left.erase(left.begin());
    } else if (!failed) {
      break;
    }
  } while (!left.empty());
  return facts;
}

}  // namespace weir::tools

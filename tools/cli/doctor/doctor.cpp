// tools/cli/doctor/doctor.cpp -- weir doctor: whether everything that Weir needs is there and fits together.
#include "doctor.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include <weir/front/faults/wording.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/exit.hpp>
#include <text/table.hpp>

namespace weir::tools {
namespace {

struct Arguments {
  std::vector<std::string> folders;
  std::string format = "text";
};

std::string name_of(Health health) {
  return health == Health::fine ? "ok" : health == Health::warning ? "warning" : "broken";
}

std::string printed(const std::vector<Finding>& findings) {
  std::vector<Row> rows;
  for (const Finding& finding : findings) {
    std::string text = finding.text;
    std::ranges::replace(text, '\n', ' ');
    rows.push_back({finding.subject, name_of(finding.health), wording::printable(text)});
    if (!finding.remedy.empty()) rows.push_back({"", "", "what to do: " + finding.remedy});
  }
  return aligned({}, rows);
}

int examine(const Arguments& arguments) {
  Facts facts;
  const std::vector<Finding> plugins = examine_plugins(arguments.folders, facts);
  std::vector<Finding> findings = examine_programs(facts);
  for (const auto& group : {plugins, examine_machine(), examine_python()})
    findings.insert(findings.end(), group.begin(), group.end());
  const auto count = [&](Health health) {
    return static_cast<std::size_t>(
        std::ranges::count_if(findings, [&](const Finding& finding) { return finding.health == health; }));
  };
  if (arguments.format == "json") {
    nlohmann::json list = nlohmann::json::array();
    for (const Finding& finding : findings)
      list.push_back({{"subject", finding.subject},
                      {"health", name_of(finding.health)},
                      {"text", finding.text},
                      {"remedy", finding.remedy}});
    fmt::print("{}\n", list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{}{} broken, {}\n", printed(findings), count(Health::broken),
               wording::count(count(Health::warning), "warning"));
  }
  return count(Health::broken) > 0 ? plugin_failed : fine;
}

}  // namespace

Verb doctor_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("doctor", "Look whether what Weir needs is there and fits together");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("--plugin-path", arguments->folders,
                  "Look at this folder of plugins first; may be given several times")
      ->type_name("DIR")
      ->allow_extra_args(false);
  add_format(*app, arguments->format, {"text", "json"});
  app->footer(R"(Examples:
  weir doctor
  weir doctor --plugin-path ~/my-plugins

Every plugin is opened, in another process. Exit code 3 if something is broken; warnings do not count.)");
  return {app, [arguments] { return examine(*arguments); }};
}

}  // namespace weir::tools

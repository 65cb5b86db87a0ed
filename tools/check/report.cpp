// tools/check/report.cpp -- what came of the checks, on the terminal or as JSON.
#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace weir::conformance {
namespace {

using Status = Verdict::Status;

// "ok" and "skipped" are quiet; what is to be acted on is not.
const char* shown(Status status) { return status == Status::failed ? "FAILED" : name_of(status); }

}  // namespace

void Table::show(const Row& row) {
  if (library_ != row.library.string()) fmt::print("{}\n", row.library.string());
  if (row.plugin != plugin_ && !row.plugin.empty()) fmt::print("  {}\n", row.plugin);
  library_ = row.library.string();
  plugin_ = row.plugin;
  const std::string indent = row.plugin.empty() ? "  " : "    ";
  const Verdict& verdict = row.verdict;
  const std::string line =
      fmt::format("{}{:<10} {:<8} {}", indent, row.check, shown(verdict.status), verdict.note);
  fmt::print("{}\n", line.substr(0, line.find_last_not_of(' ') + 1));
  if (verdict.status == Status::failed) {
    const auto part = [&](const char* name, const std::string& text) {
      if (!text.empty()) fmt::print("{}  {:<9} {}\n", indent, name, text);
    };
    part("expected", verdict.expected);
    part("found", verdict.found);
    part("to do", verdict.remedy);
    part("again", row.repeat);
  }
  std::fflush(stdout);
}

std::string summary(const std::vector<Row>& rows) {
  const auto count = [&](Status status) {
    return std::ranges::count_if(rows, [&](const Row& row) { return row.verdict.status == status; });
  };
  std::string text =
      fmt::format("{} check{}: {} ok, {} failed, {} skipped", rows.size(), rows.size() == 1 ? "" : "s",
                  count(Status::ok), count(Status::failed), count(Status::skipped));
  for (const Row& row : rows)
    if (row.check == "defaults" && row.verdict.status == Status::skipped)
      text += fmt::format("\nnot run: {}, {}", row.plugin, row.verdict.note);
  return text;
}

nlohmann::json to_json(const std::vector<Row>& rows) {
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : rows) {
    nlohmann::json one = to_json(row.verdict);
    one.update({{"library", row.library.string()}, {"plugin", row.plugin}, {"check", row.check}});
    if (row.verdict.status == Status::failed) one["repeat"] = row.repeat;
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace weir::conformance

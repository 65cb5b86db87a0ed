// tools/lab/judge/summary.cpp -- what is said at the end of a run.
#include "summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <text/number.hpp>
#include "comparison.hpp"
#include "expectation.hpp"

namespace weir::tools {
namespace {

// "expected" and a line per verdict, "" if there are none.
std::string lines(const std::string& title, const std::vector<Verdict>& verdicts) {
  if (verdicts.empty()) return "";
  const auto met = std::ranges::count_if(verdicts, &Verdict::met);
  std::string out = fmt::format("{}: {} of {} met\n", title, met, verdicts.size());
  for (const Verdict& verdict : verdicts)
    out += fmt::format("  {} {}\n", verdict.met ? "+" : "-", verdict.text());
  return out + "\n";
}

Summary judged(Table table, std::vector<Case> cases, const std::vector<RunResult>& results,
               const Graph& graph) {
  Summary summary{std::move(table), std::move(cases)};
  summary.error_rate = {graph.error_rate, at_given_level(graph.expect, summary.cases) +
                                              at_given_level(graph.compare, results, graph.sweep)};
  const double level = summary.error_rate.level();
  summary.expect = judge(graph.expect, summary.cases, level);
  summary.compare = judge(graph.compare, results, graph.sweep, level);
  summary.error_rate.add(summary.expect);
  summary.error_rate.add(summary.compare);
  return summary;
}

}  // namespace

bool Summary::met() const {
  return std::ranges::all_of(expect, &Verdict::met) && std::ranges::all_of(compare, &Verdict::met);
}

std::string Summary::text() const {
  const std::string numbers = tools::text(table);
  const std::string rate = error_rate.text();
  return numbers + (numbers.empty() ? "" : "\n") + lines("expected", expect) + lines("compared", compare) +
         rate + (rate.empty() ? "" : "\n\n");
}

Summary summarise(const RunResult& result, const Graph& graph) {
  Table table = single_table(result, graph.report);
  if (result.status != "finished" || !graph.sweep.empty()) return {std::move(table), cases({result}, {})};
  return judged(std::move(table), cases({result}, {}), {result}, graph);
}

Summary summarise(const std::vector<RunResult>& results, const Graph& graph) {
  std::vector<Case> by_case = cases(results, graph.sweep);
  Table table = sweep_table(by_case, graph.report);
  return judged(std::move(table), std::move(by_case), results, graph);
}

Table single_table(const RunResult& result, const std::vector<Reported>& report) {
  const auto has = [&](std::optional<double> Measured::*part) {
    return std::any_of(result.values.begin(), result.values.end(),
                       [&](const auto& v) { return v.second.*part; });
  };
  const bool se = has(&Measured::se), n = has(&Measured::n);
  Row head = {"reported", "", "value"};
  if (se) head.emplace_back("se");
  if (n) head.emplace_back("n");
  std::vector<Row> rows;
  for (const Reported& reported : report) {
    const auto found = result.values.find(reported.what);
    if (found == result.values.end()) {
      rows.push_back({reported.what, reported.reduction, "-"});
      continue;
    }
    const Measured& m = found->second;
    rows.push_back({reported.what, reported.reduction, number(m.value)});
    if (se) rows.back().push_back(m.se ? number(*m.se) : "");
    if (n) rows.back().push_back(m.n ? number(*m.n) : "");
  }
  return {head, rows};
}

Table sweep_table(const std::vector<Case>& cases, const std::vector<Reported>& report) {
  if (cases.empty() || report.empty()) return {};
  Row head;
  for (const auto& [axis, value] : cases[0].axes) head.push_back(axis);
  for (const Reported& reported : report)
    head.push_back(reported.reduction == "mean" ? reported.what
                                                : fmt::format("{} ({})", reported.what, reported.reduction));

  std::vector<Row> rows;
  for (const Case& c : cases) {
    Row row;
    for (const auto& [axis, value] : c.axes) row.push_back(cell(value));
    for (const Reported& reported : report) {
      const auto found = c.values.find(reported.what);
      if (found == c.values.end() || found->second.n == 0) {
        row.emplace_back("-");
        continue;
      }
      row.push_back(over_runs(found->second));
    }
    rows.push_back(std::move(row));
  }
  return {head, rows, "mean +- standard deviation over the runs of a case (how many)"};
}

std::string failure_lines(const std::vector<Job>& jobs, const std::vector<Outcome>& outcomes) {
  struct Group {
    std::string status, message;
    std::vector<std::string> runs;
  };
  std::vector<Group> groups;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    const Outcome& o = outcomes[job];
    if (o.status == "finished") continue;
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& g) { return g.status == o.status && g.message == o.message; });
    if (found == groups.end()) found = groups.insert(groups.end(), {o.status, o.message, {}});
    found->runs.push_back(jobs[job].run);
  }
  std::string out;
  for (const Group& group : groups) {
    std::string message = group.message;
    while (!message.empty() && message.back() == '\n') message.pop_back();
    const bool single = jobs.size() == 1 && group.runs[0].empty();
    if (single) {
      out += group.status == "invalid"
                 ? message + "\n"
                 : fmt::format("{}{}{}\n", group.status, message.empty() ? "" : ": ", message);
      continue;
    }
    out += fmt::format("{}: {} of {} runs\n", group.status, group.runs.size(), jobs.size());
    constexpr std::size_t named = 20;
    for (std::size_t i = 0; i < group.runs.size() && i < named; ++i)
      out += fmt::format("  {}\n", group.runs[i]);
    if (group.runs.size() > named) out += fmt::format("  and {} more\n", group.runs.size() - named);
    if (!message.empty()) out += message + "\n";
  }
  return out;
}

}  // namespace weir::tools

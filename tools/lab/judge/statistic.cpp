// tools/lab/judge/statistic.cpp -- the numbers of runs, and their mean and spread over seeds.
#include "statistic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <text/number.hpp>

namespace weir::tools {

Statistic statistic(const std::vector<Measured>& values) {
  Statistic out;
  out.n = values.size();
  if (values.empty()) return out;
  for (const Measured& m : values) out.mean += m.value / static_cast<double>(out.n);
  if (out.n == 1) {
    out.mean = values[0].value;
    out.se = values[0].se;
    return out;
  }
  double squares = 0;
  for (const Measured& m : values) squares += (m.value - out.mean) * (m.value - out.mean);
  out.sd = std::sqrt(squares / static_cast<double>(out.n - 1));
  out.se = out.sd / std::sqrt(static_cast<double>(out.n));
  return out;
}

std::string over_runs(const Statistic& s) {
  return fmt::format("{} ({})", s.n > 1 ? with_spread(s.mean, s.sd) : number(s.mean), s.n);
}

std::string with_error(const Statistic& s) {
  return s.se && *s.se > 0 ? fmt::format("{} (se)", with_spread(s.mean, *s.se)) : number(s.mean);
}

std::vector<Case> cases(const std::vector<RunResult>& results, const std::vector<SweepAxis>& sweep) {
  std::set<std::string> seeds;
  for (const SweepAxis& axis : sweep)
    if (axis.seeds) seeds.insert(axis.name);

  std::vector<Case> out;
  std::vector<std::map<std::string, std::vector<Measured>>> values, recorded;
  for (const RunResult& result : results) {
    std::vector<std::pair<std::string, nlohmann::json>> axes;
    for (const auto& axis : result.axes)
      if (!seeds.contains(axis.first)) axes.push_back(axis);
    auto found = std::find_if(out.begin(), out.end(), [&](const Case& c) { return c.axes == axes; });
    if (found == out.end()) {
      out.push_back({axes, {}, 0});
      values.emplace_back();
      recorded.emplace_back();
      found = out.end() - 1;
    }
    ++found->runs;
    const auto c = static_cast<std::size_t>(found - out.begin());
    found->by_run.push_back(result.values);
    for (const auto& [what, measured] : result.values) values[c][what].push_back(measured);
    for (const auto& [what, measured] : result.recorded) recorded[c][what].push_back(measured);
  }
  for (std::size_t c = 0; c < out.size(); ++c) {
    for (const auto& [what, measured] : values[c]) out[c].values[what] = statistic(measured);
    for (const auto& [what, measured] : recorded[c]) out[c].recorded[what] = statistic(measured);
  }
  return out;
}

bool selected(const std::map<std::string, nlohmann::json>& where,
              const std::vector<std::pair<std::string, nlohmann::json>>& axes) {
  return std::ranges::all_of(where, [&](const auto& wanted) {
    return std::ranges::any_of(axes, [&](const auto& axis) {
      // JSON compares 0 and 0.0 as equal; a case named by its text may also be written as a number.
      return axis.first == wanted.first &&
             (axis.second == wanted.second || cell(axis.second) == cell(wanted.second));
    });
  });
}

std::string cell(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return exact(value.get<double>());
  return value.dump();
}

std::string label(const std::vector<std::pair<std::string, nlohmann::json>>& axes) {
  std::string out;
  for (const auto& [name, value] : axes) out += (out.empty() ? "" : ", ") + name + " = " + cell(value);
  return out;
}

}  // namespace weir::tools

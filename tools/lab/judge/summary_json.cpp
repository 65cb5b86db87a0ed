// tools/lab/judge/summary_json.cpp -- the end of a run for machines. JSON has no infinities and no NaN: they are null, and stand in
// the text.
#include <fmt/format.h>

#include <system/output.hpp>
#include "summary.hpp"

namespace weir::tools {
namespace {

using Json = nlohmann::json;

Json numbers_json(const std::map<std::string, Statistic>& values) {
  Json all = Json::object();
  for (const auto& [what, s] : values) {
    all[what] = {
        {"mean", s.mean}, {"sd", s.sd}, {"n", s.n}, {"text", over_runs(s)}, {"with_error", with_error(s)}};
    if (s.se) all[what]["se"] = *s.se;
  }
  return all;
}

Json number_json(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json verdicts_json(const std::vector<Verdict>& verdicts) {
  Json all = Json::array();
  for (const Verdict& v : verdicts)
    all.push_back({{"met", v.met},
                   {"text", v.text()},
                   {"rule", v.rule},
                   {"where", v.where},
                   {"measured", v.measured},
                   {"why", v.why},
                   {"level", number_json(v.level)},
                   {"p", number_json(v.p)},
                   {"missed", verdicts_json(v.missed)}});
  return all;
}

Json as_json(const Summary& summary) {
  Json all = Json::array();
  for (const Case& c : summary.cases) {
    Json axes = Json::object();
    for (const auto& [name, value] : c.axes) axes[name] = value;
    all.push_back({{"axes", axes},
                   {"label", label(c.axes)},
                   {"values", numbers_json(c.values)},
                   {"recorded", numbers_json(c.recorded)},
                   {"runs", c.runs}});
  }
  const Table& table = summary.table;
  return {{"cases", all},
          {"table", {{"head", table.head}, {"rows", table.rows}, {"note", table.note}}},
          {"expect", verdicts_json(summary.expect)},
          {"compare", verdicts_json(summary.compare)},
          {"error_rate", {{"joint", summary.error_rate.joint()}, {"text", summary.error_rate.text()}}}};
}

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string Summary::json(int indent) const { return dumped(as_json(*this), indent); }

void print_summary(const Summary& summary, const std::string& out, int exit) {
  Json line = as_json(summary);
  line.update({{"event", "summary"}, {"out", out}, {"exit", exit}});
  give("{}\n", dumped(line, -1));
}

}  // namespace weir::tools

// tools/cli/summary_json.cpp -- the end of a run for machines: one JSON line.
#include <fmt/format.h>

#include "expectation.hpp"
#include "run_arguments.hpp"

namespace weir::cli {

void print_summary_json(const std::vector<Case>& by_case, const std::vector<Verdict>& verdicts,
                        const std::string& out, int exit) {
  nlohmann::json summary = {{"event", "summary"}, {"out", out}, {"exit", exit}};
  summary["cases"] = nlohmann::json::array();
  for (const Case& c : by_case) {
    nlohmann::json axes = nlohmann::json::object(), values = nlohmann::json::object();
    for (const auto& [name, value] : c.axes) axes[name] = value;
    for (const auto& [what, s] : c.values) {
      values[what] = {{"mean", s.mean}, {"sd", s.sd}, {"n", s.n}};
      if (s.se) values[what]["se"] = *s.se;
    }
    summary["cases"].push_back({{"axes", axes}, {"values", values}, {"runs", c.runs}});
  }
  summary["expect"] = nlohmann::json::array();
  for (const Verdict& verdict : verdicts)
    summary["expect"].push_back({{"met", verdict.met}, {"text", verdict.text}});
  fmt::print("{}\n", summary.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace weir::cli

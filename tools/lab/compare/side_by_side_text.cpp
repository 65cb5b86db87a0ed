// tools/lab/compare/side_by_side_text.cpp -- two records or two sweeps as tables, and as JSON.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include <text/number.hpp>
#include <text/table.hpp>
#include "side_by_side.hpp"

namespace weir::tools {
namespace {

using nlohmann::json;

std::string runs(std::size_t count) { return fmt::format("{} {}", count, count == 1 ? "run" : "runs"); }

// "paired over 1 common seed (seed = 0); 2 runs of A are left out", or "" where every run has its partner by its seed.
std::string pairing_text(const SideBySide::Pairing& pairing) {
  constexpr std::size_t most = 8;
  const std::size_t left_out = pairing.left_out_a + pairing.left_out_b, seeds = pairing.seeds.size();
  if (left_out == 0 && seeds > 0) return "";
  std::string text = fmt::format("no common seeds: {} of each paired in their order", runs(pairing.pairs));
  if (seeds > 0) {
    const auto last = pairing.seeds.begin() + static_cast<std::ptrdiff_t>(std::min(seeds, most));
    text = fmt::format("paired over {} common {} ({}{})", seeds, seeds == 1 ? "seed" : "seeds",
                       fmt::join(pairing.seeds.begin(), last, "; "), seeds > most ? "; ..." : "");
  }
  std::vector<std::string> parts;
  if (pairing.left_out_a > 0) parts.push_back(runs(pairing.left_out_a) + " of A");
  if (pairing.left_out_b > 0) parts.push_back(runs(pairing.left_out_b) + " of B");
  if (!parts.empty())
    text += fmt::format("; {} {} left out", fmt::join(parts, " and "), left_out == 1 ? "is" : "are");
  return text;
}

std::string shown(const json& value, bool hash) {
  constexpr std::size_t digits = 12;  // tell any two files apart
  return value.is_null()           ? "-"
         : hash                    ? value.get<std::string>().substr(0, digits)
         : value.is_string()       ? value.get<std::string>()
         : value.is_number_float() ? number(value)
                                   : value.dump();
}

}  // namespace

std::string text(const SideBySide& both, const Standing& a, const Standing& b) {
  std::string out = fmt::format("A  {}   {} finished {}\nB  {}   {} finished {}\n\n", a.path.string(),
                                a.runs.size(), a.runs.size() == 1 ? "run" : "runs", b.path.string(),
                                b.runs.size(), b.runs.size() == 1 ? "run" : "runs");
  std::vector<Row> rows;
  for (const auto& each : both.parameters)
    rows.push_back({each.path, shown(each.a, each.hash), shown(each.b, each.hash)});
  out += rows.empty() ? "the same parameters\n" : aligned({"parameter", "A", "B"}, rows);
  rows.clear();
  const bool cased = std::ranges::any_of(both.numbers, [](const auto& each) { return !each.label.empty(); });
  std::size_t tested = 0, same = 0;
  bool partly = false;
  std::vector<std::string> pairings;  // each once, with its case
  for (const auto& each : both.numbers) {
    if (std::string how = pairing_text(each.pairing); !how.empty()) {
      if (!each.label.empty()) how = each.label + ": " + how;
      if (!std::ranges::count(pairings, how)) pairings.push_back(how);
      partly |= each.pairing.left_out_a + each.pairing.left_out_b > 0;
    }
    if (each.difference.mean == 0 && !each.difference.why.empty()) {
      ++same;
      continue;
    }
    const double p = each.difference.p();
    tested += !std::isnan(p);
    Row row = {each.what, over_runs(each.a), over_runs(each.b), number(each.difference.mean),
               std::isnan(p) ? "-" : fmt::format("{:.2g}", p)};
    if (cased) row.insert(row.begin(), each.label);
    rows.push_back(row);
  }
  Row head = {"number", "A", "B", "B - A", "p"};
  if (cased) head.insert(head.begin(), "case");
  if (!rows.empty()) out += "\n" + aligned(head, rows);
  if (same > 0)
    out += fmt::format("{}{} {} the same in both{}\n", rows.empty() ? "\n" : "", same,
                       same == 1 ? "number is" : "numbers are", partly ? ", of the paired runs" : "");
  for (const std::string& how : pairings) out += how + "\n";
  if (tested > 0)
    out += fmt::format(
        "p of each difference by itself, two-sided, by Student's t; of {} {} {:.2g} below 0.05 by chance "
        "alone\n",
        tested, tested == 1 ? "such number" : "such numbers", 0.05 * static_cast<double>(tested));
  for (const auto& [name, only] : {std::pair("A", &both.only_a), std::pair("B", &both.only_b)})
    if (!only->empty())
      out += fmt::format(
          "only in {}: {}{}\n", name,
          fmt::join(only->begin(), only->begin() + std::min<std::ptrdiff_t>(8, std::ssize(*only)), ", "),
          only->size() > 8 ? ", ..." : "");
  return out;
}

json to_json(const SideBySide& both) {
  json out{{"parameters", json::array()},
           {"numbers", json::array()},
           {"only_a", both.only_a},
           {"only_b", both.only_b}};
  for (const auto& each : both.parameters)
    out["parameters"].push_back({{"path", each.path}, {"a", each.a}, {"b", each.b}});
  const auto side = [](const Statistic& s) {
    json found{{"mean", s.mean}, {"sd", s.sd}, {"n", s.n}};
    if (s.se) found["se"] = *s.se;
    return found;
  };
  for (const auto& each : both.numbers) {
    const double p = each.difference.p();
    out["numbers"].push_back({{"case", each.label},
                              {"what", each.what},
                              {"a", side(each.a)},
                              {"b", side(each.b)},
                              {"paired",
                               {{"seeds", each.pairing.seeds},
                                {"left_out_a", each.pairing.left_out_a},
                                {"left_out_b", each.pairing.left_out_b}}},
                              {"difference", each.difference.mean},
                              {"p", std::isnan(p) ? json() : json(p)},
                              {"why", each.difference.why}});
  }
  return out;
}

}  // namespace weir::tools

// core/front/sweep/expect.cpp -- `report:`, `expect:` and `error_rate:` of a pipeline.
#include <weir/front/sweep/sweep.hpp>

#include <algorithm>

#include <weir/front/check/judged_keys.hpp>
#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/scalar.hpp>
#include <weir/front/yaml/spelled_number.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir::check {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

class ExpectReader {
 public:
  ExpectReader(const Node& root, Draft& draft) : root_(root), draft_(draft) {}

  void read(const Node& value) {
    if (!value.is_map())
      return wrong(value, "an expectation must be a map such as {that: node.output, at_least: 0.9}");
    Expectation expected;
    expected.place = value.place;
    bool known = true;
    static const std::vector<std::string> keys = names_of(expect_keys());
    for (const Entry& entry : value.entries) {
      if (std::ranges::find(keys, entry.key) != keys.end()) continue;
      known = false;
      draft_.fault("W405", entry.place, "unknown key " + quote(entry.key) + " of an expectation",
                   wording::did_you_mean(entry.key, keys), {"valid: " + wording::listed(keys)});
    }
    const Entry* that = value.find("that");
    if (!that) {
      draft_.fault("W405", value.place, "an expectation says with 'that' which number it means",
                   "write that: node.output");
    } else if (!that->value.is_scalar()) {
      wrong(that->value, "'that' must name a number such as recall.share");
    } else {
      expected.that = that->value.text;
      expected.place = that->value.place;
      named_output(expected.that, that->value.place, draft_);
    }
    if (known) read_relation(value, expected);
    if (const Entry* where = value.find("where")) expected.where = read_where(root_, where->value, draft_);
    draft_.graph.expect.push_back(std::move(expected));
  }

 private:
  void wrong(const Node& value, const std::string& message, const std::string& remedy = "") {
    draft_.faults.push_back(value_fault("W206", value, message + ", not " + yaml::describe(value), remedy));
  }

  std::optional<double> number(const Entry* entry, bool positive) {
    if (!entry) return std::nullopt;
    const Node& value = entry->value;
    const auto parsed = value.is_scalar() && !value.quoted ? scalar::number(value.text) : std::nullopt;
    if (!parsed || (positive && *parsed < 0))
      wrong(value, "'" + entry->key + "' must be a number" + (positive ? " of at least 0" : ""),
            number_remedy(value, [&](const auto& text) {
              const auto plain = scalar::number(text);
              return plain && (!positive || *plain >= 0) && (entry->key != "share" || *plain <= 1);
            }));
    return parsed;
  }

  // A number, or the name of one that the run gives.
  void read_value(const Entry& entry, Expectation& expected) {
    const std::string& text = entry.value.text;
    const bool path = entry.value.is_scalar() && wording::is_name(split_path(text).front()) &&
                      text.find('.') != std::string::npos;
    if (!path) {
      expected.value = number(&entry, false).value_or(0);
    } else {
      expected.other = text;
      named_output(text, entry.value.place, draft_);
    }
  }

  void read_within_se(const Entry* entry, Expectation& expected) {
    if (!entry) return;
    const Node& value = entry->value;
    expected.within_chance = value.is_scalar() && value.text == "auto";
    if (expected.within_chance) return;
    expected.within_se = value.is_scalar() && !value.quoted ? scalar::number(value.text) : std::nullopt;
    if (!expected.within_se || *expected.within_se < 0)
      wrong(value, "'within_se' must be a number of at least 0, or auto: as many as 'error_rate' allows");
  }

  void read_times(const Entry* entry, Expectation& expected) {
    if (!entry) return;
    const Node& value = entry->value;
    const auto times = value.is_scalar() && !value.quoted ? scalar::number(value.text) : std::nullopt;
    if (!times || *times <= 0) return wrong(value, "'times' must be a number above 0");
    expected.times = *times;
    if (!expected.other.empty()) return;
    draft_.fault("W405", entry->place,
                 "'times' multiplies another number of the run, and '" + expected.relation +
                     "' of this expectation names none",
                 "write " + expected.relation + ": node.output");
  }

  void read_relation(const Node& value, Expectation& expected) {
    int relations = 0;
    for (const std::string relation : {"at_least", "at_most", "equals"}) {
      const Entry* entry = value.find(relation);
      if (!entry) continue;
      ++relations;
      expected.relation = relation;
      read_value(*entry, expected);
    }
    if (relations != 1) {
      draft_.fault("W405", value.place,
                   "an expectation says exactly one of at_least, at_most and equals, and this one says " +
                       std::string(relations == 0 ? "none" : "several"));
      return;
    }
    read_times(value.find("times"), expected);
    expected.within = number(value.find("within"), true);
    read_within_se(value.find("within_se"), expected);
    if (const Entry* share = value.find("share")) {
      expected.share = number(share, true).value_or(1);
      if (expected.share <= 0 || expected.share > 1)
        wrong(share->value, "'share' is a share of the cases, above 0 and at most 1");
    }
    const bool tolerance = value.find("within") || value.find("within_se");
    if (tolerance && expected.relation != "equals") {
      draft_.fault("W405", (value.find("within") ? value.find("within") : value.find("within_se"))->place,
                   "'within' and 'within_se' are tolerances of 'equals', and this expectation says '" +
                       expected.relation + "'");
    }
  }

  const Node& root_;
  Draft& draft_;
};

void read_error_rate(const Node& root, Draft& draft) {
  const Entry* entry = root.find("error_rate");
  if (!entry) return;
  const Node& value = entry->value;
  const auto rate = value.is_scalar() && !value.quoted ? scalar::number(value.text) : std::nullopt;
  if (rate && *rate > 0 && *rate < 1)
    draft.graph.error_rate = *rate;
  else
    draft.faults.push_back(value_fault(
        "W206", value,
        "'error_rate' is the probability that chance makes any verdict wrong, above 0 and below 1, "
        "not " +
            yaml::describe(value),
        number_remedy(value, [](const auto& text) {
          return scalar::number(text) > 0.0 && scalar::number(text) < 1.0;
        })));
}

}  // namespace

void read_report(const Node& root, Draft& draft) {
  const Entry* report = root.find("report");
  if (!report) return;
  if (!report->value.is_map()) {
    draft.faults.push_back(value_fault(
        "W206", report->value,
        "'report' must be a map such as {train.loss: last}, not " + yaml::describe(report->value)));
    return;
  }
  for (const Entry& entry : report->value.entries) {
    named_output(entry.key, entry.place, draft);
    const bool known = entry.value.is_scalar() &&
                       std::find(reductions.begin(), reductions.end(), entry.value.text) != reductions.end();
    if (!known) {
      draft.faults.push_back(
          value_fault("W403", entry.value,
                      "a report reduces by one of " + wording::listed(reductions) + ", not by " +
                          yaml::describe(entry.value),
                      entry.value.is_scalar() ? wording::did_you_mean(entry.value.text, reductions) : ""));
    }
    draft.graph.report.push_back({entry.key, entry.value.text, entry.place});
  }
}

void read_expect(const Node& root, Draft& draft) {
  read_error_rate(root, draft);
  const Entry* expect = root.find("expect");
  if (!expect) return;
  if (!expect->value.is_list()) {
    draft.faults.push_back(
        value_fault("W206", expect->value,
                    "'expect' must be a list of maps such as - {that: node.output, at_least: 0.9}, not " +
                        yaml::describe(expect->value)));
    return;
  }
  ExpectReader reader(root, draft);
  for (const Node& item : expect->value.items) reader.read(item);
}

}  // namespace weir::check

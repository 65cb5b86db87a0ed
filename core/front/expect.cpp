// core/front/expect.cpp -- `report:` and `expect:` of a pipeline.
#include <weir/front/check.hpp>

#include <algorithm>

#include <weir/front/value.hpp>
#include <weir/front/wording.hpp>

namespace weir::check {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

const std::vector<std::string> reductions = {"mean", "last", "first", "min", "max", "sum", "sd"};
const std::vector<std::string> expect_keys = {"that",   "where",  "at_least",  "at_most",
                                              "equals", "within", "within_se", "note"};

class ExpectReader {
 public:
  explicit ExpectReader(Draft& draft) : draft_(draft) {}

  void read(const Node& value) {
    if (!value.is_map())
      return wrong(value, "an expectation must be a map such as {that: node.output, at_least: 0.9}");
    Expectation expected;
    expected.place = value.place;
    bool known = true;
    for (const Entry& entry : value.entries) {
      if (std::find(expect_keys.begin(), expect_keys.end(), entry.key) != expect_keys.end()) continue;
      known = false;
      draft_.fault("W405", entry.place, "unknown key " + quote(entry.key) + " of an expectation",
                   wording::did_you_mean(entry.key, expect_keys), {"valid: " + wording::listed(expect_keys)});
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
    if (const Entry* where = value.find("where")) read_where(where->value, expected);
    draft_.graph.expect.push_back(std::move(expected));
  }

 private:
  void wrong(const Node& value, const std::string& message) {
    draft_.faults.push_back(value_fault("W206", value, message + ", not " + yaml::describe(value)));
  }

  std::optional<double> number(const Entry* entry, bool positive) {
    if (!entry) return std::nullopt;
    const Node& value = entry->value;
    const auto parsed = value.is_scalar() && !value.quoted ? scalar::number(value.text) : std::nullopt;
    if (!parsed || (positive && *parsed < 0))
      wrong(value, "'" + entry->key + "' must be a number" + (positive ? " of at least 0" : ""));
    return parsed;
  }

  void read_relation(const Node& value, Expectation& expected) {
    int relations = 0;
    for (const std::string relation : {"at_least", "at_most", "equals"}) {
      const Entry* entry = value.find(relation);
      if (!entry) continue;
      ++relations;
      expected.relation = relation;
      expected.value = number(entry, false).value_or(0);
    }
    if (relations != 1) {
      draft_.fault("W405", value.place,
                   "an expectation says exactly one of at_least, at_most and equals, and this one says " +
                       std::string(relations == 0 ? "none" : "several"));
      return;
    }
    expected.within = number(value.find("within"), true);
    expected.within_se = number(value.find("within_se"), true);
    const bool tolerance = value.find("within") || value.find("within_se");
    if (tolerance && expected.relation != "equals") {
      draft_.fault("W405", (value.find("within") ? value.find("within") : value.find("within_se"))->place,
                   "'within' and 'within_se' are tolerances of 'equals', and this expectation says '" +
                       expected.relation + "'");
    }
  }

  void read_where(const Node& where, Expectation& expected) {
    if (!where.is_map()) return wrong(where, "'where' must be a map of axes and values such as {sigma: 0}");
    std::vector<std::string> axes;
    for (const SweepAxis& axis : draft_.graph.sweep) axes.push_back(axis.name);
    for (const Entry& entry : where.entries) {
      const auto axis = std::find_if(draft_.graph.sweep.begin(), draft_.graph.sweep.end(),
                                     [&](const SweepAxis& a) { return a.name == entry.key; });
      if (axis == draft_.graph.sweep.end()) {
        if (broken_axes_.count(entry.key)) continue;
        draft_.fault("W406", entry.place, "the sweep has no axis " + quote(entry.key),
                     wording::did_you_mean(entry.key, axes),
                     {axes.empty() ? "this pipeline has no sweep" : "axes: " + wording::listed(axes)});
        continue;
      }
      if (!match(*axis, entry.value, expected)) {
        std::vector<std::string> labels;
        for (const auto& point : axis->points) labels.push_back(point.label);
        if (labels.size() > 12) labels.resize(12), labels.push_back("...");
        draft_.faults.push_back(value_fault(
            "W406", entry.value,
            "axis " + quote(axis->name) + " never takes the value " + yaml::describe(entry.value)));
        draft_.faults.back().notes.push_back("values: " + wording::listed(labels));
      }
    }
  }

  static bool match(const SweepAxis& axis, const Node& value, Expectation& expected) {
    const nlohmann::json wanted = yaml::to_json(value);
    for (const auto& point : axis.points) {
      if (point.value != wanted && !(value.is_scalar() && point.label == value.text)) continue;
      expected.where[axis.name] = point.value;
      return true;
    }
    return false;
  }

 public:
  std::set<std::string> broken_axes_;  // written in the sweep, but faulty

 private:
  Draft& draft_;
};

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
  const Entry* expect = root.find("expect");
  if (!expect) return;
  if (!expect->value.is_list()) {
    draft.faults.push_back(
        value_fault("W206", expect->value,
                    "'expect' must be a list of maps such as - {that: node.output, at_least: 0.9}, not " +
                        yaml::describe(expect->value)));
    return;
  }
  ExpectReader reader(draft);
  const Entry* sweep = root.find("sweep");
  for (const Entry& axis : sweep ? sweep->value.entries : std::vector<Entry>{})
    reader.broken_axes_.insert(axis.key);
  for (const Node& item : expect->value.items) reader.read(item);
}

}  // namespace weir::check

// core/front/sweep/compare.cpp -- `compare:` of a pipeline.
//
//   - {that: recall.share, axis: sigma, less: 0.5, than: 0}      a number at two values of an axis, paired run by run
//   - {less: at_ot.total, than: at_pair.total}                   two numbers of the same runs
#include <weir/front/sweep/sweep.hpp>

#include <algorithm>

#include <weir/front/check/judged_keys.hpp>
#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/scalar.hpp>

namespace weir::check {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

void read_one(const Node& root, const Node& value, Draft& draft) {
  ExpectedOrder comparison;
  comparison.place = value.place;
  const auto fault = [&](const Place& place, const std::string& message, const std::string& remedy = "",
                         const std::vector<std::string>& notes = {}) {
    draft.fault("W407", place, message, remedy, notes);
  };
  static const std::vector<std::string> keys = names_of(compare_keys());
  for (const Entry& entry : value.entries) {
    if (std::ranges::find(keys, entry.key) == keys.end())
      return fault(entry.place, "unknown key " + quote(entry.key) + " of a comparison",
                   wording::did_you_mean(entry.key, keys), {"valid: " + wording::listed(keys)});
  }
  const Entry *less = value.find("less"), *than = value.find("than"), *that = value.find("that"),
              *axis = value.find("axis");
  if (!less || !than || !that != !axis) {
    return fault(value.place,
                 "a comparison is {less: number, than: number}, or {that: number, axis: name, less: value, "
                 "than: value}");
  }
  if (that) {
    const SweepAxis* found = find_axis(root, axis->value.text, axis->value.place, draft);
    if (!found) return;
    if (found->seeds)
      return fault(axis->value.place, "axis " + quote(found->name) + " counts seeds; runs are paired by it");
    comparison.that = that->value.text;
    comparison.axis = found->name;
    named_output(comparison.that, that->value.place, draft);
    comparison.less = axis_value(*found, less->value, draft);
    comparison.than = axis_value(*found, than->value, draft);
  } else {
    for (const auto& [entry, name] : {std::pair{less, &comparison.less}, std::pair{than, &comparison.than}}) {
      *name = entry->value.text;
      named_output(entry->value.text, entry->value.place, draft);
    }
  }
  if (const Entry* where = value.find("where")) comparison.where = read_where(root, where->value, draft);
  if (const Entry* p = value.find("p_below")) {
    const auto level = p->value.is_scalar() ? scalar::number(p->value.text) : std::nullopt;
    if (!level || *level <= 0 || *level > 1)
      return fault(p->value.place,
                   "'p_below' is a probability above 0 and at most 1, not " + yaml::describe(p->value));
    comparison.p_below = *level;
  }
  draft.graph.compare.push_back(std::move(comparison));
}

}  // namespace

void read_compare(const Node& root, Draft& draft) {
  const Entry* compare = root.find("compare");
  if (!compare) return;
  const bool maps = compare->value.is_list() && std::ranges::all_of(compare->value.items, &Node::is_map);
  if (!maps) {
    return draft.fault(
        "W407", compare->value.place,
        "'compare' must be a list of maps such as - {less: node.output, than: node.output}, not " +
            yaml::describe(compare->value));
  }
  for (const Node& item : compare->value.items) read_one(root, item, draft);
}

}  // namespace weir::check

// core/front/sweep/where.cpp -- `where:` of expectations and comparisons: which cases of the sweep are meant.
#include <weir/front/sweep/sweep.hpp>

#include <algorithm>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir::check {

using wording::quote;
using yaml::Entry;
using yaml::Node;

const SweepAxis* find_axis(const Node& root, const std::string& name, const Place& place, Draft& draft) {
  const std::vector<SweepAxis>& axes = draft.graph.sweep;
  const auto found = std::ranges::find(axes, name, &SweepAxis::name);
  if (found != axes.end()) return &*found;
  if (const Entry* sweep = root.find("sweep"); sweep && sweep->value.find(name)) return nullptr;
  std::vector<std::string> names;
  for (const SweepAxis& each : axes) names.push_back(each.name);
  draft.fault("W406", place, "the sweep has no axis " + quote(name), wording::did_you_mean(name, names),
              {names.empty() ? "this pipeline has no sweep" : "axes: " + wording::listed(names)});
  return nullptr;
}

nlohmann::json axis_value(const SweepAxis& axis, const Node& written, Draft& draft) {
  const nlohmann::json wanted = yaml::to_json(written);
  for (const auto& point : axis.points) {
    if (point.value == wanted || (written.is_scalar() && point.label == written.text)) return point.value;
  }
  std::vector<std::string> labels;
  for (const auto& point : axis.points) labels.push_back(point.label);
  if (labels.size() > 12) labels.resize(12), labels.push_back("...");
  draft.faults.push_back(value_fault(
      "W406", written, "axis " + quote(axis.name) + " never takes the value " + yaml::describe(written)));
  draft.faults.back().notes.push_back("values: " + wording::listed(labels));
  return nullptr;
}

std::map<std::string, nlohmann::json> read_where(const Node& root, const Node& where, Draft& draft) {
  std::map<std::string, nlohmann::json> selected;
  if (!where.is_map()) {
    draft.faults.push_back(value_fault(
        "W206", where,
        "'where' must be a map of axes and values such as {sigma: 0}, not " + yaml::describe(where)));
    return selected;
  }
  for (const Entry& entry : where.entries) {
    const SweepAxis* axis = find_axis(root, entry.key, entry.place, draft);
    if (axis && axis->seeds)
      draft.fault("W406", entry.place,
                  "axis " + quote(entry.key) + " counts seeds, and a case is all of them", "leave it out");
    else if (axis)
      selected[axis->name] = axis_value(*axis, entry.value, draft);
  }
  std::erase_if(selected, [](const auto& item) { return item.second.is_null(); });
  return selected;
}

}  // namespace weir::check

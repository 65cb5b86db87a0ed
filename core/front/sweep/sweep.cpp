// core/front/sweep/sweep.cpp -- the axes of a sweep, checked point by point, and their combinations.
#include <weir/front/sweep/sweep.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <map>

#include <weir/front/check/value.hpp>
#include <weir/front/faults/wording.hpp>
#include <weir/front/sweep/sweep_axis.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir::check {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

constexpr std::size_t most_runs = 100'000;
constexpr std::size_t most_structures = 1'000;

// The parameter of the graph that a path names; `part` is "fixed" for draw.fixed.
struct Parameter {
  const GraphNode* node = nullptr;
  const ParamSchema* param = nullptr;
  std::string part;
};

Parameter parameter_at(const Graph& graph, const std::string& path) {
  const auto [node, rest] = graph.locate(path);
  if (!node) return {};
  const std::string key = rest.substr(0, rest.find('.'));
  const std::string part = rest.size() > key.size() ? rest.substr(key.size() + 1) : "";
  const ParamSchema* param = node->schema.param(key);
  if (!param || (!part.empty() && !(param->type == ParamType::draw && part == "fixed"))) return {};
  return {node, param, part};
}

bool is_header(const std::string& path) {
  return path == "seed" || path == "device" || path == "dtype" || path == "threads";
}

nlohmann::json header_value(const Graph& graph, const std::string& key) {
  if (key == "seed") return graph.seed;
  if (key == "device") return graph.device;
  if (key == "dtype") return graph.dtype;
  return graph.threads;
}

std::optional<Patch> header_patch(const Setting& setting, const Graph& graph, Draft& draft) {
  const bool good = read_header_value(setting.path, setting.value, draft);  // writes into the graph
  const Patch patch{"", setting.path, header_value(draft.graph, setting.path), setting.value.place};
  draft.graph.seed = graph.seed;
  draft.graph.device = graph.device;
  draft.graph.dtype = graph.dtype;
  draft.graph.threads = graph.threads;
  return good ? std::optional(patch) : std::nullopt;
}

// The checked value of a parameter or header key of `graph`; nothing, and faults in the draft, if it is none.
std::optional<Patch> check_value(const Setting& setting, const Graph& graph, Draft& draft) {
  if (is_header(setting.path)) return header_patch(setting, graph, draft);
  const Parameter found = parameter_at(graph, setting.path);
  if (!found.param) {
    if (!draft.is_broken(setting.path))
      draft.fault("W127", setting.place,
                  "there is no parameter " + quote(setting.path) + " to set in every run of this sweep");
    return std::nullopt;
  }
  Node value = setting.value;
  if (!found.part.empty()) {
    Node map;
    map.type = Node::Type::map;
    map.place = value.place;
    map.entries.push_back({found.part, setting.place, value});
    value = map;
  }
  const auto parsed = parse_value(value, *found.param, owner(*found.node), draft.faults);
  if (!parsed) return std::nullopt;
  return Patch{found.node->path, found.param->name, *parsed, setting.value.place};
}

class SweepReader {
 public:
  SweepReader(const Recheck& recheck, Draft& draft) : recheck_(recheck), draft_(draft) {}

  CheckedSweep read(const Node& sweep) {
    CheckedSweep checked;
    for (const Entry& entry : sweep.entries) {
      if (auto axis = read_axis(entry, draft_.graph.seed, draft_.faults)) axes_.push_back(std::move(*axis));
    }
    if (!paths_distinct() || !few_enough()) return checked;
    for (std::size_t i = 0; i < axes_.size(); ++i)
      (changes_structure(axes_[i]) ? checked.structural : plain_).push_back(i);
    for (const WrittenAxis& axis : axes_) checked.settings.push_back(axis.settings);
    // A point that sets only parameters is checked against the graph as it stands; one that changes what the
    // graph is made of (a plugin, a link, a var) makes a graph of its own, and parameters are checked in each
    // of those.
    std::vector<std::size_t> choice;
    structures(checked, choice);
    make_paths_absolute(checked);
    for (WrittenAxis& axis : axes_) draft_.graph.sweep.push_back(std::move(axis.axis));
    return checked;
  }

 private:
  bool paths_distinct() {
    std::map<std::string, const WrittenAxis*> owners;
    bool good = true;
    for (const WrittenAxis& axis : axes_) {
      std::set<std::string> paths;
      for (const auto& point : axis.settings) {
        for (const Setting& setting : point) paths.insert(setting.path);
      }
      for (const std::string& path : paths) {
        const auto [found, fresh] = owners.emplace(path, &axis);
        if (fresh) continue;
        good = false;
        draft_.faults.push_back({"W404",
                                 axis.axis.place,
                                 "axes " + quote(found->second->axis.name) + " and " + quote(axis.axis.name) +
                                     " both set " + quote(path),
                                 "",
                                 {},
                                 {{found->second->axis.place, "the other axis"}}});
      }
    }
    return good;
  }

  bool few_enough() {
    std::size_t runs = 1;
    for (const WrittenAxis& axis : axes_) {
      runs *= axis.settings.size();
      if (runs <= most_runs) continue;
      draft_.fault("W404", axis.axis.place,
                   fmt::format("a sweep may have {} runs, and this one has more", most_runs),
                   "give fewer values");
      return false;
    }
    return true;
  }

  bool changes_structure(const WrittenAxis& axis) const {
    for (const auto& point : axis.settings) {
      for (const Setting& setting : point) {
        if (!is_header(setting.path) && !parameter_at(draft_.graph, setting.path).param &&
            !draft_.is_broken(setting.path))
          return true;
      }
    }
    return false;
  }

  // Every choice of points on the structural axes that follow `choice`.
  void structures(CheckedSweep& checked, std::vector<std::size_t>& choice) {
    if (choice.size() < checked.structural.size()) {
      const std::size_t points = checked.settings[checked.structural[choice.size()]].size();
      choice.push_back(0);
      for (; choice.back() < points; ++choice.back()) structures(checked, choice);
      choice.pop_back();
      return;
    }
    if (checked.structures.size() == most_structures)
      return;  // what is left is checked when its run is frozen
    if (choice.empty()) {
      checked.structures[choice] = checked_structure(checked, draft_);
      return;
    }
    Draft other = recheck_(checked.settings_of(choice));
    checked.structures[choice] = checked_structure(checked, other);
    take_over(other);
  }

  // Paths are written out absolute, since the folder that they start from is this file's.
  void make_paths_absolute(const CheckedSweep& checked) {
    for (const std::size_t axis : plain_) {
      for (std::size_t i = 0; i < axes_[axis].settings.size(); ++i) {
        for (std::size_t k = 0; k < axes_[axis].settings[i].size(); ++k) {
          const Setting& setting = axes_[axis].settings[i][k];
          const ParamSchema* param =
              parameter_at(checked.structures.begin()->second.graph, setting.path).param;
          if (param && param->type == ParamType::path)
            axes_[axis].axis.points[i].set[k].second = nlohmann::json(absolute_path(setting.value)).dump();
        }
      }
    }
  }

  // The faults of another draft that this one does not have.
  void take_over(const Draft& other) {
    for (const Fault& fault : other.faults) {
      const bool known = std::any_of(draft_.faults.begin(), draft_.faults.end(), [&](const Fault& f) {
        return f.code == fault.code && f.place == fault.place && f.message == fault.message;
      });
      if (!known) draft_.faults.push_back(fault);
    }
  }

  const Recheck& recheck_;
  Draft& draft_;
  std::vector<WrittenAxis> axes_;
  std::vector<std::size_t> plain_;  // numbers of the axes that are not structural
};

}  // namespace

Structure checked_structure(const CheckedSweep& sweep, Draft& draft) {
  Structure structure{draft.graph, {}};
  for (std::size_t axis = 0; axis < sweep.settings.size(); ++axis) {
    if (std::ranges::find(sweep.structural, axis) != sweep.structural.end()) continue;
    for (std::size_t i = 0; i < sweep.settings[axis].size(); ++i) {
      for (const Setting& setting : sweep.settings[axis][i]) {
        if (auto patch = check_value(setting, structure.graph, draft))
          structure.patches[{axis, i}].push_back(std::move(*patch));
      }
    }
  }
  return structure;
}

CheckedSweep read_sweep(const Node& root, const Recheck& recheck, Draft& draft) {
  const Entry* sweep = root.find("sweep");
  if (!sweep) return {};
  if (!sweep->value.is_map()) {
    draft.faults.push_back(value_fault(
        "W401", sweep->value,
        "'sweep' must be a map of axes such as {seed: {count: 5}}, not " + yaml::describe(sweep->value)));
    return {};
  }
  return SweepReader(recheck, draft).read(sweep->value);
}

}  // namespace weir::check

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
struct Located {
  const GraphNode* node = nullptr;
  const ParamSchema* param = nullptr;
  std::string part;
};

Located locate(const Graph& graph, const std::string& path) {
  Located best;
  for (const GraphNode& node : graph.nodes) {
    if (!path.starts_with(node.path + ".")) continue;
    const std::string rest = path.substr(node.path.size() + 1);
    const std::string key = rest.substr(0, rest.find('.'));
    const std::string part = rest.size() > key.size() ? rest.substr(key.size() + 1) : "";
    const ParamSchema* param = node.schema.param(key);
    if (!param || (!part.empty() && !(param->type == ParamType::draw && part == "fixed"))) continue;
    best = {&node, param, part};
  }
  return best;
}

bool is_header(const std::string& path) {
  return path == "seed" || path == "device" || path == "dtype" || path == "threads";
}

class SweepReader {
 public:
  SweepReader(const Recheck& recheck, Draft& draft) : recheck_(recheck), draft_(draft) {}

  void read(const Node& sweep) {
    for (const Entry& entry : sweep.entries) {
      if (auto axis = read_axis(entry, draft_.graph.seed, draft_.faults)) axes_.push_back(std::move(*axis));
    }
    if (!paths_distinct() || !few_enough()) return;
    std::vector<WrittenAxis*> structural, plain;
    for (WrittenAxis& axis : axes_) (changes_structure(axis) ? structural : plain).push_back(&axis);
    // A point that sets only parameters is checked against the graph as it stands; one that changes what the
    // graph is made of (a plugin, a link, a var) makes a graph of its own, and parameters are checked in each
    // of those.
    if (structural.empty()) {
      check_points(plain, draft_);
    } else {
      std::vector<Setting> chosen;
      structures(structural, 0, chosen, plain);
    }
    for (WrittenAxis& axis : axes_) draft_.graph.sweep.push_back(std::move(axis.axis));
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
        if (!is_header(setting.path) && !locate(draft_.graph, setting.path).param &&
            !draft_.is_broken(setting.path))
          return true;
      }
    }
    return false;
  }

  void structures(const std::vector<WrittenAxis*>& structural, std::size_t i, std::vector<Setting>& chosen,
                  const std::vector<WrittenAxis*>& plain) {
    if (i < structural.size()) {
      for (const auto& point : structural[i]->settings) {
        const std::size_t before = chosen.size();
        chosen.insert(chosen.end(), point.begin(), point.end());
        structures(structural, i + 1, chosen, plain);
        chosen.resize(before);
      }
      return;
    }
    if (++checked_ > most_structures) return;  // what is left is checked when its run is planned
    Draft other = recheck_(chosen);
    check_points(plain, other);
    take_over(other);
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

  // Values of axes that set parameters and header keys, each once, against the graph of `draft`.
  static void check_points(const std::vector<WrittenAxis*>& axes, Draft& draft) {
    const Graph kept = draft.graph;  // reading a header value writes into the graph
    for (WrittenAxis* axis : axes) {
      for (std::size_t i = 0; i < axis->settings.size(); ++i) {
        for (std::size_t k = 0; k < axis->settings[i].size(); ++k) {
          check_value(axis->settings[i][k], kept, axis->axis.points[i].set[k].second, draft);
        }
      }
    }
    draft.graph.seed = kept.seed;
    draft.graph.device = kept.device;
    draft.graph.dtype = kept.dtype;
    draft.graph.threads = kept.threads;
  }

  static void check_value(const Setting& setting, const Graph& graph, std::string& text, Draft& draft) {
    if (is_header(setting.path)) {
      read_header_value(setting.path, setting.value, draft);
      return;
    }
    const Located found = locate(graph, setting.path);
    if (!found.param) {
      if (!draft.is_broken(setting.path))
        draft.fault("W127", setting.place,
                    "there is no parameter " + quote(setting.path) + " to set in every run of this sweep");
      return;
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
    // A run is started elsewhere, so a path is kept absolute.
    if (parsed && found.param->type == ParamType::path) text = nlohmann::json(*parsed).dump();
  }

  const Recheck& recheck_;
  Draft& draft_;
  std::vector<WrittenAxis> axes_;
  std::size_t checked_ = 0;
};

}  // namespace

void read_sweep(const Node& root, const Recheck& recheck, Draft& draft) {
  const Entry* sweep = root.find("sweep");
  if (!sweep) return;
  if (!sweep->value.is_map()) {
    draft.faults.push_back(value_fault(
        "W401", sweep->value,
        "'sweep' must be a map of axes such as {seed: {count: 5}}, not " + yaml::describe(sweep->value)));
    return;
  }
  SweepReader(recheck, draft).read(sweep->value);
}

}  // namespace weir::check

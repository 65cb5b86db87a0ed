// core/front/check/graph.hpp -- the checked pipeline that an executor runs: nothing left to guess, nothing left to look up.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/faults/place.hpp>
#include <weir/front/plugins/schema.hpp>

namespace weir {

// The other end of a port: a node, or one of its outputs ("" = the node's own interface).
struct Link {
  std::string node;
  std::string output;
  Place place;
};

struct GraphNode {
  std::string path;    // "task.interpolant.noise"
  std::string plugin;  // "noise/constant"
  std::string parent;  // "task.interpolant", "" at the top
  PluginSchema schema;
  nlohmann::json params = nlohmann::json::object();  // every declared parameter, defaults filled in
  std::map<std::string, std::vector<std::pair<std::string, Link>>>
      ports;                            // plain port: one entry with name ""
  std::map<std::string, Place> places;  // of each key that was written
  Place place;                          // of the node's name
  int declared = 0;                     // position in the file's order, children first
  std::optional<std::uint64_t> seed;    // overrides the run's seed for this node
  nlohmann::json record;                // null, or the `record:` value as JSON
  double timeout = 0;                   // seconds, 0 = none
  std::string note;
};

struct Expectation {
  std::string that;                             // "recall.share"
  std::map<std::string, nlohmann::json> where;  // axis -> value (or case name)
  std::string relation;                         // at_least | at_most | equals
  double value = 0;
  std::string other;  // a number of the same run instead of `value`: "at_pair_exact.total"
  double times = 1;   // of `other` that is meant
  std::optional<double> within, within_se;  // tolerance of equals; the larger of the two
  bool within_chance = false;  // `within_se: auto`: as far as its part of the error rate lets chance go
  double share = 1;            // of the selected cases that must meet it
  Place place;
};

// "`less` is smaller than `than`": of a number `that` at two values of an axis, or of two numbers of the same runs.
struct ExpectedOrder {
  std::string that, axis;     // empty: less and than are numbers of the run
  nlohmann::json less, than;  // values of the axis, or "at_ot.total"
  std::map<std::string, nlohmann::json> where;
  std::optional<double> p_below;  // two-sided; without it, its part of the error rate
  Place place;
};

struct Reported {
  std::string what;       // "train.loss"
  std::string reduction;  // mean | last | first | min | max | sum | sd
  Place place;
};

struct SweepAxis {
  std::string name;
  // One entry per value of the axis: its label in file names and tables, and what it sets.
  struct Point {
    std::string label;
    nlohmann::json value;                                  // the column's value
    std::vector<std::pair<std::string, std::string>> set;  // path -> YAML scalar text
  };
  std::vector<Point> points;
  bool seeds = false;  // a `count:` axis; sets "seed"
  std::string form;    // values | zip | cases | count: how it was written
  Place place;
};

struct Graph {
  std::string name;
  std::string file;  // the pipeline's path
  std::uint64_t seed = 0;
  std::string device = "auto";    // cpu | cuda | cuda:N | auto
  std::string dtype = "float32";  // float32 | float64
  int threads = 1;
  std::vector<std::string> plugins;  // `plugins:`, absolute folders
  std::vector<GraphNode> nodes;      // in dependency order; children before their parent
  std::vector<Reported> report;
  std::vector<Expectation> expect;
  std::vector<ExpectedOrder> compare;
  double error_rate = 0.01;  // joint, of all verdicts that have no level of their own
  std::vector<SweepAxis> sweep;
  std::string source;      // the YAML bytes as given
  std::string main_trace;  // "train.loss": the first reported trace, else the first trace

  const GraphNode* node(const std::string& path) const;
  // The node in whose map a path ends, the one with the longest path that this one is within, and what is left: "probes.every" and
  // train, "" for the node itself. No node, and the path as it is, for seed, vars.sigma or an unknown name.
  std::pair<const GraphNode*, std::string> locate(const std::string& path) const;
};

// YAML of the pipeline with every default written out; feeding it back gives the same graph.
std::string resolved_yaml(const Graph& graph);
nlohmann::json resolved_json(const Graph& graph);

// What a resolved YAML says of the pipeline's numbers, read without any plugin: a graph of its name, `report`, `expect`,
// `compare`, `error_rate` and the names of the sweep's axes, and nothing else. (The JSON has lost the order of `report`.)
// Errors: InvalidPipeline if it is not YAML.
Graph read_resolved(const std::string& yaml);

}  // namespace weir

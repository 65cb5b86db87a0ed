// core/front/check/check.hpp -- the stages that turn a pipeline's tree into a checked graph.
//
//   read_header     name, seed, device, dtype, threads; unknown keys of the top level
//   read_nodes      every node and inline node: plugin, parameters, what its ports say
//   resolve_links   what the ports say, to nodes and outputs of the right kind
//   order_nodes     dependency order, or the circles
//   read_report, read_sweep, read_expect, read_compare
//
// Each stage adds its faults to the draft and leaves out what follows from a fault that is already there.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include <weir/front/document/document.hpp>
#include <weir/front/check/graph.hpp>
#include <weir/front/pipeline.hpp>

namespace weir::check {

// A port's value before it is resolved.
struct Unresolved {
  std::string node, port, name;  // name "" for a plain port
  yaml::Node value;              // the scalar that was written; for an inline node the child's path
  bool child = false;            // the node holds the other end inline
};

struct Draft {
  const Registry& registry;
  Graph graph{};
  Faults faults{};
  std::set<std::string> broken{};  // paths of nodes of which nothing more can be said
  std::vector<Unresolved> links{};
  std::map<std::string, std::string> first_rounds{};  // of blocks, as expand_blocks gives them

  GraphNode* node(const std::string& path);
  // Whether the path is, or lies in, a broken node.
  bool is_broken(const std::string& path) const;
  void fault(std::string code, const Place& place, std::string message, std::string remedy = "",
             std::vector<std::string> notes = {});
};

// "noise/constant (node 'task.interpolant.noise')"
std::string owner(const GraphNode& node);

void read_header(const yaml::Node& root, const PipelineOptions& options, Draft& draft);
// One header value (seed, device, dtype, threads, name) into the graph; false and a fault if it is wrong.
bool read_header_value(const std::string& key, const yaml::Node& value, Draft& draft);

void read_nodes(const yaml::Node& root, Draft& draft);
void resolve_links(Draft& draft);
void order_nodes(Draft& draft);

// The output or trace that a path such as "train.loss" names; nullptr and a fault if there is none. Says
// nothing of broken nodes.
const OutputSchema* named_output(const std::string& path, const Place& place, Draft& draft);

void read_report(const yaml::Node& root, Draft& draft);
void read_expect(const yaml::Node& root, Draft& draft);
void read_compare(const yaml::Node& root, Draft& draft);

// The cases of the sweep that a `where` selects: axis -> value. Says nothing of axes that are faulty themselves.
std::map<std::string, nlohmann::json> read_where(const yaml::Node& root, const yaml::Node& where,
                                                 Draft& draft);
// The axis of that name; null, and fault W406 unless it is written but faulty itself, if there is none.
const SweepAxis* find_axis(const yaml::Node& root, const std::string& name, const Place& place, Draft& draft);
// The value of an axis that was written; null, and fault W406, if it never takes it.
nlohmann::json axis_value(const SweepAxis& axis, const yaml::Node& written, Draft& draft);

// Checks the base tree with some settings on top, without its sweep.
using Recheck = std::function<Draft(const std::vector<Setting>&)>;
void read_sweep(const yaml::Node& root, const Recheck& recheck, Draft& draft);

}  // namespace weir::check

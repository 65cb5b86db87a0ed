// core/front/check/check.hpp -- the stages that turn a pipeline's tree into a checked graph.
//
//   read_header     name, seed, device, dtype, threads; unknown keys of the top level
//   read_nodes      every node and inline node: plugin, parameters, what its ports say
//   resolve_links   what the ports say, to nodes and outputs of the right kind
//   order_nodes     dependency order, or the circles
//
// Each stage adds its faults to the draft and leaves out what follows from a fault that is already there.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>
#include <weir/front/document/document.hpp>
#include <weir/front/faults/fault.hpp>
#include <weir/front/plugins/registry.hpp>

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
  // W206: `message` says what the value must be.
  void wrong(const yaml::Node& value, const std::string& message, const std::string& remedy = "");
};

// "noise/constant (node 'task.interpolant.noise')"
std::string owner(const GraphNode& node);

void read_header(const yaml::Node& root, const PipelineOptions& options, Draft& draft);
// One header value (seed, device, dtype, threads, name) into the graph; false and a fault if it is wrong.
bool read_header_value(const std::string& key, const yaml::Node& value, Draft& draft);

void read_nodes(const yaml::Node& root, Draft& draft);
void read_reserved(const yaml::Node& value, GraphNode& node, Draft& draft);  // seed, record, timeout, note
void resolve_links(Draft& draft);
void order_nodes(Draft& draft);

// The output or trace that a path such as "train.loss" names; nullptr and a fault if there is none. Says
// nothing of broken nodes.
const OutputSchema* named_output(const std::string& path, const Place& place, Draft& draft);

}  // namespace weir::check

// tools/lab/sampling/recorded_parts.hpp -- parts of a recorded graph in another one.
#pragma once

#include <map>
#include <set>
#include <string>

#include <weir/front/check/graph.hpp>

namespace weir::tools {

// Puts nodes of a record's graph into `into`, each with all that it needs. In place of `trainer` stands `trained`, what it gave; its name and
// `taken`, those of other nodes of `into`, are kept free.
class RecordedParts {
 public:
  RecordedParts(const Graph& recorded, const GraphNode& trainer, std::string trained,
                std::set<std::string> taken, Graph& into);

  // A link of the recorded graph as one of the new graph, with all that it leads to.
  Link linked(const Link& link);

  // The same for a port of a new node: what stood inside a node stays inside one.
  Link inside(const Link& link, const std::string& parent, const std::string& port);

 private:
  // A node and those inside it under a new name; "" is its own, in which a block's points become underscores, or the last part of one
  // that stood inside another.
  std::string moved(const std::string& path, std::string name, const std::string& parent);
  std::string fresh(std::string name);

  const Graph& recorded_;
  const GraphNode& trainer_;
  const std::string trained_;
  std::set<std::string> taken_;
  Graph& into_;
  std::map<std::string, std::string> names_;  // recorded -> new
};

}  // namespace weir::tools

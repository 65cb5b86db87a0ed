// core/front/sweep/node_key.cpp -- the key under which a node's result may be shared between runs.
#include <weir/front/sweep/node_key.hpp>

#include <map>
#include <stdexcept>

#include <weir/front/plugins/digest.hpp>
#include <weir/front/sweep/named_files.hpp>

namespace weir {
namespace {

class Keys {
 public:
  explicit Keys(const Graph& graph) : graph_(graph) {
    for (const GraphNode& node : graph.nodes) nodes_[node.path] = &node;
  }

  std::string of(const std::string& path) {
    if (const auto known = keys_.find(path); known != keys_.end()) return known->second;
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) throw std::invalid_argument("the graph has no node '" + path + "'");
    const GraphNode& node = *found->second;
    std::string library = file_sha256(node.schema.library);
    if (library.empty()) library = node.schema.build_id + " " + node.schema.version;
    nlohmann::json ports = nlohmann::json::object();
    for (const auto& [port, links] : node.ports) {
      ports[port] = nlohmann::json::array();
      for (const auto& [name, link] : links) ports[port].push_back({name, link.output, of(link.node)});
    }
    const nlohmann::json all = {{"plugin", node.plugin},
                                {"library", library},
                                {"params", node.params},
                                {"files", named_files(node)},
                                {"ports", ports},
                                {"path", node.path},
                                {"seed", node.seed.value_or(graph_.seed)},
                                {"device", graph_.device},
                                {"dtype", graph_.dtype},
                                {"threads", graph_.threads}};
    return keys_[path] = sha256(all.dump()).substr(0, 32);
  }

 private:
  const Graph& graph_;
  std::map<std::string, const GraphNode*> nodes_;
  std::map<std::string, std::string> keys_;
};

}  // namespace

std::string node_key(const Graph& graph, const std::string& node) { return Keys(graph).of(node); }

}  // namespace weir

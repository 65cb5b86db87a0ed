// core/front/document/block_outputs.cpp -- names of outputs of blocks, followed to the nodes that give them.
#include <weir/front/document/block_outputs.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include <weir/front/document/links.hpp>
#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/scalar.hpp>

namespace weir {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

class Follower {
 public:
  Follower(const BlockOutputs& outputs, Faults& faults) : outputs_(outputs), faults_(faults) {}

  void replace(Node& root, Node& nodes, const Registry& registry) const {
    for (Entry& node : nodes.entries)
      each_link(node.value, "", registry,
                [&](Node& link, const PortSchema&) { follow(link.text, link.place); });
    if (Entry* report = root.find("report"); report && report->value.is_map())
      for (Entry& entry : report->value.entries) follow(entry.key, entry.place);
    if (Entry* expect = root.find("expect"); expect && expect->value.is_list()) {
      for (Node& expectation : expect->value.items)
        follow_keys(expectation, {"that", "at_least", "at_most", "equals"});
    }
    if (Entry* compare = root.find("compare"); compare && compare->value.is_list()) {
      for (Node& comparison : compare->value.items)
        follow_keys(comparison, comparison.find("that") ? std::vector<std::string>{"that"}
                                                        : std::vector<std::string>{"less", "than"});
    }
  }

 private:
  void follow_keys(Node& map, const std::vector<std::string>& keys) const {
    for (const std::string& key : keys)
      if (Entry* entry = map.find(key); entry && entry->value.is_scalar())
        follow(entry->value.text, entry->value.place);
  }

  // A chain of outputs takes each at most once, unless it goes round in a circle, along which the text may grow.
  void follow(std::string& text, const Place& place) const {
    constexpr std::size_t longest = 4096;
    const std::string written = text;
    for (std::size_t steps = 0; steps <= outputs_.targets.size() && text.size() <= longest; ++steps) {
      std::string path = text;
      while (!path.empty() && !outputs_.targets.contains(path))
        path.erase(path.rfind('.') == std::string::npos ? 0 : path.rfind('.'));
      if (path.empty()) return check_output(text, place);
      text = outputs_.targets.at(path) + text.substr(path.size());
    }
    fault(place, quote(written) + " stands for an input that stands for it in turn");
  }

  // Says so if the text names a use of a block, and nothing in it.
  void check_output(const std::string& text, const Place& place) const {
    for (const auto& [path, use] : outputs_.uses) {
      if (!is_within(text, path)) continue;
      std::vector<std::string> parts = split_path(text.substr(std::min(text.size(), path.size() + 1)));
      if (const auto round = scalar::whole(parts.front())) {
        if (*round < 1 || *round > use.rounds)
          return fault(place, use.rounds == 0 ? quote(path) + " is not repeated and has no numbered rounds"
                                              : fmt::format("there is no round {} of {}, which has {}",
                                                            *round, quote(path), use.rounds));
        parts.erase(parts.begin());
      } else if (use.rounds > 0 && use.block->nodes->find(parts.front())) {
        return fault(place, "the nodes of " + quote(path) + " are numbered by their rounds",
                     fmt::format("write {}.{}.{}", path, use.rounds, text.substr(path.size() + 1)));
      }
      const std::string name = parts.empty() ? "" : parts.front();
      if (!use.block->nodes->find(name)) no_output(path, *use.block, name, place);
      return;
    }
  }

  void no_output(const std::string& path, const Block& block, const std::string& name,
                 const Place& place) const {
    std::vector<std::string> outputs, all;
    for (const auto& [output, link] : block.outputs) outputs.push_back(output);
    all = outputs;
    for (const Entry& node : block.nodes->entries) all.push_back(node.key);
    const std::string who = quote(path) + " uses block " + quote(block.name);
    fault(place, who + (name.empty() ? "; name one of its outputs" : ", which has no output " + quote(name)),
          wording::did_you_mean(name, all),
          {"outputs: " + (outputs.empty() ? "none" : wording::listed(outputs))});
  }

  void fault(const Place& place, const std::string& message, const std::string& remedy = "",
             const std::vector<std::string>& notes = {}) const {
    faults_.push_back({"W128", place, message, remedy, notes, {}});
  }

  const BlockOutputs& outputs_;
  Faults& faults_;
};

}  // namespace

void BlockOutputs::replace_in(yaml::Node& root, yaml::Node& nodes, const Registry& registry,
                              Faults& faults) const {
  if (!uses.empty()) Follower(*this, faults).replace(root, nodes, registry);
}

}  // namespace weir

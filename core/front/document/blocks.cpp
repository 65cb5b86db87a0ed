// core/front/document/blocks.cpp -- nodes that use a block, written out: `use` and `repeat` become plain nodes.
//
//   blocks:  NAME: {inputs: [...], nodes: {...}, outputs: {name: node.output}}
//   nodes:   loop: {use: NAME, repeat: 3, input: link, set: {train.steps: 100}}
//
// The nodes of round k are named loop.k.<node>, or loop.<node> without `repeat`. A link within a block is to one of its nodes
// or inputs; from outside, loop.<output> is that of the last round. An input that has an output of the same name takes, from
// the second round on, what the round before gave.
#include <weir/front/document/document.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include <weir/front/document/block_outputs.hpp>
#include <weir/front/document/links.hpp>
#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/scalar.hpp>
#include <weir/front/yaml/spelled_number.hpp>

namespace weir {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

constexpr std::int64_t most_rounds = 100;
constexpr std::size_t most_written = 1000;  // checked in some seconds at ten times as many
constexpr std::size_t most_nested = 16;

// What the names in one round of a block stand for.
struct Scope {
  const Block& block;
  std::string prefix;                         // "loop.2."
  std::map<std::string, std::string> inputs;  // to links from outside
};

class Expander {
 public:
  Expander(Node& root, const Registry& registry, Faults& faults)
      : root_(root), registry_(registry), faults_(faults) {}

  WrittenBlocks expand() {
    blocks_ = read_blocks(root_, faults_);
    Entry* nodes = root_.find("nodes");
    if (!nodes || !nodes->value.is_map()) return {};
    std::vector<Entry> written;
    for (const Entry& entry : nodes->value.entries) write(entry, "", written, 0);
    nodes->value.entries = std::move(written);
    for (const auto& [name, block] : blocks_)
      if (!block.used && !unknown_block_)
        fault(block.place, "block " + quote(name) + " is used nowhere", "remove it, or write use: " + name);
    outputs_.replace_in(root_, nodes->value, registry_, faults_);
    return {first_rounds_, broken_};
  }

 private:
  void fault(const Place& place, const std::string& message, const std::string& remedy = "",
             const std::vector<std::string>& notes = {}) {
    faults_.push_back({"W128", place, message, remedy, notes, {}});
  }

  // The entry itself, or the nodes that it stands for.
  void write(const Entry& entry, const std::string& prefix, std::vector<Entry>& written, std::size_t level) {
    const Entry* use = entry.value.find("use");
    if (written.size() > most_written) return;
    if (!use) {
      written.push_back({prefix + entry.key, entry.place, entry.value});
      if (written.size() > most_written)
        fault(entry.place,
              fmt::format("blocks may be written out to {} nodes, and these make more", most_written));
      return;
    }
    std::vector<std::string> names;
    for (const auto& [name, block] : blocks_) names.push_back(name);
    const auto found = blocks_.find(use->value.text);
    broken_.insert(prefix + entry.key);  // until it is written
    unknown_block_ = unknown_block_ || found == blocks_.end();
    if (!use->value.is_scalar() || found == blocks_.end())
      return fault(use->value.place, "there is no block " + quote(use->value.text),
                   wording::did_you_mean(use->value.text, names),
                   {"blocks: " + (names.empty() ? "none" : wording::listed(names))});
    found->second.used = true;
    if (level == most_nested)
      return fault(use->value.place, fmt::format("blocks may nest {} deep; does {} use itself?", most_nested,
                                                 quote(found->first)));
    write_rounds(entry, found->second, prefix, written, level);
  }

  void write_rounds(const Entry& entry, const Block& block, const std::string& prefix,
                    std::vector<Entry>& written, std::size_t level) {
    const std::string path = prefix + entry.key;
    std::vector<std::string> valid = block.inputs;
    valid.insert(valid.end(), use_keys.begin(), use_keys.end());
    for (const Entry& key : entry.value.entries)
      if (std::ranges::find(valid, key.key) == valid.end())
        faults_.push_back(
            unknown_block_key(key, quote(path) + ", which uses block " + quote(block.name), valid));
    std::map<std::string, std::string> inputs;
    for (const std::string& input : block.inputs) {
      const Entry* given = entry.value.find(input);
      if (given && given->value.is_scalar())
        inputs[input] = given->value.text;
      else
        fault(given ? given->value.place : entry.place,
              fmt::format("input {} of block {} needs the name of a node or of an output", quote(input),
                          quote(block.name)),
              "write " + input + ": node.output");
    }
    if (inputs.size() != block.inputs.size()) return;
    const Entry* repeat = entry.value.find("repeat");
    const auto rounds = repeat ? scalar::whole(repeat->value.text) : std::optional<std::int64_t>(1);
    const auto few = [](const std::string& text) {
      return is_whole_spelling(text) && scalar::whole(text) >= 1 && scalar::whole(text) <= most_rounds;
    };
    if (!rounds || *rounds < 1 || *rounds > most_rounds)
      return fault(repeat->value.place,
                   fmt::format("'repeat' must be an integer from 1 to {}, not {}", most_rounds,
                               yaml::describe(repeat->value)),
                   number_remedy(repeat->value, few));

    if (const Entry* set = entry.value.find("set"); set && !set->value.is_map())
      return fault(set->value.place,
                   "'set' must be a map such as {train.steps: 100}, not " + yaml::describe(set->value));

    for (std::int64_t round = 1; round <= *rounds; ++round) {
      const Scope scope{block, path + "." + (repeat ? fmt::format("{}.", round) : ""), inputs};
      first_rounds_[scope.prefix] = first_of_.try_emplace(block.name, scope.prefix).first->second;
      write_round(entry, scope, repeat ? round : 0, *rounds, written, level);
      for (const auto& [name, link] : block.outputs) {
        const std::string target = outside(link, scope, "output " + quote(name));
        outputs_.targets[scope.prefix + name] = outputs_.targets[path + "." + name] = target;
        if (inputs.contains(name)) inputs[name] = target;
      }
    }
    outputs_.uses.emplace(path, BlockOutputs::Use{&block, repeat ? *rounds : 0});
    broken_.erase(path);
  }

  void write_round(const Entry& entry, const Scope& scope, std::int64_t round, std::int64_t rounds,
                   std::vector<Entry>& written, std::size_t level) {
    Node nodes = *scope.block.nodes;
    if (const Entry* set = entry.value.find("set")) {
      for (const Entry& one : set->value.entries) {
        std::string path = one.key;
        const std::string first = split_path(path).front();
        if (const auto number = scalar::whole(first)) {
          if (round == 0 || *number < 1 || *number > rounds)
            fault(one.place,
                  fmt::format("there is no round {} of {} to set a parameter in", first, quote(entry.key)));
          if (*number != round) continue;
          path.erase(0, first.size() + 1);
        }
        assign_node(nodes, {path, one.place, one.value}, registry_, faults_);
      }
    }
    for (Entry& node : nodes.entries) {
      if (!wording::is_name(node.key)) {
        fault(node.place, "the name of a node is made of letters, digits and _, unlike " + quote(node.key));
        continue;
      }
      const auto translate_end = [&](Node& value, const PortSchema& port) {
        auto meant = knows(scope, value.text) ? std::nullopt : plugin_of_word(value, port, registry_);
        if (meant)
          value = std::move(*meant);
        else
          value.text = outside(value, scope, fmt::format("port {} of {}", quote(port.name), quote(node.key)),
                               registry_.plugin(port.kind + "/" + value.text) != nullptr);
      };
      if (node.value.find("use")) {
        for (Entry& key : node.value.entries)
          if (std::ranges::find(use_keys, key.key) == use_keys.end() && key.value.is_scalar())
            key.value.text =
                outside(key.value, scope, fmt::format("input {} of {}", quote(key.key), quote(node.key)));
      } else {
        each_link(node.value, "", registry_, translate_end);
      }
      write(node, scope.prefix, written, level + 1);
    }
  }

  // A link of a block's round as it is written at the top. `where` it is written; `plugin`: whether it would be a plugin's name there.
  std::string outside(const Node& link, const Scope& scope, const std::string& where, bool plugin = false) {
    const std::string first = split_path(link.text).front();
    if (scope.block.nodes->find(first)) return scope.prefix + link.text;
    if (const auto input = scope.inputs.find(first); input != scope.inputs.end())
      return input->second + link.text.substr(first.size());
    std::vector<std::string> names = scope.block.inputs;
    for (const Entry& node : scope.block.nodes->entries) names.push_back(node.key);
    fault(link.place,
          fmt::format("{} names {}, and block {} has no node or input of that name", where, quote(first),
                      quote(scope.block.name)),
          plugin ? "for the plugin, write {plugin: " + link.text + "}" : wording::did_you_mean(first, names),
          {"it has: " + wording::listed(names)});
    return link.text;
  }

  static bool knows(const Scope& scope, const std::string& name) {
    return scope.block.nodes->find(name) || scope.inputs.contains(name);
  }

  Node& root_;
  const Registry& registry_;
  Faults& faults_;
  std::map<std::string, Block> blocks_;
  std::set<std::string> broken_;
  bool unknown_block_ = false;
  std::map<std::string, std::string> first_of_, first_rounds_;  // block -> prefix, prefix -> prefix
  BlockOutputs outputs_;
};

}  // namespace

WrittenBlocks expand_blocks(Node& root, const Registry& registry, Faults& faults) {
  return Expander(root, registry, faults).expand();
}

}  // namespace weir

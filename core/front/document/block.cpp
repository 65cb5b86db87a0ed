// core/front/document/block.cpp -- the definitions under `blocks:`.
#include <weir/front/document/block.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include <weir/front/faults/wording.hpp>

namespace weir {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

const std::vector<std::string> block_keys = {"inputs", "nodes", "outputs", "note"};

class BlockReader {
 public:
  explicit BlockReader(Faults& faults) : faults_(faults) {}

  std::optional<Block> read(const Entry& entry) {
    const std::string who = "block " + quote(entry.key);
    const Entry* nodes = entry.value.find("nodes");
    if (!wording::is_name(entry.key))
      return fault(entry.place,
                   "the name of a block is made of letters, digits and _, unlike " + quote(entry.key));
    if (!nodes || !nodes->value.is_map() || nodes->value.entries.empty())
      return fault(entry.place, who + " must be a map with 'nodes', and inputs and outputs where it has any");
    for (const Entry& key : entry.value.entries)
      if (std::ranges::find(block_keys, key.key) == block_keys.end())
        faults_.push_back(unknown_block_key(key, who, block_keys));
    Block block{entry.key, {}, &nodes->value, {}, entry.place, false};
    const Entry *inputs = entry.value.find("inputs"), *outputs = entry.value.find("outputs");
    if ((inputs && !read_inputs(inputs->value, who, block)) ||
        (outputs && !read_outputs(outputs->value, who, block)))
      return std::nullopt;
    return block;
  }

 private:
  std::nullopt_t fault(const Place& place, const std::string& message) {
    faults_.push_back({"W128", place, message, "", {}, {}});
    return std::nullopt;
  }

  bool read_inputs(const Node& inputs, const std::string& who, Block& block) {
    if (!inputs.is_list()) {
      fault(inputs.place, "'inputs' of " + who + " must be a list of names, not " + yaml::describe(inputs));
      return false;
    }
    for (const Node& input : inputs.items) {
      const bool reserved = std::ranges::find(use_keys, input.text) != use_keys.end();
      if (!wording::is_name(input.text) || reserved || block.nodes->find(input.text)) {
        fault(input.place,
              fmt::format("{} is no name for an input of {}: it must be a word of its own, unlike {} and the "
                          "block's nodes",
                          quote(input.text), who, wording::listed(use_keys)));
        return false;
      }
      if (std::ranges::find(block.inputs, input.text) != block.inputs.end()) {
        fault(input.place, who + " lists its input " + quote(input.text) + " twice");
        return false;
      }
      block.inputs.push_back(input.text);
    }
    return true;
  }

  bool read_outputs(const Node& outputs, const std::string& who, Block& block) {
    if (!outputs.is_map()) {
      fault(outputs.place, "'outputs' of " + who + " must be a map such as {field: train.field}, not " +
                               yaml::describe(outputs));
      return false;
    }
    for (const Entry& output : outputs.entries) {
      if (!wording::is_name(output.key) || block.nodes->find(output.key) || !output.value.is_scalar()) {
        fault(output.place,
              fmt::format(
                  "an output of {} is a name that none of its nodes has, with a link such as train.field",
                  who));
        return false;
      }
      block.outputs.emplace_back(output.key, output.value);
    }
    return true;
  }

  Faults& faults_;
};

}  // namespace

std::map<std::string, Block> read_blocks(const Node& root, Faults& faults) {
  std::map<std::string, Block> blocks;
  const Entry* written = root.find("blocks");
  if (!written) return blocks;
  if (!written->value.is_map()) {
    faults.push_back({"W128",
                      written->value.place,
                      "'blocks' must be a map of named blocks, not " + yaml::describe(written->value),
                      "",
                      {},
                      {}});
    return blocks;
  }
  BlockReader reader(faults);
  for (const Entry& entry : written->value.entries)
    if (auto block = reader.read(entry)) blocks.emplace(entry.key, std::move(*block));
  return blocks;
}

Fault unknown_block_key(const Entry& entry, const std::string& of, const std::vector<std::string>& valid) {
  return {"W128",
          entry.place,
          "unknown key " + quote(entry.key) + " of " + of,
          wording::did_you_mean(entry.key, valid),
          {"valid: " + wording::listed(valid)},
          {}};
}

}  // namespace weir

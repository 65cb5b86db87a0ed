// core/front/document/block.hpp -- the definition of a block, and the keys of a node that uses one.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/faults/fault.hpp>
#include <weir/front/yaml/yaml.hpp>

namespace weir {

struct Block {
  std::string name;
  std::vector<std::string> inputs;
  const yaml::Node* nodes = nullptr;
  std::vector<std::pair<std::string, yaml::Node>> outputs;  // name, link within the block
  Place place;
  bool used = false;
};

inline const std::vector<std::string> use_keys = {"use", "repeat", "set", "note"};

// The blocks of a pipeline, by name. Faults W128. They refer to nodes of the tree.
std::map<std::string, Block> read_blocks(const yaml::Node& root, Faults& faults);

// Fault W128: a key that is none of `valid`.
Fault unknown_block_key(const yaml::Entry& entry, const std::string& of,
                        const std::vector<std::string>& valid);

}  // namespace weir

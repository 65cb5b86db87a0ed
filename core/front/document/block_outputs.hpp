// core/front/document/block_outputs.hpp -- what the outputs of blocks stand for, seen from outside.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <weir/front/document/block.hpp>
#include <weir/front/plugins/registry.hpp>

namespace weir {

struct BlockOutputs {
  struct Use {
    const Block* block;
    std::int64_t rounds;  // 0 without `repeat`
  };
  std::map<std::string, Use> uses;             // by path
  std::map<std::string, std::string> targets;  // "loop.field" -> "loop.3.train.field"

  // Links, reports and expectations of a written-out pipeline that name an output of a block, to where it comes from. Faults W128.
  void replace_in(yaml::Node& root, yaml::Node& nodes, const Registry& registry, Faults& faults) const;
};

}  // namespace weir

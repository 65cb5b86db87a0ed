// core/memory.hpp -- what cannot fit into memory is a fault of plan.
//
// A node says in plan how much it is going to hold at once, wherever that may be more than points and parameters, which the executor
// counts by itself: a matrix of distances, a batch, a set. What is planned but not said ends at run with the name of the node.
#pragma once

#include <string>

#include <weir/node.hpp>

namespace weir {

// A fault at the parameter or port `key` where `bytes` are more than this process may use: "`what` needs 360 GB of memory, and this
// machine has 16 GB".
void plan_memory(Plan& plan, const std::string& key, double bytes, const std::string& what,
                 const std::string& remedy = "");

// "360 GB"
std::string memory_text(double bytes);

}  // namespace weir

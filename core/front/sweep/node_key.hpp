// core/front/sweep/node_key.hpp -- the key under which a node's result may be shared between runs.
#pragma once

#include <string>

#include <weir/front/check/graph.hpp>

namespace weir {

// The key under which a node's result may be shared: a hash (32 hex digits) of plugin library, resolved parameters and what is in
// the files they name, keys of its inputs, path, seed, device, dtype and threads. Equal keys mean equal results, bit for bit.
std::string node_key(const Graph& graph, const std::string& node);

}  // namespace weir

// tests/plugins/field/recorded.hpp -- as much of a record as field/recorded reads.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include <weir/params.hpp>
#include <weir/record/arrays_file.hpp>

namespace weir::tests {

// Sets of parameters of one node, the model inside it: {plugin: ..., params: ...}, and outputs that are one tensor.
inline void write_record(const std::string& file, const std::string& node,
                         const std::map<std::string, Params>& sets, const nlohmann::json& model,
                         const std::map<std::string, Tensor>& outputs = {}) {
  Arrays arrays;
  nlohmann::json datasets = nlohmann::json::array();
  for (const auto& [set, params] : sets)
    for (const auto& [name, value] : params.tensors()) {
      const std::string path = "nodes/" + node + "/" + set + "/" + name;
      arrays[path] = array_of(value);
      datasets.push_back(
          {{"path", "/" + path}, {"node", node}, {"name", set + "/" + name}, {"shape", value.sizes().vec()}});
    }
  for (const auto& [name, value] : outputs) {
    const std::string path = "nodes/" + node + "/" + name;
    arrays[path] = array_of(value);
    datasets.push_back(
        {{"path", "/" + path}, {"node", node}, {"name", name}, {"shape", value.sizes().vec()}});
  }
  nlohmann::json inner = model;
  inner["node"] = node + ".model";
  const nlohmann::json schema{{"nodes", nlohmann::json::array({inner})}, {"datasets", datasets}};
  write_arrays(file, arrays, {{"schema", schema.dump()}});
}

}  // namespace weir::tests

// tests/plugins/trainer/record.hpp -- a training that has run, as a record holds it.
#pragma once

#include <string>

#include <weir/kinds/learn/trainer.hpp>
#include <weir/record/arrays_file.hpp>

#include <check/bench/doubles.hpp>

namespace weir::tests {

// What the trainer planned and `rows`, which watched it, has; and the model inside it, {plugin: ..., params: ...}.
inline void write_training(const std::string& file, const Trainer& trainer, const conformance::Rows& rows,
                           const nlohmann::json& model = nullptr) {
  Arrays arrays;
  nlohmann::json datasets = nlohmann::json::array(), nodes = nlohmann::json::array();
  for (const AnyOutput* output : trainer.outputs())
    for (const DatasetSpec& spec : output->datasets()) {
      if (spec.trace) continue;
      arrays[path_of(spec).substr(1)] = array_of(rows.values.at(key_of(spec)));
      datasets.push_back({{"path", path_of(spec)},
                          {"node", spec.node},
                          {"name", spec.name},
                          {"dtype", name_of(spec.dtype)},
                          {"shape", spec.shape},
                          {"attributes", spec.attributes}});
    }
  if (!model.is_null()) {
    nodes.push_back(model);
    nodes.back()["node"] = trainer.path() + ".model";
  }
  const nlohmann::json schema{{"nodes", nodes}, {"datasets", datasets}};
  write_arrays(file, arrays, {{"schema", schema.dump()}});
}

}  // namespace weir::tests

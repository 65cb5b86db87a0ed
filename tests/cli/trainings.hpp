// tests/cli/trainings.hpp -- pipelines of a small training, and what their records hold.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <weir/record/reader.hpp>

#include "program.hpp"
#include "scratch_folder.hpp"

namespace trainings {

inline const std::string beginning = R"(
seed: 7
nodes:
  base:     {plugin: source/gaussian, dim: 2}
  pairs:    {plugin: coupling/affine, source: base, angle: 180 deg, shift: [5, 5], draw: {fixed: 16}}
  task:     {plugin: objective/flow_matching, coupling: pairs}
)";

inline std::string train(int steps, const std::string& more = "") {
  return "  train:    {plugin: trainer/gradient, objective: task, model: {plugin: field/mlp, width: 8, "
         "depth: 1}, "
         "optimiser: {plugin: adam, lr: 0.01}, batch: 16, steps: " +
         std::to_string(steps) + more + "}\n";
}

inline std::string flow(const std::string& field) {
  return "  flow:     {plugin: integrator/euler, field: " + field + ", start: pairs.x0, steps: 2}\n";
}

// Every number below a group of a record, by its path within it.
inline std::map<std::string, std::string> numbers(const std::filesystem::path& file,
                                                  const std::string& group) {
  const weir::Reader reader(file);
  std::map<std::string, std::string> found;
  const std::function<void(const std::string&)> visit = [&](const std::string& path) {
    for (const std::string& member : reader.members(path)) {
      const std::string at = path + "/" + member;
      if (reader.is_group(at)) {
        visit(at);
      } else {
        const weir::Array array = reader.read(at);
        found[at.substr(group.size())] = {reinterpret_cast<const char*>(array.bytes->data()),
                                          array.bytes->size()};
      }
    }
  };
  visit(group);
  return found;
}

inline Answer run(const ScratchFolder& scratch, const std::string& name, const std::string& nodes,
                  const std::string& words = "") {
  scratch.write(name + ".yaml", "name: " + name + beginning + nodes);
  return weir_program(scratch.path(), "run " + name + ".yaml -o " + name + ".h5 --progress none" + words);
}

}  // namespace trainings

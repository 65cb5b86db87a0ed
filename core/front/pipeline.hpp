// core/front/pipeline.hpp -- from a YAML file and a registry to checked graphs.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>
#include <weir/front/document/document.hpp>
#include <weir/front/faults/fault.hpp>
#include <weir/front/plugins/registry.hpp>
#include <weir/front/plugins/trust.hpp>
#include <weir/front/sweep/combination.hpp>

namespace weir {

// A pipeline that was read and checked once. Whatever becomes of its files afterwards, the graphs stay those that they were.
class Experiment {
 public:
  // Reads, merges (`extends`, `vars`), applies `set` and checks the file against the installed plugins. Throws InvalidPipeline with
  // all faults. The registry must outlive this.
  Experiment(const std::filesystem::path& file, const Registry& registry,
             const PipelineOptions& options = {});
  ~Experiment();
  Experiment(Experiment&&) noexcept;

  // Of the file's base values; the axes are in Graph::sweep.
  const Graph& graph() const;

  // The pipeline's file and those that it extends, as they were read.
  const std::vector<std::filesystem::path>& files() const;

  // The checked graph of one of `combinations(graph())`. Throws InvalidPipeline only where a sweep has more structures than are
  // checked beforehand (1000).
  Graph run(const Combination& combination);

 private:
  class Reading;
  std::unique_ptr<Reading> reading_;
};

// The graph of an experiment.
Graph read_pipeline(const std::filesystem::path& file, const Registry& registry,
                    const PipelineOptions& options = {});

// The folders that a pipeline names under `plugins:`. Empty if the file cannot be read; read_pipeline says then why.
std::vector<NamedFolder> plugin_folders(const std::filesystem::path& file);

}  // namespace weir

// tests/front/laboratory.hpp -- a registry of plugins that exist only as schemas, and folders of files for a
// test.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/pipeline.hpp>
#include <weir/front/plugins/registry.hpp>

namespace laboratory {

// Sources, couplings, noise, interpolants, objectives, fields, trainers, probes, integrators and metrics, in
// outline.
const weir::Registry& registry();

// A folder of its own, gone at the end of the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Writes a file and gives its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

// The graph of a pipeline given as text.
weir::Graph graph_of(const std::string& text, const weir::PipelineOptions& options = {});

// What a run of its sweep sets, as `--set` would.
std::vector<std::pair<std::string, std::string>> settings_of(const weir::Graph& graph,
                                                             const weir::Combination& run);

// The text of its faults, the file called "p.yaml"; "" if it has none.
std::string faults_of(const std::string& text, const weir::PipelineOptions& options = {});

// How the text of a single fault ends.
std::string end_of_one(const std::string& code);

// The pipeline of the design's example: pairs turned by 180 degrees, a trainer, an integrator, memorisation.
extern const char* const rotation;

}  // namespace laboratory

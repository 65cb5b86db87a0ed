// tools/check/bench/bench.hpp -- the plugin in a small pipeline, which is planned and run as `weir run` does it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/pipeline.hpp>

#include <system/temporary_folder.hpp>

#include "ran.hpp"
#include "subject.hpp"

namespace weir::conformance {

struct Setting {
  std::vector<std::pair<std::string, std::string>> set{};  // parameters of the plugin's node, as YAML
  std::string dtype{};                                     // "" = as the pipeline says
  std::uint64_t seed = 1;
  int threads = 1;
};

class Bench {
 public:
  // A pipeline of the check's own in which the plugin can be planned, or the author's, if it has a node of the
  // plugin; its trainings are cut to ten steps. Throws Broken if the plugin refuses all of the check's, Skipped if there is none with
  // what it needs, InvalidPipeline for faults of the author's.
  explicit Bench(const Subject& subject);

  const std::string& path() const { return path_; }  // of the plugin's node
  const std::string& note() const { return note_; }  // what it was given beside its defaults
  // The plugin with the parameters that it has there.
  Subject subject() const;

  // Throws InvalidPipeline and NodeFailure as a run does.
  std::unique_ptr<Graph> graph(const Setting& setting = {}) const;
  Ran run(const Setting& setting = {}) const;

 private:
  // Why the check's own pipelines do not do: the first fault of the plugin's, and the first port that there is nothing for.
  struct Attempts {
    std::string fault, lacking;
  };
  void take_with();
  bool try_own(const nlohmann::json& more, Attempts& made);

  Subject subject_;
  std::shared_ptr<tools::TemporaryFolder> scratch_;
  std::filesystem::path file_;
  std::vector<std::pair<std::string, std::string>> cut_;
  std::string path_, note_;
};

std::unique_ptr<Executor> executor_of(const Graph& graph);

}  // namespace weir::conformance

// tools/check/bench.hpp -- the plugin in a small pipeline, which is planned and run as `weir run` does it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <weir/executor.hpp>
#include <weir/front/pipeline.hpp>

#include "doubles.hpp"
#include "scratch.hpp"
#include "subject.hpp"

namespace weir::check {

struct Setting {
  std::vector<std::pair<std::string, std::string>> set{};  // parameters of the plugin's node, as YAML
  std::string dtype{};                                     // "" = as the pipeline says
  std::uint64_t seed = 1;
  int threads = 1;
};

// A pipeline that has run: every number that it would have recorded.
struct Ran {
  std::unique_ptr<Graph> graph;
  std::unique_ptr<Executor> executor;
  Rows rows;
  std::string path;  // of the plugin's node

  const Node& subject() const { return executor->node(path); }
  // Throws Broken where an output of the plugin holds NaN.
  void require_no_missing() const;
  // Throws Broken where a node's tensor is no longer what it was when it was recorded.
  void require_untouched() const;
};

// The first number that differs, as a sentence, or "". `tolerance` is relative to the largest of a tensor.
std::string difference(const Rows& a, const Rows& b, double tolerance = 0);

class Bench {
 public:
  // A pipeline of the check's own in which the plugin can be planned, or the author's `with`, if it has a node of the
  // plugin; its trainings are cut to ten steps. Throws Skipped if there is none, InvalidPipeline for faults of `with`.
  explicit Bench(const Subject& subject, const std::filesystem::path& with = "");

  const std::string& path() const { return path_; }  // of the plugin's node
  const std::string& note() const { return note_; }  // what it was given beside its defaults
  // The plugin with the parameters that it has there.
  Subject subject() const;

  // Throws InvalidPipeline and NodeFailure as a run does.
  std::unique_ptr<Graph> graph(const Setting& setting = {}) const;
  Ran run(const Setting& setting = {}) const;

 private:
  void take(const std::filesystem::path& with);
  bool try_own(const nlohmann::json& more, std::string& fault);

  Subject subject_;
  std::shared_ptr<Scratch> scratch_;
  std::filesystem::path file_;
  std::vector<std::pair<std::string, std::string>> cut_;
  std::string path_, note_;
};

std::unique_ptr<Executor> executor_of(const Graph& graph);

}  // namespace weir::check

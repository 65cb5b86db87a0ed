// tools/cli/arguments/pipeline_arguments.hpp -- arguments that several verbs take: the pipeline, plugin folders, the format.
#pragma once

#include <string>
#include <vector>

#include <weir/front/pipeline.hpp>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace weir::tools {

struct PluginArguments {
  std::vector<std::string> folders;  // --plugin-path
  std::vector<std::string> trusted;  // --trust
  void add_to(CLI::App& app);
  // Also searches the folders that a pipeline names; throws InvalidPipeline if one of them is not trusted.
  Registry registry(const std::string& pipeline = "") const;
};

struct PipelineArguments {
  std::string file;
  std::vector<std::string> set;  // "path=value"
  std::string device;
  int threads = 0;
  bool resolved = false;  // FILE is a record's resolved pipeline, PipelineOptions::resolved
  PluginArguments plugins;

  void add_to(CLI::App& app);                       // FILE and every option
  void add_options_to(CLI::App& app);               // all but FILE
  PipelineOptions options() const;                  // throws CommandError for a --set without '='
  Experiment read(const Registry& registry) const;  // FILE, checked; throws CommandError, InvalidPipeline
  Graph read() const;                               // its graph; also CommandError if there is no FILE
};

// --format, one of `choices`; its default is the value that `format` has.
CLI::Option* add_format(CLI::App& app, std::string& format, const std::vector<std::string>& choices);

}  // namespace weir::tools

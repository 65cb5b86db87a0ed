// tools/cli/verbs/graph.cpp -- weir graph: a pipeline's nodes and edges as Graphviz or Mermaid.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include <weir/front/show/reference.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>

namespace weir::tools {
namespace {

struct Arguments {
  PipelineArguments pipeline;
  std::string format = "dot";
};

}  // namespace

Verb graph_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("graph", "Draw a pipeline's nodes and edges");
  auto arguments = std::make_shared<Arguments>();
  arguments->pipeline.add_to(*app);
  add_format(*app, arguments->format, {"dot", "mermaid"});
  app->footer(
      "Examples:\n  weir graph rotation.yaml | dot -Tsvg > rotation.svg\n  weir graph rotation.yaml --format "
      "mermaid");
  return {app, [arguments] {
            const Graph graph = arguments->pipeline.read();
            fmt::print("{}", arguments->format == "dot" ? dot(graph) : mermaid(graph));
            return 0;
          }};
}

}  // namespace weir::tools

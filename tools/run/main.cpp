// tools/run/main.cpp -- weir-run: one run of a pipeline, started by `weir`; also describes plugin libraries.
//
//   weir-run run GRAPH --out OUT.h5 ...    weir-run replay GRAPH --record R.h5 --node N --out OUT.h5 ...
//   weir-run export GRAPH --node INTEGRATOR --out FIELD.pt ...
//   weir-run plan GRAPH     weir-run describe LIBRARY     weir-run cache DIR     weir-run facts LIBRARY...
#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

#include "describe.hpp"
#include "facts.hpp"
#include "leave.hpp"
#include "run.hpp"
#include "successor.hpp"

namespace {

using Words = std::vector<std::string>;

// Returns the exit code; nothing in the successor of a run, whose words have taken the place of these.
std::optional<int> perform(Words& words) {
  CLI::App app{"weir-run: what `weir` starts for each run"};
  app.require_subcommand(1);

  RunArguments arguments;
  std::vector<std::string> shares;
  std::string mode = "create";
  int successor = -1;
  CLI::App* run = app.add_subcommand("run", "run a graph");
  CLI::App* plan = app.add_subcommand("plan", "say what a run would record, and stop before it");
  CLI::App* replay = app.add_subcommand("replay", "run one node on the inputs that a record holds");
  CLI::App* exported = app.add_subcommand("export", "write the field that an integrator follows");
  for (CLI::App* verb : {run, replay, plan, exported}) {
    verb->add_option("graph", arguments.graph, "graph of a run, as `weir` freezes it")->required();
    verb->add_option("--sha256", arguments.graph_sha256, "of the graph's text");
  }
  for (CLI::App* verb : {run, replay, exported}) {
    verb->add_option("--out", arguments.out, "record to write")->required();
    verb->add_option("--mode", mode)->check(CLI::IsMember({"create", "replace", "resume"}));
    verb->add_option("--jobs", arguments.jobs);
    verb->add_option("--command", arguments.command, "the user's command line, for the record");
  }
  replay->add_option("--record", arguments.record)->required();
  replay->add_option("--node", arguments.node)->required();
  exported->add_option("--node", arguments.exported)->required();
  run->add_option("--shared", arguments.shared, "folder of shared results");
  run->add_option("--share", shares, "NODE=KEY")->allow_extra_args(false);
  run->add_option("--successor", successor,
                  "channel of a sweep, by which this run leaves the process of another");
  run->add_option("--carry", arguments.carry, "NODE whose checkpoint stays when the record is replaced")
      ->allow_extra_args(false);

  std::string library, folder;
  CLI::App* describe = app.add_subcommand("describe", "print the schemas of a library's plugins as JSON");
  describe->add_option("library", library)->required();
  CLI::App* cache = app.add_subcommand("cache", "write weir-plugins.json for the libraries of a folder");
  cache->add_option("folder", folder)->required();
  std::vector<std::filesystem::path> libraries;
  CLI::App* facts = app.add_subcommand("facts", "what `weir doctor` asks; opens the libraries");
  facts->add_option("libraries", libraries);
  for (CLI::App* verb : {run, replay, plan, exported, facts})
    verb->add_option("--events", arguments.events,
                     "descriptor that events are written to; default: standard output");

  std::vector<const char*> pointers;
  for (const std::string& word : words) pointers.push_back(word.c_str());
  try {
    app.parse(static_cast<int>(pointers.size()), pointers.data());
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (*describe) return describe_library(library);
  if (*cache) return cache_folder(folder);
  if (*facts) return print_facts(libraries, arguments.events);

  const auto pair_of = [](const std::string& text) {
    const auto equals = text.find('=');
    return std::pair(text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1));
  };
  for (const std::string& share : shares) arguments.share.insert(pair_of(share));
  arguments.plan_only = plan->parsed();
  arguments.mode = mode == "replace"  ? weir::Recorder::Mode::replace
                   : mode == "resume" ? weir::Recorder::Mode::resume
                                      : weir::Recorder::Mode::create;
  if (successor >= 0) {
    if (auto next = leave_successor(words, arguments, successor)) {
      words = std::move(*next);
      return std::nullopt;
    }
  }
  return run_graph(arguments);
}

}  // namespace

int main(int argc, char** argv) {
  Words words(argv, argv + argc);
  std::optional<int> code;
  while (!code) code = perform(words);
  leave(*code);
}
